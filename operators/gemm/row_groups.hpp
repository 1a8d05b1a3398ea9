// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "operators/gemm/gemm_call.hpp"

namespace ridge::operators {

/// First row of A of each matrix of weights, and one past the last: {0, m} for a plain GEMM; evenly for a
/// batch. Of experts used_matrices() have at least one row, which ones and how many is random.
[[nodiscard]] std::vector<std::int64_t> row_starts(const GemmCall& call, std::uint64_t seed,
                                                   std::uint64_t stream);

/// Matrix of weights of a row.
[[nodiscard]] std::int64_t matrix_of_row(const std::vector<std::int64_t>& starts, std::int64_t row);

}  // namespace ridge::operators
