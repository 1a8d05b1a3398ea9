// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "operators/error_bound.hpp"
#include "operators/formats/format_kernels.hpp"
#include "operators/formats/transpose_avx512.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

void reference(const TensorOperands& operands, const RowReference& row) {
    const auto precision = operands.call().operand("x").precision;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        row.values[i] = operands.at(0, static_cast<std::int64_t>(i), row.row);
        row.bounds[i] = rounding_error(precision, row.values[i]) / 2.0;
    }
}

/// Moves words of an element's size by square blocks, so that a cache line of the input is used whole before
/// it is dropped, and one of the output is filled whole.
template <typename Word>
struct TransposeBlock {
    const Word* x;
    Word* y;
    std::int64_t rows, n, block;

    /// A row of blocks of the output.
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t strip, const Team& team) const {
        const std::int64_t first = strip * block, end = Kokkos::min(n, first + block);
        for (std::int64_t i0 = 0; i0 < rows; i0 += block) {
            const std::int64_t i1 = Kokkos::min(rows, i0 + block), height = i1 - i0;
            for (std::int64_t at = team.rank; at < (end - first) * height; at += team.size) {
                const std::int64_t j = first + at / height, i = i0 + at % height;
                y[j * rows + i] = x[i * n + j];
            }
        }
    }
    KOKKOS_FUNCTION void operator()(const std::int64_t strip, const HostTeam&) const {
        const std::int64_t first = strip * block, end = Kokkos::min(n, first + block);
        for (std::int64_t i0 = 0; i0 < rows; i0 += block) {
            const std::int64_t i1 = Kokkos::min(rows, i0 + block);
            for (std::int64_t j = first; j < end; ++j)
                for (std::int64_t i = i0; i < i1; ++i) y[j * rows + i] = x[i * n + j];
        }
    }
};

template <typename Word>
void set_launch(TensorKernel& kernel, const RowTuning& tuning, std::int64_t block) {
    const auto& call = kernel.operands().call();
    const auto n = call.dimension("n");
    const TransposeBlock<Word> body{kernel.operands().input(0).data<Word>(), kernel.output(0).data<Word>(),
                                    call.dimension("rows"), n, block};
    kernel.set_launch([=] { for_each_row((n + block - 1) / block, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    const auto block = config.integer("block");
    switch (storage_bits(operands.call().operand("x").precision)) {
        case 64:
            set_launch<std::uint64_t>(*kernel, tuning, block);
            break;
        case 32:
            set_launch<std::uint32_t>(*kernel, tuning, block);
            break;
        case 16:
            set_launch<std::uint16_t>(*kernel, tuning, block);
            break;
        default:
            set_launch<std::uint8_t>(*kernel, tuning, block);
    }
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_transpose_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(call, seed,
                                            TensorProblem{.inputs = {{"x", precision, rows, n}},
                                                          .outputs = {{"y", precision, n, rows}},
                                                          .reference = reference});
}

Implementations make_transpose_implementations() {
    auto space = row_space();
    std::erase_if(space.parameters, [](const auto& parameter) { return parameter.name == "store"; });
    space.parameters.push_back(
        integer_parameter("block", {32, 16, 64, 128}, "rows and columns of a block moved at a time"));
    const auto formats = formats_of("x", {Precision::fp32, Precision::bf16, Precision::fp16, Precision::fp64,
                                          Precision::fp8_e4m3, Precision::fp8_e5m2});
    Implementations list;
    list.push_back(make_implementation({.op = "transpose",
                                        .name = "kokkos-blocks",
                                        .formats = formats,
                                        .space = space,
                                        .prepare = prepare}));
    if (has_transpose_avx512())
        list.push_back(make_implementation({.op = "transpose",
                                            .name = "avx512-squares",
                                            .formats = formats,
                                            .space = row_space(),
                                            .prepare = transpose_avx512}));
    return list;
}

}  // namespace ridge::operators
