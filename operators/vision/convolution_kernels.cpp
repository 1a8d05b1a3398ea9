// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "operators/error_bound.hpp"
#include "operators/gemm/dot_avx512.hpp"
#include "operators/kernel_table.hpp"
#include "operators/vision/convolution_launch.hpp"
#include "operators/vision/vision_kernels.hpp"

namespace ridge::operators {
namespace {

struct SumOfProducts {
    double value = 0, magnitude = 0;
    void add(double product) {
        value += product;
        magnitude += std::abs(product);
    }
};

// Row of the image under row `i` of the filter, or -1 outside; likewise columns.
std::int64_t under(const Windows& windows, std::int64_t output, std::int64_t i) {
    const auto at = output * windows.stride - windows.before + i;
    return at < windows.side ? at : -1;
}

/// Elements of the images under the filter at one output pixel, with zeros outside.
std::vector<double> window(const TensorOperands& operands, const Convolution& shape, std::int64_t pixel) {
    const auto column = pixel % shape.columns.count(), line = pixel / shape.columns.count(),
               row = line % shape.rows.count(), image = line / shape.rows.count();
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(shape.taps()));
    for (std::int64_t i = 0; i < shape.kernel(); ++i)
        for (std::int64_t j = 0; j < shape.kernel(); ++j) {
            const auto y = under(shape.rows, row, i), x = under(shape.columns, column, j);
            const auto from = (image * shape.rows.side + y) * shape.columns.side + x;
            for (std::int64_t c = 0; c < shape.channels; ++c)
                out.push_back(y >= 0 && x >= 0 ? operands.at(input_x, from, c) : 0.0);
        }
    return out;
}

// A product and a sum for each tap, and the bias.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto& call = operands.call();
    const auto shape = Convolution::of(call);
    const auto under_filter = window(operands, shape, row.row);
    const auto precision = call.operand("y").precision;
    const bool exact = is_integer(precision);
    const double relative = summation_error(precision, 2.0 * static_cast<double>(under_filter.size()) + 1.0);
    for (std::size_t f = 0; f < row.values.size(); ++f) {
        const auto feature = static_cast<std::int64_t>(f);
        SumOfProducts sum;
        sum.add(operands.at(input_bias, 0, feature));
        for (std::size_t i = 0; i < under_filter.size(); ++i)
            sum.add(operands.at(input_w, feature, static_cast<std::int64_t>(i)) * under_filter[i]);
        const double error = exact ? 0.0 : relative * sum.magnitude;
        row.values[f] = sum.value;
        row.bounds[f] = error + rounding_error(precision, std::abs(sum.value) + error);
    }
}

Precision bias_precision(const OperatorCall& call) {
    const auto precision = call.operand("x").precision;
    if (is_integer(precision)) return Precision::int32;
    return precision == Precision::fp64 ? Precision::fp64 : Precision::fp32;
}

// Where windows reach outside: the corners of the first and the last image.
std::vector<std::int64_t> corners(const Convolution& shape) {
    const auto rows = shape.rows.count(), columns = shape.columns.count(), image = rows * columns;
    std::vector<std::int64_t> out;
    for (const auto first : {std::int64_t{0}, shape.pixels() - image})
        for (const auto at : {std::int64_t{0}, columns - 1, image - columns, image - 1})
            out.push_back(first + at);
    return out;
}

ParameterSpace space() {
    return {.parameters = {word_parameter("tile", {"6x4", "14x2", "8x3"},
                                          "pixels and vectors of features of the register tile"),
                           integer_parameter("mc", {256, 64, 128, 512, 1024}, "pixels of a strip"),
                           integer_parameter("kc", {1024, 128, 256, 512, 4096},
                                             "elements of a filter that a block of weights covers"),
                           word_parameter("partition", {"m", "n"},
                                          "what the threads divide: pixels (m) or features (n)")},
            .constraints = {}};
}

