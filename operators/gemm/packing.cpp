// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/packing.hpp"

#include "operators/host_packing.hpp"

#include <algorithm>

namespace ridge::operators {
namespace {

std::int64_t round_up_divide(std::int64_t value, std::int64_t step) { return (value + step - 1) / step; }

std::int64_t words_of(const RandomMatrix& matrix, std::int64_t word_bytes) {
    return round_up_divide(matrix.columns() * matrix.element_bytes(), word_bytes);
}

// A row padded with zeros to whole words.
std::vector<std::byte> row_of_words(const RandomMatrix& matrix, std::int64_t row, std::int64_t word_bytes) {
    std::vector<std::byte> out(static_cast<std::size_t>(words_of(matrix, word_bytes) * word_bytes));
    matrix.stored(row, out.data());
    return out;
}

// Words of one feature to their places in a panel, for every block along k.
template <typename Word>
void scatter_feature(const std::byte* row, const PanelLayout& layout, std::int64_t panel,
                     std::int64_t feature, std::byte* packed) {
    const auto* from = reinterpret_cast<const Word*>(row);
    auto* to = reinterpret_cast<Word*>(packed);
    for (std::int64_t first = 0; first < layout.words; first += layout.block_words) {
        const std::int64_t steps = std::min(layout.block_words, layout.words - first);
        auto* out = to + (first * layout.panels + panel * steps) * layout.columns + feature;
        for (std::int64_t l = 0; l < steps; ++l) out[l * layout.columns] = from[first + l];
    }
}

void pack_panel(const GemmOperands& operands, const PanelLayout& layout, std::int64_t panel, std::byte* out) {
    const std::int64_t matrix = panel / layout.panels_of_matrix(),
                       first = panel % layout.panels_of_matrix() * layout.columns, n = operands.call().n;
    for (std::int64_t feature = 0; feature < std::min(layout.columns, n - first); ++feature) {
        const auto row = row_of_words(operands.weights(), matrix * n + first + feature, layout.word_bytes);
        switch (layout.word_bytes) {
            case 1:
                scatter_feature<std::uint8_t>(row.data(), layout, panel, feature, out);
                break;
            case 2:
                scatter_feature<std::uint16_t>(row.data(), layout, panel, feature, out);
                break;
            case 4:
                scatter_feature<std::uint32_t>(row.data(), layout, panel, feature, out);
                break;
            default:
                scatter_feature<std::uint64_t>(row.data(), layout, panel, feature, out);
        }
    }
}

}  // namespace

std::int64_t words_of_row(const GemmCall& call) {
    return round_up_divide(call.k * storage_bits(call.w.precision), 32);
}

PanelLayout PanelLayout::of(const GemmCall& call, std::int64_t columns, std::int64_t block_elements,
                            std::int64_t word_bytes) {
    const std::int64_t bits = storage_bits(call.w.precision), word_bits = word_bytes * 8;
    const std::int64_t words = round_up_divide(call.k * bits, word_bits);
    return {.columns = columns,
            .panels = call.matrices * round_up_divide(call.n, columns),
            .words = words,
            .block_words = std::min(words, round_up_divide(block_elements * bits, word_bits)),
            .word_bytes = word_bytes,
            .matrices = call.matrices};
}

std::size_t PanelLayout::bytes() const {
    return static_cast<std::size_t>(panels * columns * words * word_bytes);
}

Buffer pack_weights(const GemmOperands& operands, const PanelLayout& layout) {
    Buffer packed(layout.bytes());
    packed.fill([&](std::byte* out) {
        Kokkos::parallel_for(
            "pack weights", HostRange(0, layout.panels),
            [=, &operands](const std::int64_t panel) { pack_panel(operands, layout, panel, out); });
    });
    return packed;
}

Buffer upload_activations(const GemmOperands& operands) { return upload_rows(operands.activations(), 4); }

Buffer upload_rows(const RandomMatrix& matrix, std::int64_t word_bytes) {
    const std::int64_t row_bytes = words_of(matrix, word_bytes) * word_bytes;
    Buffer out(static_cast<std::size_t>(matrix.rows() * row_bytes));
    out.fill([&](std::byte* to) {
        Kokkos::parallel_for(
            "upload rows", HostRange(0, matrix.rows()),
            [=, &matrix](const std::int64_t row) { matrix.stored(row, to + row * row_bytes); });
    });
    return out;
}

Buffer shift_compensation(const GemmOperands& operands, std::int64_t features) {
    constexpr std::int32_t shift = 128;
    const auto& call = operands.call();
    std::vector<std::int32_t> sums(static_cast<std::size_t>(call.matrices * features), 0);
    Kokkos::parallel_for("sum weights", HostRange(0, call.matrices * call.n), [&](const std::int64_t row) {
        const auto values = row_of_words(operands.weights(), row, 1);
        std::int64_t sum = 0;
        for (const auto value : values) sum += std::to_integer<std::int8_t>(value);
        const auto at = row / call.n * features + row % call.n;
        sums[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(-shift * sum);
    });
    Buffer out(sums.size() * sizeof(std::int32_t));
    out.upload(sums.data());
    return out;
}

}  // namespace ridge::operators
