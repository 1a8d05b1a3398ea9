// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "db/store.hpp"
#include "tuner/search_space.hpp"
#include "tuner/searcher.hpp"
#include "tuner/suite.hpp"

namespace ridge::tuner {

/// What a store knows of an implementation's configurations on a call before it is tuned on a device.
struct StorePrior {
    Prior prior;       ///< empty where the store knows too little
    std::string from;  ///< "device b200", "devices a100, b200", "gemm m=16 …"; empty without a prior
};

/// The times of the same call on other devices, together (joint_prior.hpp); where there is no such device,
/// those of the nearest call on this device: same operator, formats and sparsity, dimensions by the sum of
/// the logarithms of their ratios. At least five configurations of `space` have to be known.
[[nodiscard]] StorePrior store_prior(const db::Store& store, const std::string& device, const SuiteCall& call,
                                     const std::string& implementation, const SearchSpace& space);

}  // namespace ridge::tuner