struct Variant {
    const char* formats;
    PrepareConvolution* prepare;
};
constexpr auto portable = std::to_array<Variant>({{"x=fp32 w=fp32 y=fp32", prepare_convolution_fp32},
                                                  {"x=bf16 w=bf16 y=bf16", prepare_convolution_bf16},
                                                  {"x=bf16 w=bf16 y=fp32", prepare_convolution_bf16},
                                                  {"x=fp16 w=fp16 y=fp16", prepare_convolution_fp16},
                                                  {"x=fp16 w=fp16 y=fp32", prepare_convolution_fp16},
                                                  {"x=fp64 w=fp64 y=fp64", prepare_convolution_fp64},
                                                  {"x=int8 w=int8 y=int32", prepare_convolution_int8}});
// The first row stands for no instruction set, so that the table is never empty.
constexpr auto avx512 = std::to_array<Variant>({
    {nullptr, nullptr},
#if defined(RIDGE_HAS_AVX512_BF16)
        {"x=bf16 w=bf16 y=bf16", prepare_convolution_bf16_avx512},
        {"x=bf16 w=bf16 y=fp32", prepare_convolution_bf16_avx512},
#endif
#if defined(RIDGE_HAS_AVX512_VNNI)
        {"x=int8 w=int8 y=int32", prepare_convolution_int8_vnni},
#endif
});

template <const auto& variants>
std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    const auto formats = format_text(operands.call());
    for (const auto& [known, prepare_variant] : variants)
        if (known != nullptr && known == formats) return prepare_variant(operands, config);
    return nullptr;
}

template <const auto& variants>
void add_family(Implementations& list, const char* op, const char* name) {
    std::vector<std::string> formats;
    for (const auto& variant : variants)
        if (variant.formats != nullptr) formats.emplace_back(variant.formats);
    if (!formats.empty())
        list.push_back(make_implementation({.op = op,
                                            .name = name,
                                            .formats = std::move(formats),
                                            .space = space(),
                                            .prepare = prepare<variants>}));
}

Implementations implementations(const char* op) {
    Implementations list;
    add_family<portable>(list, op, "kokkos-implicit-gemm");
    add_family<avx512>(list, op, "kokkos-avx512");
    return list;
}

}  // namespace

ImplicitGemmConfig ImplicitGemmConfig::from(const KernelConfig& config) {
    return {.mc = config.integer("mc"),
            .kc = config.integer("kc"),
            .by_features = config.word("partition") == "n"};
}

Result convolution_result(const TensorKernel& kernel, std::int64_t features) {
    const auto& y = kernel.output(0);
    Result out;
    out.data = y.buffer().region().data;
    out.row_length = features;
    switch (y.spec().precision) {
        case Precision::bf16:
            out.format = Output::bf16;
            break;
        case Precision::fp16:
            out.format = Output::fp16;
            out.finishes = true;
            break;
        case Precision::fp64:
            out.format = Output::fp64;
            break;
        case Precision::int32:
            out.format = Output::int32;
            break;
        default:
            out.format = Output::fp32;
    }
    return out;
}

PixelRows view_of_copies(const Convolution& shape, const FilterLayout& layout) {
    const auto copied = [](const Windows& windows) {
        return (windows.count() - 1) * copied_stride(windows) + windows.kernel;
    };
    const auto words = [&](std::int64_t pixels) {
        return (pixels * layout.channels + layout.per_word - 1) / layout.per_word;
    };
    return {.rows_of_image = copied(shape.rows),
            .row_step = copied_stride(shape.rows),
            .row_words = words(copied(shape.columns)),
            .pixel_words = words(copied_stride(shape.columns)),
            .rows = shape.kernel()};
}

std::unique_ptr<OperandSet> make_convolution_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto shape = Convolution::of(call);
    const auto inputs = shape.batch * shape.rows.side * shape.columns.side;
    const double operations = 2.0 * static_cast<double>(shape.taps()) * static_cast<double>(shape.features);
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", call.operand("x").precision, inputs, shape.channels},
                                 {"w", call.operand("w").precision, shape.features, shape.taps()},
                                 {"bias", bias_precision(call), 1, shape.features}},
                      .outputs = {{"y", call.operand("y").precision, shape.pixels(), shape.features}},
                      .reference = reference,
                      .operations_per_row = operations,
                      .checked_rows = corners(shape)});
}

Implementations make_conv2d_implementations() { return implementations("conv2d"); }
Implementations make_patch_embedding_implementations() { return implementations("patch_embedding"); }

}  // namespace ridge::operators
