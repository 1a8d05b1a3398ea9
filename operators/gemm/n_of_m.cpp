// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/n_of_m.hpp"

#include <algorithm>
#include <cstring>

#include "operators/gemm/gemm_kernels.hpp"
#include "operators/host_packing.hpp"

namespace ridge::operators {
namespace {

std::optional<std::string> refusal(const GemmCall& call, const KernelConfig&) {
    if (window_columns % call.sparsity.group == 0) return std::nullopt;
    return "groups should be 2, 4, 8 or 16 long, not as in " + call.sparsity.text();
}

struct WindowPacker {
    const GemmOperands& operands;
    const PackedWindows& layout;
    std::byte* values;
    std::uint64_t* places;

    void pack_feature(std::int64_t feature) const {
        const auto& call = operands.call();
        const std::int64_t bytes = operands.weights().element_bytes();
        const auto row = operands.weights().stored(feature);
        const std::int64_t panel = feature / layout.columns(), lane = feature % vector_features,
                           vector = feature % layout.columns() / vector_features;
        std::vector<int> kept;
        for (std::int64_t column = 0; column < call.k; column += call.sparsity.group) {
            find_kept(operands, &row[static_cast<std::size_t>(column * bytes)], kept);
            const std::int64_t window = column / window_columns;
            std::int64_t step = column % window_columns / call.sparsity.group * call.sparsity.kept;
            for (const int position : kept) {
                const std::int64_t at =
                    ((panel * layout.windows + window) * layout.steps + step++) * layout.vectors + vector;
                std::memcpy(values + (at * vector_features + lane) * bytes,
                            &row[static_cast<std::size_t>((column + position) * bytes)],
                            static_cast<std::size_t>(bytes));
                places[at] |= static_cast<std::uint64_t>(column % window_columns + position)
                              << place_shift(static_cast<int>(lane));
            }
        }
    }
};

}  // namespace

void find_kept(const GemmOperands& operands, const std::byte* group, std::vector<int>& kept) {
    const auto& sparsity = operands.call().sparsity;
    const auto bytes = operands.weights().element_bytes();
    int zeros_kept = sparsity.kept;
    for (int i = 0; i < sparsity.group; ++i)
        if (!operands.weights().is_zero(group + i * bytes)) --zeros_kept;
    kept.clear();
    for (int i = 0; i < sparsity.group; ++i)
        if (!operands.weights().is_zero(group + i * bytes) || zeros_kept-- > 0) kept.push_back(i);
}

PackedWindows PackedWindows::pack(const GemmOperands& operands, std::int64_t vectors) {
    const auto& call = operands.call();
    PackedWindows packed;
    packed.windows = (call.k + window_columns - 1) / window_columns;
    packed.steps = window_columns / call.sparsity.group * call.sparsity.kept;
    packed.vectors = vectors;
    packed.panels = (call.n + packed.columns() - 1) / packed.columns();
    const auto count = static_cast<std::size_t>(packed.panels * packed.windows * packed.steps * vectors);
    packed.values =
        Buffer(count * static_cast<std::size_t>(vector_features * operands.weights().element_bytes()));
    packed.places = Buffer(count * sizeof(std::uint64_t));
    packed.values.fill([&](std::byte* values) {
        packed.places.fill([&](std::byte* places) {
            const WindowPacker packer{operands, packed, values, reinterpret_cast<std::uint64_t*>(places)};
            // Features of a vector share words of places: one thread packs them.
            Kokkos::parallel_for(
                "pack N:M", HostRange(0, (call.n + vector_features - 1) / vector_features),
                [&](const std::int64_t vector) {
                    const std::int64_t end = std::min(call.n, (vector + 1) * vector_features);
                    for (std::int64_t feature = vector * vector_features; feature < end; ++feature)
                        packer.pack_feature(feature);
                });
        });
    });
    return packed;
}

std::unique_ptr<Implementation> make_kokkos_n_of_m() {
    return make_family({.name = "kokkos-n-of-m",
                        .sparsity = "n_of_m",
                        .variants = {{"a=fp32 w=fp32 c=fp32", prepare_n_of_m_fp32},
                                     {"a=bf16 w=bf16 c=fp32", prepare_n_of_m_16_bits},
                                     {"a=bf16 w=bf16 c=bf16", prepare_n_of_m_16_bits},
                                     {"a=fp16 w=fp16 c=fp16", prepare_n_of_m_16_bits},
                                     {"a=int8 w=int8 c=int32", prepare_n_of_m_int8}},
                        .tiles = n_of_m_tiles,
                        .parameters = {prefetch_parameter()},
                        .refusal = refusal});
}

}  // namespace ridge::operators
