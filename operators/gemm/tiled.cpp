// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/tiled.hpp"

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {
namespace {

Family tiled_family(std::string name, std::vector<Variant> variants) {
    return {.name = std::move(name),
            .sparsity = "dense",
            .variants = std::move(variants),
            .tiles = register_tiles,
            .parameters = {
                integer_parameter("mc", {256, 64, 128, 512, 1024}, "rows of a cache block"),
                integer_parameter("kc", {1024, 256, 512, 2048, 4096}, "elements of a cache block along k"),
                integer_parameter("nc", {1024, 256, 4096}, "output features of a cache block"),
                word_parameter("order", {"w", "a"}, "operand whose part stays in the innermost cache"),
                word_parameter("partition", {"n", "m", "mn"}, "side of C that the threads divide")}};
}

}  // namespace

TiledConfig TiledConfig::from(const KernelConfig& config) {
    return {.mr = static_cast<int>(config.integer("mr")),
            .nr = static_cast<int>(config.integer("nr")),
            .mc = config.integer("mc"),
            .nc = config.integer("nc"),
            .kc = config.integer("kc"),
            .weights_inner = config.word("order") == "a",
            .partition = config.word("partition")};
}

ThreadGrid thread_grid(const std::string& partition, int threads) {
    if (partition == "m") return {threads, 1};
    if (partition == "n") return {1, threads};
    int rows = 1;
    for (int divisor = 2; divisor * divisor <= threads; ++divisor)
        if (threads % divisor == 0) rows = divisor;
    return {rows, threads / rows};
}

std::unique_ptr<Implementation> make_kokkos_tiled() {
    return make_family(tiled_family("kokkos-tiled", {{"a=fp32 w=fp32 c=fp32", prepare_tiled_fp32},
                                                     {"a=bf16 w=bf16 c=fp32", prepare_tiled_bf16},
                                                     {"a=bf16 w=bf16 c=bf16", prepare_tiled_bf16},
                                                     {"a=int8 w=int8 c=int32", prepare_tiled_int8}}));
}

std::unique_ptr<Implementation> make_kokkos_avx512() {
    std::vector<Variant> variants;
#if defined(RIDGE_HAS_AVX512_BF16)
    variants.push_back({"a=bf16 w=bf16 c=fp32", prepare_tiled_bf16_avx512});
    variants.push_back({"a=bf16 w=bf16 c=bf16", prepare_tiled_bf16_avx512});
#endif
#if defined(RIDGE_HAS_AVX512_VNNI)
    variants.push_back({"a=int8 w=int8 c=int32", prepare_tiled_int8_vnni});
#endif
    return variants.empty() ? nullptr : make_family(tiled_family("kokkos-avx512", std::move(variants)));
}

}  // namespace ridge::operators
