// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/n_of_m.hpp"

#include <algorithm>
#include <cstring>

#include "operators/gemm/gemm_kernels.hpp"

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

    // Positions in one group that are kept: those that are not zero, filled up with others to N of them.
    void choose(const std::byte* group, std::vector<int>& chosen) const {
        const auto& sparsity = operands.call().sparsity;
        const auto bytes = static_cast<std::size_t>(operands.weights().element_bytes());
        constexpr std::byte zero[8] = {};
        chosen.clear();
        std::vector<int> rest;
        for (int i = 0; i < sparsity.group; ++i) {
            const bool is_zero = std::memcmp(group + static_cast<std::size_t>(i) * bytes, zero, bytes) == 0;
            (is_zero ? rest : chosen).push_back(i);
        }
        for (std::size_t i = 0; static_cast<int>(chosen.size()) < sparsity.kept; ++i)
            chosen.push_back(rest[i]);
    }

    void pack_feature(std::int64_t feature) const {
        const auto& call = operands.call();
        const std::int64_t bytes = operands.weights().element_bytes();
        std::vector<std::byte> row(static_cast<std::size_t>(call.k * bytes));
        operands.weights().stored(feature, row.data());
        const std::int64_t panel = feature / layout.columns(), lane = feature % vector_features,
                           vector = feature % layout.columns() / vector_features;
        std::vector<int> chosen;
        for (std::int64_t column = 0; column < call.k; column += call.sparsity.group) {
            choose(&row[static_cast<std::size_t>(column * bytes)], chosen);
            const std::int64_t window = column / window_columns;
            std::int64_t step = column % window_columns / call.sparsity.group * call.sparsity.kept;
            for (const int position : chosen) {
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
                "pack N:M",
                Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(
                    0, (call.n + vector_features - 1) / vector_features),
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
