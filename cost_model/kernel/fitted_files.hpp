// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cost_model/kernel/transfer.hpp"
#include "cost_model/kernel/transfer_widths.hpp"

/// configs/fitted: what was fitted on public measurements of other people's devices, so that a fresh install
/// predicts for these devices at once, and for others from them.
namespace ridge::cost_model {

/// A model as it is shipped: parameters, intervals and errors of each group, and of the correction's nodes
/// those that lie farthest apart; no records, no held-out calls.
[[nodiscard]] KernelModel slimmed(const KernelModel& model);

/// Writes <folder>/<device>.json, with one line for each group.
void write_fitted(const std::filesystem::path& folder, const KernelModel& model,
                  const std::string& provenance);

/// The shipped model of a device of the catalogue; nothing when there is none. With the name of an operator
/// no more of it than that operator's groups.
[[nodiscard]] std::optional<KernelModel> read_fitted(const std::string& device, const std::string& op = {});

/// Every shipped model with what the catalogue says of its device, as read_fitted() has it.
[[nodiscard]] std::vector<TransferSource> fitted_sources(const std::string& op = {});

/// How wide intervals of transferred times have to be, found by leaving each device out.
[[nodiscard]] TransferWidths read_transfer_widths();

}  // namespace ridge::cost_model
