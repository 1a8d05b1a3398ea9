// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemv.hpp"

#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {

SkinnyConfig SkinnyConfig::from(const KernelConfig& config) {
    return {.mr = static_cast<int>(config.integer("mr")),
            .nr = static_cast<int>(config.integer("nr")),
            .prefetch_bytes = config.integer("prefetch")};
}

TunableParameter prefetch_parameter() {
    return integer_parameter("prefetch", {4096, 0, 1024, 2048, 8192, 16384},
                             "bytes that weights are prefetched ahead");
}

std::unique_ptr<Implementation> make_kokkos_gemv(const std::string& op) {
    std::vector<Variant> variants = {{"a=fp32 w=fp32 c=fp32", prepare_gemv_fp32},
                                     {"a=bf16 w=bf16 c=fp32", prepare_gemv_bf16},
                                     {"a=bf16 w=bf16 c=bf16", prepare_gemv_bf16},
                                     {"a=int8:row w=int8:row c=fp32", prepare_gemv_int8},
                                     {"a=int8:row w=int8:row c=bf16", prepare_gemv_int8}};
    if (!has_epilogue(op)) variants.push_back({"a=int8 w=int8 c=int32", prepare_gemv_int8});
    return make_family({.name = "kokkos-gemv",
                        .sparsity = "dense",
                        .variants = std::move(variants),
                        .tiles = gemv_tiles,
                        .parameters = {prefetch_parameter()},
                        .op = op});
}

std::unique_ptr<Implementation> make_kokkos_stored_gemv(const std::string& op) {
    auto variants = fp8_variants(prepare_gemv_fp8_e4m3, prepare_gemv_fp8_e5m2);
    variants.insert(variants.begin(), {{"a=fp64 w=fp64 c=fp64", prepare_gemv_fp64},
                                       {"a=fp16 w=fp16 c=fp32", prepare_gemv_fp16},
                                       {"a=fp16 w=fp16 c=fp16", prepare_gemv_fp16}});
    return make_family({.name = "kokkos-stored-gemv",
                        .sparsity = "dense",
                        .variants = std::move(variants),
                        .tiles = stored_gemv_tiles,
                        .parameters = {prefetch_parameter()},
                        .op = op});
}

}  // namespace ridge::operators
