// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "operators/error_bound.hpp"
#include "operators/formats/format_kernels.hpp"
#include "operators/formats/narrow_line.hpp"
#include "operators/formats/quantised.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_x, input_scales };

// One product, rounded to fp32 and then to the output.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto to = operands.call().operand("y").precision;
    const auto group = ScaleGroups::of(operands.call().operand("x"), operands.call().dimension("n")).size;
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const auto column = static_cast<std::int64_t>(j);
        const double value =
            operands.at(input_x, row.row, column) * operands.at(input_scales, row.row, column / group);
        const double error = 0x1p-24 * std::abs(value);
        row.values[j] = value;
        row.bounds[j] = error + rounding_error(to, std::abs(value) + error);
    }
}

template <typename Q, typename Y>
struct DequantiseRow {
    const Q* x;
    Scales scales;
    Y* y;
    std::int64_t n, group;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const Q* from = x + row * Quantised<Q>::row_length(n);
        Y* to = y + row * n;
        std::int64_t scale = row * (n / group);
        for (std::int64_t first = 0; first < n; first += group)
            scale_up(from, to, first, scales.get(scale++), team);
    }

  private:
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void scale_up(const Q* from, Y* to, std::int64_t first, float scale,
                                              const Team& team) const {
        constexpr int width = Quantised<Q>::is_packed ? lanes : 1, line = line_of<Y>;
        const std::int64_t end = first + group;
        std::int64_t j = first;
        const auto prefetch_ahead = [&] { prefetch(from + Quantised<Q>::row_length(j) + 2048); };
#if defined(RIDGE_HAS_AVX512)
        if constexpr (width > 1 && line > width)
            for (; j + line <= end; j += line) {
                prefetch_ahead();
                const auto part = [&](int i) {
                    return Quantised<Q>::load(from, j + i * lanes) * Vector<float>(scale);
                };
                store_line(to + j, narrow_line<Y>(part), past_caches);
            }
#endif
        if constexpr (width > 1)
            for (; j + width <= end; j += width) {
                prefetch_ahead();
                store_up_to(to + j, Quantised<Q>::load(from, j) * Vector<float>(scale), lanes, past_caches);
            }
        for (j += team.rank; j < end; j += team.size)
            to[j] = from_float<Y>(Quantised<Q>::at(from, j) * scale);
    }
};

template <typename Q, typename Y>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& operands = kernel.operands();
    const auto& format = operands.call().operand("x");
    const auto rows = operands.call().dimension("rows"), n = operands.call().dimension("n");
    const DequantiseRow<Q, Y> body{
        operands.input(input_x).data<Q>(),
        Scales{operands.input(input_scales).data<std::byte>(), scale_precision(format) == Precision::fp16},
        kernel.output(0).data<Y>(),
        n,
        ScaleGroups::of(format, n).size,
        tuning.past_caches};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto& call = operands.call();
    with_quantised(call.operand("x").precision, call.operand("y").precision, [&](auto q, auto y) {
        set_launch<decltype(q), decltype(y)>(*kernel, RowTuning::from(config));
    });
    return kernel;
}

double draw_scale(std::uint64_t bits, Precision) { return (1.0 + unit_interval(bits)) / 128.0; }

}  // namespace

std::unique_ptr<OperandSet> make_dequantise_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const auto& format = call.operand("x");
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", format.precision, rows, n},
                                 {"scales", scale_precision(format), rows, ScaleGroups::of(format, n).count}},
                      .outputs = {{"y", call.operand("y").precision, rows, n}},
                      .reference = reference,
                      .fill = [](std::vector<Tensor>& inputs, std::uint64_t from) {
                          inputs[input_x].fill_random(from, 1);
                          inputs[input_scales].fill_random(from, 2, draw_scale);
                      }});
}

Implementations make_dequantise_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "dequantise",
                                        .name = "kokkos-rows",
                                        .formats = quantised_formats("y", "x", false),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
