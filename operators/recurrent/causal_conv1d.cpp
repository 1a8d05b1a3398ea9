// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "operators/element_types.hpp"
#include "operators/elementwise.hpp"
#include "operators/error_bound.hpp"
#include "operators/recurrent/recurrent_kernels.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_x, input_w, input_bias };

// `width` products, as many additions.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto length = operands.call().dimension("length"), width = operands.call().dimension("width");
    const auto precision = operands.call().operand("x").precision;
    const auto t = row.row % length;
    const double relative = summation_error(precision, 2.0 * static_cast<double>(width));
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const auto channel = static_cast<std::int64_t>(j);
        double sum = operands.at(input_bias, 0, channel), magnitude = std::abs(sum);
        for (std::int64_t i = std::max<std::int64_t>(0, width - 1 - t); i < width; ++i) {
            const double product =
                operands.at(input_w, i, channel) * operands.at(input_x, row.row - width + 1 + i, channel);
            sum += product;
            magnitude += std::abs(product);
        }
        row.values[j] = sum;
        row.bounds[j] =
            relative * magnitude + rounding_error(precision, std::abs(sum) + relative * magnitude);
    }
}

/// Some channels of some tokens of a sequence: its filters and the last few rows stay in the innermost cache.
template <typename T>
struct ConvolveTile {
    using C = Compute<T>;
    const T *x, *w, *bias;
    T* y;
    std::int64_t length, channels, width, tile_tokens, tile_channels;
    bool past_caches;

    [[nodiscard]] KOKKOS_FUNCTION std::int64_t across() const {
        return (channels + tile_channels - 1) / tile_channels;
    }
    [[nodiscard]] KOKKOS_FUNCTION std::int64_t along() const {
        return (length + tile_tokens - 1) / tile_tokens;
    }

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t tile, const Team& team) const {
        const std::int64_t first = tile % across() * tile_channels, run = tile / across();
        const std::int64_t sequence = run / along(), begin = run % along() * tile_tokens;
        const std::int64_t count = Kokkos::min(tile_channels, channels - first);
        for (std::int64_t t = begin; t < Kokkos::min(begin + tile_tokens, length); ++t)
            token((sequence * length + t) * channels + first, t, first, count, team);
    }

    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void token(std::int64_t at, std::int64_t t, std::int64_t first,
                                           std::int64_t n, const Team& team) const {
        const std::int64_t tap = Kokkos::max<std::int64_t>(0, width - 1 - t);
        for_each_pack_of_row<T>(n, team, [&](const std::int64_t j, const int count) {
            auto sum = load_up_to(bias + first + j, count);
            for (std::int64_t i = tap; i < width; ++i)
                sum = Kokkos::fma(load_up_to(w + i * channels + first + j, count),
                                  load_up_to(x + at + (i + 1 - width) * channels + j, count), sum);
            store_up_to(y + at + j, sum, count, past_caches);
        });
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const KernelConfig& config) {
    const auto& operands = kernel.operands();
    const auto& call = operands.call();
    const auto tuning = RowTuning::from(config);
    const ConvolveTile<T> body{operands.input(input_x).data<T>(),
                               operands.input(input_w).data<T>(),
                               operands.input(input_bias).data<T>(),
                               kernel.output(0).data<T>(),
                               call.dimension("length"),
                               call.dimension("channels"),
                               call.dimension("width"),
                               config.integer("tokens"),
                               config.integer("channels"),
                               tuning.past_caches};
    const std::int64_t tiles = call.dimension("batch") * body.along() * body.across();
    kernel.set_launch([=] { for_each_row(tiles, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, config); });
    return kernel;
}

ParameterSpace space() {
    auto out = row_space();
    out.parameters.push_back(integer_parameter("channels", {1024, 256, 4096}, "channels of a tile"));
    out.parameters.push_back(integer_parameter("tokens", {64, 16, 256}, "tokens of a tile"));
    return out;
}

}  // namespace

std::unique_ptr<OperandSet> make_causal_conv1d_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("batch") * call.dimension("length");
    const auto channels = call.dimension("channels"), width = call.dimension("width");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", precision, rows, channels},
                                 {"w", precision, width, channels},
                                 {"bias", precision, 1, channels}},
                      .outputs = {{"y", precision, rows, channels}},
                      .reference = reference,
                      .operations_per_row = 4.0 * element_count(call, {"width", "channels"})});
}

Implementations make_causal_conv1d_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "causal_conv1d",
                                        .name = "kokkos-tiles",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
