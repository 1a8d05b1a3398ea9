// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/two_of_four.hpp"

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/gemm_kernels.hpp"

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

    // The positions of two values: those that are not zero, filled up with others.
    [[nodiscard]] static unsigned kept_positions(const float* values) {
        unsigned mask = 0;
        int count = 0;
        for (int pass = 0; pass < 2; ++pass)
            for (int i = 0; i < group_length && count < 2; ++i)
                if ((mask >> i & 1u) == 0 && (pass == 1 || values[i] != 0.0F)) {
                    mask |= 1u << i;
                    ++count;
                }
        return mask;
    }

    // Features from `first` on, one vector of one group along k.
    void pack_vector(std::int64_t first, std::int64_t group, std::int64_t vector) const {
        const auto& call = operands.call();
        const std::int64_t value_bytes = storage_bits(call.w.precision) / 8;
        std::byte* out = kept + vector * kept_vector_bytes;
        for (std::int64_t feature = 0; feature < layout.features_per_vector;
             ++feature, out += 2 * value_bytes) {
            const std::int64_t row = first + feature;
            const float* values =
                row < call.n ? operands.w().data() + row * call.k + group * group_length : nullptr;
            const unsigned positions = values != nullptr ? kept_positions(values) : 0b0011u;
            std::byte* next = out;
            for (int i = 0; i < group_length; ++i) {
                if ((positions >> i & 1u) == 0) continue;
                if (values != nullptr) encode(values[i], call.w.precision, next);
                next += value_bytes;
            }
            const std::int64_t bit = feature * group_length;
            masks[vector * layout.mask_bytes + bit / 8] |= static_cast<std::byte>(positions << (bit % 8));
        }
    }

    void pack_panel(std::int64_t panel) const {
        for (std::int64_t group = 0; group < layout.groups; ++group)
            for (std::int64_t j = 0; j < layout.vectors; ++j)
                pack_vector(panel * layout.columns() + j * layout.features_per_vector, group,
                            (panel * layout.groups + group) * layout.vectors + j);
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
            Kokkos::parallel_for("pack 2:4",
                                 Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, out.panels),
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
