// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/vision/implicit_gemm.hpp"

/// From a call and a config to a launch of the implicit GEMM.
namespace ridge::operators {

/// Result of a convolution in its own format.
[[nodiscard]] Result convolution_result(const TensorKernel& kernel, std::int64_t features);

/// Most words that the copy of a strip's pixels takes.
template <typename T, typename Dot>
[[nodiscard]] std::int64_t words_of_copy(const ConvolutionProblem<T, Dot>& p) {
    std::int64_t rows = 0;
    for (std::int64_t begin = 0; begin < p.pixels; begin += p.strip)
        rows = std::max(rows, p.first_row(std::min(p.pixels, begin + p.strip) - 1) - p.first_row(begin));
    return (rows + p.view.rows) * p.view.row_words;
}

/// The images as they are where the tile can read them so, else rows for copies.
template <typename T, typename Dot>
[[nodiscard]] std::optional<PixelRows> view_of_images(const Convolution& shape, const FilterLayout& layout) {
    const auto &rows = shape.rows, &columns = shape.columns;
    const auto whole = [&](std::int64_t pixels) { return pixels * shape.channels % layout.per_word == 0; };
    const bool inside = rows.before == 0 && rows.end() <= rows.side && columns.end() <= columns.side;
    if (Dot::shifts_activations || CopyPixels<T, Dot>::converts || !inside) return std::nullopt;
    if (!whole(rows.kernel) || !whole(rows.stride) || !whole(columns.side)) return std::nullopt;
    return PixelRows{.rows_of_image = rows.side,
                     .row_step = rows.stride,
                     .row_words = columns.side * shape.channels / layout.per_word,
                     .pixel_words = columns.stride * shape.channels / layout.per_word,
                     .rows = rows.kernel};
}

[[nodiscard]] PixelRows view_of_copies(const Convolution& shape, const FilterLayout& layout);

template <typename T, typename Dot>
void describe_shape(ConvolutionProblem<T, Dot>& p, const Convolution& shape, const FilterLayout& layout) {
    p.height = shape.rows.side;
    p.width = shape.columns.side;
    p.channels = shape.channels;
    p.padded_channels = layout.channels;
    p.before = shape.rows.before;
    p.kernel = shape.kernel();
    p.stride = shape.rows.stride;
    p.rows_out = shape.rows.count();
    p.columns_out = shape.columns.count();
    p.pixels = shape.pixels();
    p.features = shape.features;
    p.run = layout.run;
    p.words = layout.words;
    p.block_words = layout.block_words;
    p.panels = layout.panels;
}

template <typename Sum>
[[nodiscard]] Buffer upload_sums(const std::vector<double>& values) {
    Buffer out(values.size() * sizeof(Sum));
    out.fill([&](std::byte* to) {
        for (std::size_t i = 0; i < values.size(); ++i)
            reinterpret_cast<Sum*>(to)[i] = static_cast<Sum>(values[i]);
    });
    return out;
}

/// Memory for copies and for sums between two blocks of weights, for each of `parts` threads of a host.
template <typename T, typename Dot>
void add_workspace(TensorKernel& kernel, ConvolutionProblem<T, Dot>& p, const Convolution& shape,
                   const FilterLayout& layout, std::int64_t parts) {
    using Problem = ConvolutionProblem<T, Dot>;
    const auto direct = view_of_images<T, Dot>(shape, layout);
    p.view = direct ? *direct : view_of_copies(shape, layout);
    const auto buffer = [&](std::int64_t elements, std::size_t bytes) {
        return kernel.add_workspace(static_cast<std::size_t>(elements) * bytes).region().data;
    };
    if (!direct) {
        p.copy_words = words_of_copy(p);
        const auto all = shape.batch * p.view.rows_of_image * p.view.row_words;
        p.copies = static_cast<typename Problem::Word*>(
            buffer(device_is_host ? parts * p.copy_words : all, sizeof(typename Problem::Word)));
    }
    if (p.result.format != Output::bf16 && !p.result.finishes)
        p.y = static_cast<typename Problem::Sum*>(p.result.data);
    else if (device_is_host && p.block_words < p.words)
        p.partial = static_cast<typename Problem::Sum*>(
            buffer(parts * p.strip * p.features, sizeof(typename Problem::Sum)));
}

template <typename T, typename Dot, int MR, int NR>
[[nodiscard]] TensorKernel::Launch launch_of(const ConvolutionProblem<T, Dot>& p, std::int64_t images) {
    const ImplicitGemmLoops<T, Dot, MR, NR> loops{p};
    if constexpr (device_is_host) {
        using Parts = Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, int>;
        return [loops, parts = p.pixel_parts * p.panel_parts] {
            Kokkos::parallel_for("convolution", Parts(0, parts), loops);
        };
    } else {
        using Range = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;
        const TileOfPixels<T, Dot, MR, NR> tile{loops, (p.pixels + MR - 1) / MR};
        return [tile, rows = images * p.view.rows_of_image] {
            const auto& problem = tile.loops.p;
            if (problem.copies != nullptr)
                Kokkos::parallel_for("convolution copy", Range(0, rows), CopyPixels<T, Dot>{problem});
            Kokkos::parallel_for("convolution", Range(0, tile.tiles * problem.panels), tile);
        };
    }
}

template <typename T, typename Dot, int MR, int NR>
void set_launch(TensorKernel& kernel, const ImplicitGemmConfig& config) {
    using Weight = typename Dot::Weight;
    const auto& operands = kernel.operands();
    const auto shape = Convolution::of(operands.call());
    const auto layout =
        FilterLayout::of(shape, sizeof(T), sizeof(Weight), Tile<Dot, MR, NR>::columns, config.kc);
    ConvolutionProblem<T, Dot> p;
    describe_shape(p, shape, layout);
    p.x = operands.input(input_x).data<T>();
    p.w = kernel.add_packed(input_w, pack_filters(operands, shape, layout)).template as<Weight>();
    p.first_sums =
        kernel
            .add_packed(input_bias,
                        upload_sums<typename Dot::Sum>(first_sums(operands, layout, Dot::shifts_activations)))
            .template as<typename Dot::Sum>();
    p.result = convolution_result(kernel, shape.features);
    const int threads = DeviceSpace().concurrency();
    p.pixel_parts = config.by_features ? 1 : threads;
    p.panel_parts = config.by_features ? threads : 1;
    p.strip = std::min((config.mc + MR - 1) / MR, (p.pixels + MR - 1) / MR) * MR;
    add_workspace(kernel, p, shape, layout, device_is_host ? threads : 1);
    kernel.set_launch(launch_of<T, Dot, MR, NR>(p, shape.batch));
}

/// The kernel of the config's register tile.
template <typename T, typename Dot>
[[nodiscard]] std::unique_ptr<TensorKernel> prepare_convolution(const TensorOperands& operands,
                                                                const KernelConfig& values) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto config = ImplicitGemmConfig::from(values);
    const auto& tile = values.word("tile");
    if (tile == "6x4")
        set_launch<T, Dot, 6, 4>(*kernel, config);
    else if (tile == "8x3")
        set_launch<T, Dot, 8, 3>(*kernel, config);
    else
        set_launch<T, Dot, 14, 2>(*kernel, config);
    return kernel;
}

using PrepareConvolution = std::unique_ptr<TensorKernel>(const TensorOperands& operands,
                                                         const KernelConfig& config);
// Each in a file of its own, so that they compile side by side.
PrepareConvolution prepare_convolution_fp32, prepare_convolution_bf16, prepare_convolution_int8,
    prepare_convolution_fp64, prepare_convolution_fp16, prepare_convolution_bf16_avx512,
    prepare_convolution_int8_vnni;

}  // namespace ridge::operators
