// SPDX-License-Identifier: Apache-2.0
#include "operators/vision/filter_layout.hpp"

#include "operators/host_packing.hpp"

namespace ridge::operators {
namespace {

std::int64_t divide_up(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

// Column of w that stands at `slot` (an element) of a run, or -1 for one that only fills up.
std::int64_t column_of(const Convolution& shape, const FilterLayout& layout, std::int64_t row,
                       std::int64_t slot) {
    const std::int64_t column = slot / layout.channels, channel = slot % layout.channels;
    if (column >= shape.kernel() || channel >= shape.channels) return -1;
    return (row * shape.kernel() + column) * shape.channels + channel;
}

void pack_feature(const TensorOperands& operands, const Convolution& shape, const FilterLayout& layout,
                  std::int64_t feature, std::byte* packed) {
    const auto precision = operands.call().operand("w").precision;
    const std::int64_t panel = feature / layout.columns;
    for (std::int64_t word = 0; word < layout.words; ++word) {
        const std::int64_t first = word / layout.block_words * layout.block_words;
        const std::int64_t step = first * layout.panels + panel * layout.steps_at(first) + word - first;
        std::byte* to = packed + (step * layout.columns + feature % layout.columns) * layout.word_bytes;
        for (std::int64_t i = 0; i < layout.per_word; ++i) {
            const auto column =
                column_of(shape, layout, word / layout.run, word % layout.run * layout.per_word + i);
            if (column >= 0) encode_element(to, i, precision, operands.at(input_w, feature, column));
        }
    }
}

}  // namespace

// Where the pixels of neighbouring windows begin with a word, channels need no filling up.
FilterLayout FilterLayout::of(const Convolution& shape, std::int64_t element_bytes, std::int64_t word_bytes,
                              std::int64_t columns, std::int64_t block_elements) {
    FilterLayout out;
    out.per_word = word_bytes / element_bytes;
    out.word_bytes = word_bytes;
    const bool begins_with_word = copied_stride(shape.columns) * shape.channels % out.per_word == 0;
    out.channels = begins_with_word ? shape.channels : divide_up(shape.channels, out.per_word) * out.per_word;
    out.run = divide_up(shape.kernel() * out.channels, out.per_word);
    out.words = shape.kernel() * out.run;
    out.block_words = std::min(out.words, divide_up(block_elements, out.per_word));
    out.columns = columns;
    out.panels = divide_up(shape.features, columns);
    return out;
}

Buffer pack_filters(const TensorOperands& operands, const Convolution& shape, const FilterLayout& layout) {
    Buffer packed(
        static_cast<std::size_t>(layout.panels * layout.columns * layout.words * layout.word_bytes));
    packed.fill([&](std::byte* out) {
        Kokkos::parallel_for(
            "pack filters", HostRange(0, shape.features),
            [&, out](const std::int64_t feature) { pack_feature(operands, shape, layout, feature, out); });
    });
    return packed;
}

std::vector<double> first_sums(const TensorOperands& operands, const FilterLayout& layout, bool shifted) {
    constexpr double shift = 128.0;
    const auto& w = operands.input(input_w).spec();
    std::vector<double> sums(static_cast<std::size_t>(layout.panels * layout.columns), 0.0);
    Kokkos::parallel_for("first sums", HostRange(0, w.rows), [&](const std::int64_t feature) {
        double sum = operands.at(input_bias, 0, feature);
        for (std::int64_t i = 0; shifted && i < w.columns; ++i)
            sum -= shift * operands.at(input_w, feature, i);
        sums[static_cast<std::size_t>(feature)] = sum;
    });
    return sums;
}

}  // namespace ridge::operators
