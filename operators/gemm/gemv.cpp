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

std::unique_ptr<Implementation> make_kokkos_gemv() {
    return make_family({.name = "kokkos-gemv",
                        .sparsity = "dense",
                        .variants = {{"a=fp32 w=fp32 c=fp32", prepare_gemv_fp32},
                                     {"a=bf16 w=bf16 c=fp32", prepare_gemv_bf16},
                                     {"a=bf16 w=bf16 c=bf16", prepare_gemv_bf16},
                                     {"a=int8 w=int8 c=int32", prepare_gemv_int8}},
                        .tiles = gemv_tiles,
                        .parameters = {prefetch_parameter()}});
}

}  // namespace ridge::operators
