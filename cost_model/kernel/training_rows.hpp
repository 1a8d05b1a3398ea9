// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/kernel_config.hpp"
#include "cost_model/kernel/features/call_features.hpp"
#include "cost_model/kernel/kernel_model.hpp"
#include "db/store.hpp"

namespace ridge::cost_model {

/// One measured call as a fit sees it.
struct TrainingRow {
    std::int64_t id = 0;    ///< Record::id
    OperatorCall call;      ///< as the kernel runs it: GroupKey::as_run()
    std::string call_text;  ///< as it was asked for
    KernelConfig config;    ///< what features need of it
    KernelConfig workload;  ///< the part of it that whoever asks for a prediction knows: "load" of experts
    double seconds = 0;
    CallFeatures features;
    double roofline_s = 0;  ///< of the bare ceilings
    /// What memory took for a byte while the call was measured, over what it takes mostly on this device:
    /// counted in the features and in roofline_s. 1 where nobody looked.
    double memory_slowdown = 1;
    std::uint64_t site = 0;  ///< stable_hash(site_text())
};

/// is_held_out() of the call as the kernel runs it: what was asked for in two ways and runs alike is not on
/// both sides.
[[nodiscard]] bool is_held_out(const TrainingRow& row);

using TrainingGroups = std::map<GroupKey, std::vector<TrainingRow>>;

/// The fastest of the latest ok records of the device for each call, implementation and cache state, by
/// group and in the order of their calls; a call that no ceiling or no operator is known for is left out.
[[nodiscard]] TrainingGroups training_groups(const std::vector<db::Record>& records, const Machine& machine);

/// Features of a row's call under another configuration.
[[nodiscard]] CallFeatures features_with(const TrainingRow& row, const KernelConfig& config, CacheState cache,
                                         const Machine& machine);

}  // namespace ridge::cost_model
