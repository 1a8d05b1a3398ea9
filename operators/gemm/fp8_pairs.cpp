// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/dot_fp8.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/gemv.hpp"
#include "operators/gemm/tiled.hpp"

namespace ridge::operators {

#if defined(RIDGE_HAS_FP8_PAIRS)
namespace {

template <typename T>
std::unique_ptr<PreparedKernel> prepare_gemv(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_skinny<DotFp8Pairs<T>, DenseStorage, stored_gemv_tiles>(operands, config);
}

template <typename T>
std::unique_ptr<PreparedKernel> prepare_blocks(const GemmOperands& operands, const KernelConfig& config) {
    return prepare_tiled<DotFp8Pairs<T>, stored_tiles>(operands, config);
}

}  // namespace

std::unique_ptr<Implementation> make_kokkos_fp8_gemv(const std::string& op) {
    return make_family({.name = "kokkos-fp8-gemv-avx512",
                        .sparsity = "dense",
                        .variants = fp8_variants(prepare_gemv<Fp8E4m3>, prepare_gemv<Fp8E5m2>),
                        .tiles = stored_gemv_tiles,
                        .parameters = {prefetch_parameter()},
                        .op = op});
}

std::unique_ptr<Implementation> make_kokkos_fp8(const std::string& op) {
    return make_family(tiled_family("kokkos-fp8-avx512", op,
                                    fp8_variants(prepare_blocks<Fp8E4m3>, prepare_blocks<Fp8E5m2>),
                                    stored_tiles));
}
#else
std::unique_ptr<Implementation> make_kokkos_fp8_gemv(const std::string&) { return nullptr; }
std::unique_ptr<Implementation> make_kokkos_fp8(const std::string&) { return nullptr; }
#endif

}  // namespace ridge::operators
