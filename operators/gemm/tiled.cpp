// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/tiled.hpp"

#include <algorithm>

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {

Family tiled_family(std::string name, const std::string& op, std::vector<Variant> variants,
                    std::span<const RegisterTile> tiles) {
    return {
        .name = std::move(name),
        .sparsity = "dense",
        .variants = std::move(variants),
        .tiles = tiles,
        .parameters = {integer_parameter("mc", {256, 64, 128, 512, 1024}, "rows of a cache block"),
                       integer_parameter("kc", {1024, 256, 512, 2048, 4096},
                                         "elements of a cache block along k"),
                       integer_parameter("nc", {1024, 256, 4096}, "output features of a cache block"),
                       word_parameter("order", {"w", "a"}, "operand whose part stays in the innermost cache"),
                       word_parameter("partition", {"n", "m", "mn"}, "side of C that the threads divide")},
        .op = op};
}

TiledConfig TiledConfig::from(const KernelConfig& config) {
    return {.mr = static_cast<int>(config.integer("mr")),
            .nr = static_cast<int>(config.integer("nr")),
            .mc = config.integer("mc"),
            .nc = config.integer("nc"),
            .kc = config.integer("kc"),
            .weights_inner = config.word("order") == "a",
            .partition = config.word("partition")};
}

TileTable TileTable::of(std::span<const std::int64_t> row_starts, std::int64_t mr) {
    TileTable out;
    for (std::size_t matrix = 0; matrix + 1 < row_starts.size(); ++matrix) {
        out.starts.push_back(static_cast<std::int64_t>(out.tiles.size()));
        for (std::int64_t row = row_starts[matrix]; row < row_starts[matrix + 1]; row += mr)
            out.tiles.push_back(
                {row, std::min(mr, row_starts[matrix + 1] - row), static_cast<std::int64_t>(matrix)});
    }
    out.starts.push_back(static_cast<std::int64_t>(out.tiles.size()));
    return out;
}

ThreadGrid thread_grid(const std::string& partition, int threads) {
    if (partition == "m") return {threads, 1};
    if (partition == "n") return {1, threads};
    int rows = 1;
    for (int divisor = 2; divisor * divisor <= threads; ++divisor)
        if (threads % divisor == 0) rows = divisor;
    return {rows, threads / rows};
}

std::unique_ptr<Implementation> make_kokkos_tiled(const std::string& op) {
    std::vector<Variant> variants = {{"a=fp32 w=fp32 c=fp32", prepare_tiled_fp32},
                                     {"a=bf16 w=bf16 c=fp32", prepare_tiled_bf16},
                                     {"a=bf16 w=bf16 c=bf16", prepare_tiled_bf16},
                                     {"a=int8:row w=int8:row c=fp32", prepare_tiled_int8},
                                     {"a=int8:row w=int8:row c=bf16", prepare_tiled_int8}};
    if (!has_epilogue(op)) variants.push_back({"a=int8 w=int8 c=int32", prepare_tiled_int8});
    return make_family(tiled_family("kokkos-tiled", op, std::move(variants)));
}

std::unique_ptr<Implementation> make_kokkos_avx512(const std::string& op) {
    std::vector<Variant> variants;
#if defined(RIDGE_HAS_AVX512_BF16)
    variants.push_back({"a=bf16 w=bf16 c=fp32", prepare_tiled_bf16_avx512});
    variants.push_back({"a=bf16 w=bf16 c=bf16", prepare_tiled_bf16_avx512});
#endif
#if defined(RIDGE_HAS_AVX512_VNNI)
    if (!has_epilogue(op)) variants.push_back({"a=int8 w=int8 c=int32", prepare_tiled_int8_vnni});
    variants.push_back({"a=int8:row w=int8:row c=fp32", prepare_tiled_int8_vnni});
    variants.push_back({"a=int8:row w=int8:row c=bf16", prepare_tiled_int8_vnni});
#endif
    return variants.empty() ? nullptr : make_family(tiled_family("kokkos-avx512", op, std::move(variants)));
}

std::unique_ptr<Implementation> make_kokkos_stored(const std::string& op) {
    auto variants = fp8_variants(prepare_tiled_fp8_e4m3, prepare_tiled_fp8_e5m2);
    variants.insert(variants.begin(), {{"a=fp64 w=fp64 c=fp64", prepare_tiled_fp64},
                                       {"a=fp16 w=fp16 c=fp32", prepare_tiled_fp16},
                                       {"a=fp16 w=fp16 c=fp16", prepare_tiled_fp16}});
    return make_family(tiled_family("kokkos-stored", op, std::move(variants), stored_tiles));
}

}  // namespace ridge::operators
