// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Most parts of a machine that a collective operator takes.
inline constexpr std::int64_t most_ranks = 128;

/// What the parts of one machine exchange: each of `ranks` parts brings n elements of its own.
/// all_reduce y[r][i] = Σ over s of x[s][i]; all_gather y[r][s·n + i] = x[s][i];
/// reduce_scatter y[r][i] = Σ over s of x[s][r·m + i] and all_to_all y[r][s·m + i] = x[s][r·m + i], m = n /
/// ranks. Traffic is that of all parts together with the memory they share: every array once.
[[nodiscard]] std::vector<OperatorInfo> collective_operators();

/// Bytes that each part has to send to others at least; over the time they are the bus bandwidth of NVIDIA's
/// nccl-tests (doc/PERFORMANCE.md, "busbw"), which does not depend on the number of parts:
///     all_reduce 2·(ranks - 1) / ranks · n, all_gather (ranks - 1) · n,
///     reduce_scatter and all_to_all (ranks - 1) / ranks · n elements.
/// Nothing for other operators.
[[nodiscard]] std::optional<double> bus_bytes(const OperatorCall& call);

}  // namespace ridge::operators
