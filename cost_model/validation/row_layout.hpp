// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "cost_model/placement/parallelism.hpp"

namespace ridge::cost_model {

/// A published parallelism: one replica and how many of them.
struct RowLayout {
    Parallelism parallelism;
    double replicas = 1;  ///< that share nothing
};

/// "TP8", "TP1xDP8", "TP4xEP4", "TP1xADP8xEP8", "PP2(layer split)", "2 sockets", "none"; nothing for others
/// (disaggregated pools, a processor beside the devices, ZeRO).
[[nodiscard]] std::optional<RowLayout> parse_layout(std::string_view text, double devices);

}  // namespace ridge::cost_model
