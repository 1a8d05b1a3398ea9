// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/kernel_config.hpp"
#include "cost_model/device_model.hpp"
#include "tuner/search_space.hpp"
#include "tuner/searcher.hpp"
#include "tuner/suite.hpp"

namespace ridge::tuner {

/// Seconds that a model expects of a configuration; nothing where it cannot tell.
using ConfigModel = std::function<std::optional<double>(const KernelConfig& config)>;

/// What the fitted kernel model of a device says of an implementation's configurations on a call, where their
/// parameters name tiles (cost_model::kernel_seconds); nothing without a fit. `device` outlives it.
[[nodiscard]] ConfigModel kernel_model_of(const SuiteCall& call, const std::string& implementation,
                                          const cost_model::DeviceModel& device);

/// As a prior of a search over `space`, which outlives it; empty where the model expects the same of nearly
/// all of a sample, since it says nothing of the parameters then.
[[nodiscard]] Prior model_prior(const SearchSpace& space, ConfigModel model);

}  // namespace ridge::tuner
