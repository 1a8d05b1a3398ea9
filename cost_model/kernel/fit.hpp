// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cost_model/kernel/group_fit.hpp"
#include "cost_model/kernel/kernel_model.hpp"
#include "cost_model/kernel/kinship.hpp"
#include "cost_model/kernel/splits.hpp"
#include "db/store.hpp"

namespace ridge::cost_model {

/// One fitted, or refused, group of a fit.
struct GroupFit {
    GroupKey key;
    std::size_t calls = 0;  ///< of its own that parameters and correction were fitted on
    std::size_t held_out_calls = 0;
    bool fitted = false;
    std::string note;  ///< why not fitted, what was borrowed, what the calls do not tell
};

struct FitReport {
    bool usable = false;  ///< at least one group was fitted
    std::string message;  ///< one sentence for people
    KernelModel model;    ///< groups that were fitted, and no others
    std::vector<GroupFit> groups;
    std::vector<HeldOutPoint> points;     ///< of every fitted group
    ErrorTable held_out;                  ///< over every held-out call of every fitted group
    ErrorTable roofline;                  ///< the yardstick on the same calls
    std::vector<std::int64_t> fitted_on;  ///< Record::id
};

/// Fits the best ok record of each call, implementation and cache state: the analytical parameters by robust
/// least squares in log space, then the correction. The error is found on the held-out quarter of the calls
/// by a fit that did not see them; the model's correction then takes them in as well. Records of other
/// devices and of operators without a catalogue entry are left out. `links`: ways to other devices.
[[nodiscard]] FitReport fit_kernel_model(
    const std::vector<db::Record>& records, const std::vector<Roof>& roofs, const Device& device,
    const std::optional<std::vector<Interconnect>>& links = std::nullopt);

/// A group of a model; nothing with the reason in `fit.note` when it cannot be fitted.
struct FittedGroup {
    GroupFit fit;
    std::optional<KernelGroup> group;
    std::vector<CrossValidated> left_out;  ///< errors of a group that borrows from its kin
    std::vector<ErrorBeyond> beyond;       ///< errors on the largest calls by a fit to the smaller ones
};

/// On these calls, and where they are few on what `kin` lends.
[[nodiscard]] FittedGroup fit_group(const GroupKey& key, const RowPointers& rows, const Kinship& kin,
                                    const Machine& machine);

/// Every group, in the order of their keys. Those too small for intervals of their own have them from the
/// left-out errors of all such groups of their regime.
[[nodiscard]] std::vector<FittedGroup> fit_groups(const SeenGroups& seen, const Machine& machine);

/// What a group predicts for a row that it was not fitted on: with the configuration of the nearest node.
[[nodiscard]] GroupEstimate estimate_unseen(const KernelGroup& group, const TrainingRow& row,
                                            const Machine& machine);

/// Fits what the store has of a device and puts the model into it when it is usable; otherwise the former
/// model stays.
[[nodiscard]] FitReport fit_and_store(db::Store& store, const std::string& device);

/// The newest model of a device; nothing when none was fitted.
[[nodiscard]] std::optional<KernelModel> newest_kernel_model(const db::Store& store,
                                                             const std::string& device);

}  // namespace ridge::cost_model
