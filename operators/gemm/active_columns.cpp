// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/active_columns.hpp"

#include <algorithm>
#include <cstring>

#include "operators/gemm/gemm_kernels.hpp"
#include "operators/host_packing.hpp"

namespace ridge::operators {
namespace {

struct KeptBlocks {
    std::vector<std::int64_t> start;
    std::vector<std::int32_t> column;
};

KeptBlocks list_blocks(const GemmOperands& operands, std::int64_t rows, std::int64_t columns) {
    const bool dense = operands.call().sparsity.is_dense();
    KeptBlocks list;
    for (std::int64_t row = 0; row < rows; ++row) {
        list.start.push_back(static_cast<std::int64_t>(list.column.size()));
        for (std::int64_t column = 0; column < columns; ++column)
            if (dense || operands.block_kept(row, column))
                list.column.push_back(static_cast<std::int32_t>(column));
    }
    list.start.push_back(static_cast<std::int64_t>(list.column.size()));
    return list;
}

struct ColumnPacker {
    const GemmOperands& operands;
    const ColumnPanels& layout;
    const KeptBlocks& blocks;
    std::byte* values;

    void pack_feature(std::int64_t feature) const {
        const std::int64_t bytes = operands.weights().element_bytes();
        std::vector<std::byte> row(static_cast<std::size_t>(operands.call().k * bytes));
        operands.weights().stored(feature, row.data());
        const std::int64_t block_row = feature / layout.block_rows, inside = feature % layout.block_rows;
        const auto begin = blocks.start[static_cast<std::size_t>(block_row)],
                   end = blocks.start[static_cast<std::size_t>(block_row) + 1];
        const std::int64_t panel = inside / layout.features;
        for (auto block = begin; block < end; ++block) {
            const std::int64_t first = blocks.column[static_cast<std::size_t>(block)] * layout.block_columns;
            const std::int64_t at = begin * layout.panels_per_row + panel * (end - begin) + (block - begin);
            for (std::int64_t l = 0; l < layout.block_columns; ++l)
                std::memcpy(
                    values + ((at * layout.block_columns + l) * layout.features + inside % layout.features) *
                                 bytes,
                    &row[static_cast<std::size_t>((first + l) * bytes)], static_cast<std::size_t>(bytes));
        }
    }
};

std::optional<std::string> refusal(const GemmCall& call, const KernelConfig& config) {
    if (call.activation_sparsity.is_dense()) return "runs calls with activation_sparsity";
    const std::int64_t rows = call.sparsity.is_dense() ? call.n : call.sparsity.block_rows;
    const std::int64_t widest = (rows + lanes - 1) / lanes;
    if (config.integer("nr") > std::max<std::int64_t>(1, widest))
        return "nr=" + std::to_string(config.integer("nr")) + " is wider than the " + std::to_string(rows) +
               " features that share columns";
    return std::nullopt;
}

}  // namespace

ColumnPanels ColumnPanels::pack(const GemmOperands& operands, std::int64_t features) {
    const auto& call = operands.call();
    const bool dense = call.sparsity.is_dense();
    ColumnPanels packed;
    packed.features = features;
    packed.block_rows = dense ? call.n : call.sparsity.block_rows;
    packed.block_columns = dense ? call.k : call.sparsity.block_cols;
    const std::int64_t rows = call.n / packed.block_rows;
    packed.panels_per_row = (packed.block_rows + features - 1) / features;
    packed.panels = rows * packed.panels_per_row;
    const auto blocks = list_blocks(operands, rows, call.k / packed.block_columns);
    packed.start = to_device(blocks.start);
    packed.block_column = to_device(blocks.column);
    packed.values = Buffer(blocks.column.size() *
                           static_cast<std::size_t>(packed.panels_per_row * packed.block_columns * features *
                                                    operands.weights().element_bytes()));
    packed.values.fill([&](std::byte* values) {
        const ColumnPacker packer{operands, packed, blocks, values};
        Kokkos::parallel_for("pack columns",
                             Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, call.n),
                             [&](const std::int64_t feature) { packer.pack_feature(feature); });
    });
    return packed;
}

std::unique_ptr<Implementation> make_kokkos_active_columns() {
    return make_family({.name = "kokkos-active-columns",
                        .sparsity = "dense",
                        .variants = {{"a=fp32 w=fp32 c=fp32", prepare_active_fp32},
                                     {"a=bf16 w=bf16 c=fp32", prepare_active_16_bits},
                                     {"a=bf16 w=bf16 c=bf16", prepare_active_16_bits},
                                     {"a=fp16 w=fp16 c=fp16", prepare_active_16_bits},
                                     {"a=int8 w=int8 c=int32", prepare_active_int8}},
                        .tiles = active_tiles,
                        .parameters = {integer_parameter(
                            "ahead", {4, 0, 2, 8}, "columns by which the kernel prefetches weights ahead")},
                        .refusal = refusal,
                        .other_sparsities = {"block"}});
}

}  // namespace ridge::operators
