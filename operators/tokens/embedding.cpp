// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "operators/copy_row.hpp"
#include "operators/error_bound.hpp"
#include "operators/random.hpp"
#include "operators/tokens/token_kernels.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_table, input_tokens };

// Elements are copied: half a rounding is less than the distance to any other number.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto token = static_cast<std::int64_t>(operands.at(input_tokens, 0, row.row));
    const auto precision = operands.call().operand("x").precision;
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        row.values[j] = operands.at(input_table, token, static_cast<std::int64_t>(j));
        row.bounds[j] = rounding_error(precision, row.values[j]) / 2.0;
    }
}

struct LookUp {
    const std::byte* table;
    const std::int32_t* tokens;
    std::byte* y;
    std::int64_t row_bytes;
    bool past_caches;
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        copy_row(y + row * row_bytes, table + tokens[row] * row_bytes, row_bytes, team, past_caches);
    }
};

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    const LookUp body{operands.input(input_table).data<std::byte>(),
                      operands.input(input_tokens).data<std::int32_t>(), kernel->output(0).data<std::byte>(),
                      kernel->output(0).spec().row_bytes(), tuning.past_caches};
    const auto rows = operands.call().dimension("rows");
    kernel->set_launch([=] { for_each_row(rows, tuning, body); });
    return kernel;
}

void fill(std::vector<Tensor>& inputs, std::uint64_t seed) {
    inputs[input_table].fill_random(seed, 1);
    const auto vocabulary = static_cast<std::uint64_t>(inputs[input_table].spec().rows);
    inputs[input_tokens].fill([=](std::int64_t, std::int64_t i) {
        return static_cast<double>(random_bits(seed, 2, i) % vocabulary);
    });
}

}  // namespace

std::unique_ptr<OperandSet> make_embedding_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"table", precision, call.dimension("vocab"), n},
                                 {"tokens", Precision::int32, 1, rows}},
                      .outputs = {{"y", precision, rows, n}},
                      .reference = reference,
                      .fill = fill});
}

Implementations make_embedding_implementations() {
    Implementations list;
    list.push_back(make_implementation(
        {.op = "embedding",
         .name = "kokkos-rows",
         .formats = formats_of("x", {Precision::fp32, Precision::bf16, Precision::fp16, Precision::fp64,
                                     Precision::fp8_e4m3, Precision::fp8_e5m2, Precision::int8}),
         .space = row_space(),
         .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
