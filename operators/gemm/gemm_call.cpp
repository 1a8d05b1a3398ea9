// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemm_call.hpp"

#include <bit>
#include <cmath>

#include "core/error.hpp"

namespace ridge::operators {
namespace {

constexpr double bits_per_byte = 8.0;
constexpr double index_bits = 32.0;

double elements(std::int64_t rows, std::int64_t columns) {
    return static_cast<double>(rows) * static_cast<double>(columns);
}

// Bits of position information for each stored value of an N:M group: log2(M), as the hardware formats have
// it.
double position_bits(const Sparsity& sparsity) {
    return std::bit_width(static_cast<unsigned>(sparsity.group - 1));
}

// Of the column of a kept value.
double column_bits(std::int64_t k) { return k <= 65536 ? 16.0 : index_bits; }

double metadata_bits(const GemmCall& call) {
    const auto& sparsity = call.sparsity;
    const double kept = elements(call.n, call.k) * sparsity.density();
    switch (sparsity.kind) {
        case Sparsity::Kind::dense:
            return 0.0;
        case Sparsity::Kind::n_of_m:
            return kept * position_bits(sparsity);
        case Sparsity::Kind::block: {
            const double block_rows = std::ceil(static_cast<double>(call.n) / sparsity.block_rows);
            return index_bits * (kept / (sparsity.block_rows * sparsity.block_cols) + block_rows + 1.0);
        }
        case Sparsity::Kind::unstructured:
            return column_bits(call.k) * kept + index_bits * (static_cast<double>(call.n) + 1.0);
    }
    return 0.0;
}

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check(const OperatorCall& call) {
    const auto gemm = GemmCall::from(call);
    const auto& sparsity = gemm.sparsity;
    // 2^40 elements keep every product of two dimensions, times 8 bytes, inside 64 bits.
    constexpr double limit = 1099511627776.0;
    if (elements(gemm.m, gemm.k) > limit || elements(gemm.n, gemm.k) > limit ||
        elements(gemm.m, gemm.n) > limit)
        refuse(call, "an operand has more than 2^40 elements");
    if (sparsity.kind == Sparsity::Kind::n_of_m && gemm.k % sparsity.group != 0)
        refuse(call, "k should be a multiple of " + std::to_string(sparsity.group) + " for sparsity " +
                         sparsity.text());
    if (sparsity.kind == Sparsity::Kind::block &&
        (gemm.n % sparsity.block_rows != 0 || gemm.k % sparsity.block_cols != 0))
        refuse(call, "n and k should be multiples of the block of sparsity " + sparsity.text());
    if (!gemm.activation_sparsity.is_dense() && gemm.activation_sparsity.kind != Sparsity::Kind::unstructured)
        refuse(call,
               "activation_sparsity should be unstructured@SHARE, not " + gemm.activation_sparsity.text());
    if (gemm.w.group_size > 0 && gemm.k % gemm.w.group_size != 0)
        refuse(call, "k should be a multiple of the weights' group of " + std::to_string(gemm.w.group_size));
}

// The multiplications run in the wider of the two factors' precisions.
Precision compute_precision(const GemmCall& call) {
    return storage_bits(call.a.precision) >= storage_bits(call.w.precision) ? call.a.precision
                                                                            : call.w.precision;
}

// Values of the weight columns that are needed, and all positions.
double needed_weight_bytes(const GemmCall& call) {
    const double positions = metadata_bits(call) / bits_per_byte;
    return (weight_bytes(call) - positions) * needed_columns(call) + positions;
}

Work gemm_work(const OperatorCall& call) {
    const auto gemm = GemmCall::from(call);
    const double dense_flop = 2.0 * elements(gemm.m, gemm.n) * static_cast<double>(gemm.k);
    const auto bytes = [](const NumberFormat& format, double count) {
        return format.bits_per_element() * count / bits_per_byte;
    };
    return {.flop = dense_flop * gemm.sparsity.density() * gemm.activation_sparsity.density(),
            .dense_flop = dense_flop,
            .compute = compute_precision(gemm),
            .traffic = {{"a", bytes(gemm.a, elements(gemm.m, gemm.k)), 0.0},
                        {"w", needed_weight_bytes(gemm), 0.0},
                        {"c", 0.0, bytes(gemm.c, elements(gemm.m, gemm.n))}}};
}

}  // namespace

GemmCall GemmCall::from(const OperatorCall& call) {
    return {.m = call.dimension("m"),
            .n = call.dimension("n"),
            .k = call.dimension("k"),
            .a = call.operand("a"),
            .w = call.operand("w"),
            .c = call.operand("c"),
            .sparsity = call.sparsity,
            .activation_sparsity = call.activation_sparsity};
}

OperatorCall GemmCall::call() const {
    return {.op = "gemm",
            .dimensions = {{"m", m}, {"n", n}, {"k", k}},
            .operands = {{"a", a}, {"w", w}, {"c", c}},
            .sparsity = sparsity,
            .activation_sparsity = activation_sparsity};
}

double needed_columns(const GemmCall& call) {
    return 1.0 - std::pow(1.0 - call.activation_sparsity.density(), static_cast<double>(call.m));
}

double weight_bytes(const GemmCall& call) {
    const double value_bits = call.w.bits_per_element() * elements(call.n, call.k) * call.sparsity.density();
    return (value_bits + metadata_bits(call)) / bits_per_byte;
}

OperatorInfo gemm_operator() {
    return {.name = "gemm",
            .summary = "linear layer: activations times transposed weights",
            .formula = "C[i][j] = sum over l of A[i][l] * W[j][l]",
            .dimensions = {{"m", "rows of A: tokens"},
                           {"n", "rows of W: output features"},
                           {"k", "columns: input features"}},
            .operands = {{"a", "m x k", "activations"},
                         {"w", "n x k", "weights, packed once"},
                         {"c", "m x n", "result"}},
            .check = check,
            .work = gemm_work};
}

}  // namespace ridge::operators
