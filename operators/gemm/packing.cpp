// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/packing.hpp"

#include <algorithm>
#include <cstring>

namespace ridge::operators {
namespace {

using HostRange = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>;
constexpr std::int64_t word_bytes = 4;

std::int64_t round_up_divide(std::int64_t value, std::int64_t step) { return (value + step - 1) / step; }

std::int64_t values_per_word(const GemmCall& call) { return 32 / storage_bits(call.w.precision); }

// One panel's part of one block along k.
void pack_panel(const GemmOperands& operands, const PanelLayout& layout, std::int64_t panel,
                std::int64_t first_word, std::int64_t steps, std::byte* out) {
    const auto& call = operands.call();
    const std::int64_t per_word = values_per_word(call), value_bytes = word_bytes / per_word;
    const std::int64_t features = std::min(layout.columns, call.n - panel * layout.columns);
    for (std::int64_t feature = 0; feature < features; ++feature) {
        const float* row = operands.w().data() + (panel * layout.columns + feature) * call.k;
        const std::int64_t values = std::min(steps * per_word, call.k - first_word * per_word);
        for (std::int64_t l = 0; l < values; ++l)
            encode(row[first_word * per_word + l], call.w.precision,
                   out + (l / per_word * layout.columns + feature) * word_bytes + l % per_word * value_bytes);
    }
}

}  // namespace

std::int64_t words_of_row(const GemmCall& call) { return round_up_divide(call.k, values_per_word(call)); }

PanelLayout PanelLayout::of(const GemmCall& call, std::int64_t columns, std::int64_t block_elements) {
    const std::int64_t words = words_of_row(call);
    return {.columns = columns,
            .panels = round_up_divide(call.n, columns),
            .words = words,
            .block_words = std::min(words, round_up_divide(block_elements, values_per_word(call)))};
}

std::size_t PanelLayout::bytes() const {
    return static_cast<std::size_t>(panels * columns * words * word_bytes);
}

Buffer pack_weights(const GemmOperands& operands, const PanelLayout& layout) {
    Buffer packed(layout.bytes());
    packed.fill([&](std::byte* out) {
        Kokkos::parallel_for(
            "pack weights", HostRange(0, layout.panels), [=, &operands](const std::int64_t panel) {
                for (std::int64_t word = 0; word < layout.words; word += layout.block_words) {
                    const std::int64_t steps = std::min(layout.block_words, layout.words - word);
                    pack_panel(operands, layout, panel, word, steps,
                               out + (word * layout.panels + panel * steps) * layout.columns * word_bytes);
                }
            });
    });
    return packed;
}

Buffer upload_activations(const GemmOperands& operands) {
    const auto& call = operands.call();
    const auto rows = encode_rows(operands.a(), call.m, call.k, call.a.precision,
                                  static_cast<std::size_t>(words_of_row(call) * word_bytes));
    Buffer out(rows.size());
    out.upload(rows.data());
    return out;
}

Buffer shift_compensation(const GemmOperands& operands, std::int64_t features) {
    constexpr std::int32_t shift = 128;
    const auto& call = operands.call();
    std::vector<std::int32_t> sums(static_cast<std::size_t>(features), 0);
    for (std::int64_t j = 0; j < call.n; ++j) {
        std::int64_t sum = 0;
        for (std::int64_t l = 0; l < call.k; ++l)
            sum += static_cast<std::int64_t>(operands.w()[static_cast<std::size_t>(j * call.k + l)]);
        sums[static_cast<std::size_t>(j)] = static_cast<std::int32_t>(-shift * sum);
    }
    Buffer out(sums.size() * sizeof(std::int32_t));
    out.upload(sums.data());
    return out;
}

}  // namespace ridge::operators
