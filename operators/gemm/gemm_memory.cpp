// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemm_memory.hpp"

#include <algorithm>

namespace ridge::operators {
namespace {

// Multiply-adds up to which every row is checked (about 0.1 s on one core), and the rows checked beyond.
constexpr double full_check_products = 67108864.0;
constexpr std::int64_t sampled_rows = 8;

double bytes_of(double elements, const NumberFormat& format) {
    return elements * format.bits_per_element() / 8.0;
}

// Blocks have a byte each, and a rank of 16 bytes while they are chosen.
double pruning_bytes(const GemmCall& call, double weights) {
    const auto& sparsity = call.sparsity;
    if (sparsity.kind != Sparsity::Kind::block) return 0.0;
    return 17.0 * weights / sparsity.block_rows / sparsity.block_cols;
}

}  // namespace

std::int64_t most_checked_rows(const GemmCall& call) {
    const double products =
        static_cast<double>(call.m) * static_cast<double>(call.n) * static_cast<double>(call.k);
    return products <= full_check_products ? call.m : std::min(call.m, sampled_rows);
}

double gemm_memory_bytes(const GemmCall& call) {
    const auto m = static_cast<double>(call.m), n = static_cast<double>(call.n),
               k = static_cast<double>(call.k);
    const double weights = static_cast<double>(call.matrices) * n * k;
    const double reference = 2.0 * sizeof(double) * static_cast<double>(most_checked_rows(call)) * n;
    const double activations =
        bytes_of(m * k, call.a) + m * k * std::max(4.0, storage_bits(call.a.precision) / 8.0);
    const double packed = 2.0 * bytes_of(weights, call.w);
    const double output = bytes_of(m * n, call.c) + sizeof(float) * m * n;
    return pruning_bytes(call, weights) + reference + activations + packed + output;
}

}  // namespace ridge::operators
