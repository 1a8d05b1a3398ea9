// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/row_groups.hpp"

#include <algorithm>
#include <numeric>

#include "operators/random.hpp"

namespace ridge::operators {
namespace {

// Rows of each expert: one for each that is used, the rest at random among those.
std::vector<std::int64_t> deal_out(const GemmCall& call, std::uint64_t seed, std::uint64_t stream) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(call.matrices));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::int64_t expert) { return random_bits(seed, stream, expert); });
    const auto used = used_matrices(call);
    std::vector<std::int64_t> rows(order.size(), 0);
    for (std::int64_t row = 0; row < call.m; ++row) {
        const auto bits = random_bits(seed, stream, call.matrices + row);
        const auto pick =
            row < used ? row : static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(used));
        ++rows[static_cast<std::size_t>(order[static_cast<std::size_t>(pick)])];
    }
    return rows;
}

}  // namespace

std::vector<std::int64_t> row_starts(const GemmCall& call, std::uint64_t seed, std::uint64_t stream) {
    const auto rows =
        call.rows == Rows::grouped
            ? deal_out(call, seed, stream)
            : std::vector<std::int64_t>(static_cast<std::size_t>(call.matrices), call.m / call.matrices);
    std::vector<std::int64_t> starts(rows.size() + 1, 0);
    std::partial_sum(rows.begin(), rows.end(), starts.begin() + 1);
    return starts;
}

std::int64_t matrix_of_row(const std::vector<std::int64_t>& starts, std::int64_t row) {
    return std::ranges::upper_bound(starts, row) - starts.begin() - 1;
}

}  // namespace ridge::operators
