// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/quantised.hpp"

#include <algorithm>
#include <cstring>

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/gemv.hpp"

namespace ridge::operators {
namespace {

constexpr std::int64_t word_bytes = 4, cache_line = 64;
// Of rows with one scale: short enough that sums of 8-bit products stay exact in fp32, 512 · 255 · 127 <
// 2^24.
constexpr std::int64_t row_block = 512;

std::int64_t round_up(std::int64_t value, std::int64_t step) { return (value + step - 1) / step * step; }

struct QuantisedPacker {
    const GemmOperands& operands;
    const QuantisedLayout& layout;

    void pack_header(std::int64_t row, std::int64_t feature, std::int64_t block, std::byte* out) const {
        const auto& weights = operands.weights();
        if (!layout.group_scales) return;
        const auto scale = from_float<Fp16>(weights.scale(row, block));
        std::memcpy(out + feature * 2, &scale.bits, sizeof scale.bits);
        if (layout.zero_points)
            out[layout.columns * 2 + feature] =
                static_cast<std::byte>(weights.zero_point(row, block) + unsigned_offset(layout.per_word));
    }

    void pack_value(std::int8_t value, std::int64_t feature, std::int64_t place, std::byte* words) const {
        const auto bits = static_cast<unsigned>(value + unsigned_offset(layout.per_word));
        const std::int64_t within = place % layout.per_word;
        auto& byte =
            words[(place / layout.per_word * layout.columns + feature) * word_bytes + within % word_bytes];
        byte |= static_cast<std::byte>(within < word_bytes ? bits : bits << 4);
    }

    void pack_feature(std::int64_t panel, std::int64_t feature, std::byte* out) const {
        const auto& call = operands.call();
        const std::int64_t matrix = panel / layout.panels_of_matrix();
        const std::int64_t row =
            matrix * call.n + panel % layout.panels_of_matrix() * layout.columns + feature;
        std::vector<std::int8_t> values(static_cast<std::size_t>(call.k));
        operands.weights().stored(row, reinterpret_cast<std::byte*>(values.data()));
        for (std::int64_t block = 0; block < layout.blocks; ++block) {
            const std::int64_t first = block * layout.block_elements;
            const std::int64_t end = std::min(first + layout.block_elements, call.k);
            pack_header(row, feature, block, out);
            out += layout.header_bytes;
            for (std::int64_t l = first; l < end; ++l)
                pack_value(values[static_cast<std::size_t>(l)], feature, l - first, out);
            out += layout.block_elements / layout.per_word * layout.columns * word_bytes;
        }
    }

    void pack_panel(std::int64_t panel, std::byte* out) const {
        const std::int64_t first = panel % layout.panels_of_matrix() * layout.columns;
        for (std::int64_t j = 0; j < std::min(layout.columns, operands.call().n - first); ++j)
            pack_feature(panel, j, out + panel * layout.panel_bytes());
    }
};

std::vector<Variant> variants(PrepareVariant prepare, std::initializer_list<const char*> activations) {
    std::vector<Variant> list;
    for (const char* a : activations)
        for (const char* w :
             {"int4:g128", "int4:g64", "int4:g32", "int4:g128:zero", "int8:g128", "int8:row", "int4:row"})
            for (const char* c : {"bf16", "fp32"})
                list.push_back(
                    {"a=" + std::string(a) + " w=" + std::string(w) + " c=" + std::string(c), prepare});
    return list;
}

Family quantised_family(std::string name, const std::string& op, std::vector<Variant> variants) {
    return {.name = std::move(name),
            .sparsity = "dense",
            .variants = std::move(variants),
            .tiles = quantised_tiles,
            .parameters = {prefetch_parameter()},
            .op = op};
}

}  // namespace

QuantisedLayout QuantisedLayout::of(const GemmCall& call, std::int64_t columns) {
    QuantisedLayout out = {.columns = columns,
                           .panels = call.matrices * ((call.n + columns - 1) / columns),
                           .matrices = call.matrices,
                           .k = round_up(call.k, chunk_elements),
                           .per_word = 32 / storage_bits(call.w.precision),
                           .group_scales = call.w.group_size > 0,
                           .zero_points = call.w.zero_points};
    out.block_elements = out.group_scales ? call.w.group_size : std::min(out.k, row_block);
    out.blocks = (out.k + out.block_elements - 1) / out.block_elements;
    if (out.group_scales) out.header_bytes = round_up(columns * (out.zero_points ? 3 : 2), cache_line);
    return out;
}

Buffer pack_quantised(const GemmOperands& operands, const QuantisedLayout& layout) {
    Buffer packed(static_cast<std::size_t>(layout.panels * layout.panel_bytes()));
    packed.fill([&](std::byte* out) {
        const QuantisedPacker packer{operands, layout};
        Kokkos::parallel_for("pack quantised weights",
                             Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, layout.panels),
                             [=](const std::int64_t panel) { packer.pack_panel(panel, out); });
    });
    return packed;
}

std::unique_ptr<Implementation> make_kokkos_quantised(const std::string& op) {
    return make_family(
        quantised_family("kokkos-quantised", op, variants(prepare_quantised, {"bf16", "fp32"})));
}

std::unique_ptr<Implementation> make_kokkos_fixed_point(const std::string& op) {
#if defined(RIDGE_HAS_AVX512_VNNI)
    return make_family(
        quantised_family("kokkos-fixed-point", op, variants(prepare_fixed_point, {"bf16", "fp32"})));
#else
    return (void)op, nullptr;
#endif
}

}  // namespace ridge::operators
