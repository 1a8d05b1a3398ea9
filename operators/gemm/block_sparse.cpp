// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/block_sparse.hpp"

#include <cstring>
#include <span>

#include "operators/gemm/gemm_kernels.hpp"
#include "operators/host_packing.hpp"

namespace ridge::operators {
namespace {

constexpr std::int64_t word_bytes = 4;

struct BlockList {
    std::vector<std::int32_t> row_start, block_column;
};

BlockList list_blocks(const GemmOperands& operands) {
    const auto& call = operands.call();
    BlockList list;
    for (std::int64_t row = 0; row < call.n / call.sparsity.block_rows; ++row) {
        list.row_start.push_back(static_cast<std::int32_t>(list.block_column.size()));
        for (std::int64_t column = 0; column < call.k / call.sparsity.block_cols; ++column)
            if (operands.block_kept(row, column))
                list.block_column.push_back(static_cast<std::int32_t>(column));
    }
    list.row_start.push_back(static_cast<std::int32_t>(list.block_column.size()));
    return list;
}

struct BlockPacker {
    const GemmOperands& operands;
    std::int64_t columns, panels_per_row, block_words;

    // Feature `feature` of a row of blocks: a word of each feature of a panel side by side for each step.
    void pack_feature(std::span<const std::int32_t> kept, std::int64_t block_row, std::int64_t feature,
                      std::byte* out) const {
        const auto row = operands.weights().stored(block_row * operands.call().sparsity.block_rows + feature);
        const std::int64_t block_bytes = block_words * word_bytes, stride = columns * word_bytes;
        out += feature / columns * std::ssize(kept) * block_words * stride + feature % columns * word_bytes;
        for (const auto block : kept)
            for (std::int64_t byte = 0; byte < block_bytes; byte += word_bytes, out += stride)
                std::memcpy(out, row.data() + block * block_bytes + byte, word_bytes);
    }

    void pack_row(const BlockList& list, std::int64_t row, std::byte* out) const {
        const auto begin = list.row_start[static_cast<std::size_t>(row)],
                   end = list.row_start[static_cast<std::size_t>(row) + 1];
        const auto kept =
            std::span(list.block_column)
                .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
        if (kept.empty()) return;
        out += begin * panels_per_row * block_words * columns * word_bytes;
        for (std::int64_t feature = 0; feature < operands.call().sparsity.block_rows; ++feature)
            pack_feature(kept, row, feature, out);
    }
};

std::optional<std::string> block_refusal(const GemmCall& call, const KernelConfig& config) {
    const int per_word = 32 / storage_bits(call.w.precision);
    if (call.sparsity.block_cols % per_word != 0)
        return "blocks of " + std::string(name(call.w.precision)) + " should be a multiple of " +
               std::to_string(per_word) + " wide";
    const std::int64_t needed = (call.sparsity.block_rows + lanes - 1) / lanes;
    if (config.integer("nr") > needed)
        return "nr=" + std::to_string(config.integer("nr")) + " is wider than a block of " +
               std::to_string(call.sparsity.block_rows) + " features";
    return std::nullopt;
}

}  // namespace

PackedBlocks PackedBlocks::pack(const GemmOperands& operands, std::int64_t columns) {
    const auto& call = operands.call();
    const auto list = list_blocks(operands);
    const std::int64_t rows = call.n / call.sparsity.block_rows;
    PackedBlocks packed;
    packed.block_words = call.sparsity.block_cols * storage_bits(call.w.precision) / 32;
    packed.panels_per_row = (call.sparsity.block_rows + columns - 1) / columns;
    packed.panels = rows * packed.panels_per_row;
    packed.row_start = to_device(list.row_start);
    packed.block_column = to_device(list.block_column);
    packed.data =
        Buffer(list.block_column.size() *
               static_cast<std::size_t>(packed.panels_per_row * packed.block_words * columns * word_bytes));
    const BlockPacker packer{operands, columns, packed.panels_per_row, packed.block_words};
    packed.data.fill([&](std::byte* out) {
        Kokkos::parallel_for("pack blocks", HostRange(0, rows),
                             [&](const std::int64_t row) { packer.pack_row(list, row, out); });
    });
    return packed;
}

std::unique_ptr<Implementation> make_kokkos_block() {
    return make_family({.name = "kokkos-block",
                        .sparsity = "block",
                        .variants = {{"a=fp32 w=fp32 c=fp32", prepare_block_fp32},
                                     {"a=bf16 w=bf16 c=fp32", prepare_block_bf16},
                                     {"a=bf16 w=bf16 c=bf16", prepare_block_bf16},
                                     {"a=int8 w=int8 c=int32", prepare_block_int8}},
                        .tiles = block_tiles,
                        .parameters = {prefetch_parameter()},
                        .refusal = block_refusal});
}

}  // namespace ridge::operators
