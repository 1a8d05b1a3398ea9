// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/two_of_four.hpp"

#include <cstring>

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/n_of_m.hpp"
#include "operators/host_packing.hpp"

namespace ridge::operators {
namespace {

std::vector<Variant> variants(PrepareVariant prepare) {
    return {{"a=fp32 w=fp32 c=fp32", prepare},
            {"a=bf16 w=bf16 c=fp32", prepare},
            {"a=bf16 w=bf16 c=bf16", prepare},
            {"a=int8 w=int8 c=int32", prepare}};
}

std::optional<std::string> only_two_of_four(const GemmCall& call, const KernelConfig&) {
    if (call.sparsity.kept == 2 && call.sparsity.group == group_length) return std::nullopt;
    return "runs sparsity 2:4, not " + call.sparsity.text();
}

struct Packer {
    const GemmOperands& operands;
    const PackedTwoOfFour& layout;
    std::byte* kept;
    std::byte* masks;

    // All groups of a panel's feature; features beyond n, zeros, keep the first two.
    void pack_feature(std::int64_t panel, std::int64_t feature) const {
        const auto& weights = operands.weights();
        const std::int64_t row = panel * layout.columns() + feature, bytes = weights.element_bytes();
        const auto values =
            row < weights.rows()
                ? weights.stored(row)
                : std::vector<std::byte>(static_cast<std::size_t>(layout.groups * group_length * bytes));
        const std::int64_t lane = feature % layout.features_per_vector, bit = lane * group_length;
        std::vector<int> positions;
        for (std::int64_t group = 0; group < layout.groups; ++group) {
            const std::byte* from = values.data() + group * group_length * bytes;
            const std::int64_t vector =
                (panel * layout.groups + group) * layout.vectors + feature / layout.features_per_vector;
            std::byte* to = kept + vector * kept_vector_bytes + lane * 2 * bytes;
            find_kept(operands, from, positions);
            for (const int position : positions) {
                std::memcpy(to, from + position * bytes, static_cast<std::size_t>(bytes));
                to += bytes;
                masks[vector * layout.mask_bytes + bit / 8] |=
                    static_cast<std::byte>(1U << (bit % 8 + position));
            }
        }
    }

    // Features of a vector share bytes of masks: one thread packs them.
    void pack_panel(std::int64_t panel) const {
        for (std::int64_t feature = 0; feature < layout.columns(); ++feature) pack_feature(panel, feature);
    }
};

}  // namespace

PackedTwoOfFour PackedTwoOfFour::pack(const GemmOperands& operands, std::int64_t vectors) {
    const auto& call = operands.call();
    PackedTwoOfFour out;
    out.features_per_vector = dense_vector_bytes * 8 / storage_bits(call.w.precision) / group_length;
    out.vectors = vectors;
    out.groups = call.k / group_length;
    out.panels = (call.n + out.columns() - 1) / out.columns();
    out.mask_bytes = out.features_per_vector * group_length / 8;
    const std::int64_t count = out.panels * out.groups * out.vectors;
    out.kept = Buffer(static_cast<std::size_t>(count * kept_vector_bytes));
    out.masks = Buffer(static_cast<std::size_t>(count * out.mask_bytes));
    out.kept.fill([&](std::byte* kept) {
        out.masks.fill([&](std::byte* masks) {
            const Packer packer{operands, out, kept, masks};
            Kokkos::parallel_for("pack 2:4", HostRange(0, out.panels),
                                 [=](const std::int64_t panel) { packer.pack_panel(panel); });
        });
    });
    return out;
}

std::unique_ptr<Implementation> make_kokkos_2of4() {
    return make_family({.name = "kokkos-2of4",
                        .sparsity = "n_of_m",
                        .variants = variants(prepare_2of4_portable),
                        .tiles = {},
                        .parameters = {},
                        .refusal = only_two_of_four});
}

std::unique_ptr<Implementation> make_kokkos_2of4_avx512() {
#if defined(RIDGE_HAS_AVX512_VNNI) && defined(RIDGE_HAS_AVX512_BF16) && defined(__AVX512VBMI2__)
    return make_family({.name = "kokkos-2of4-avx512",
                        .sparsity = "n_of_m",
                        .variants = variants(prepare_2of4_avx512),
                        .tiles = two_of_four_tiles,
                        .parameters = {prefetch_parameter()},
                        .refusal = only_two_of_four});
#else
    return nullptr;
#endif
}

}  // namespace ridge::operators
