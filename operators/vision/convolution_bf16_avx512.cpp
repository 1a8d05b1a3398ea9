// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/dot_avx512.hpp"
#include "operators/vision/convolution_launch.hpp"

#if defined(RIDGE_HAS_AVX512_BF16)
namespace ridge::operators {

std::unique_ptr<TensorKernel> prepare_convolution_bf16_avx512(const TensorOperands& operands,
                                                              const KernelConfig& config) {
    return prepare_convolution<Bf16, DotBf16Avx512>(operands, config);
}

}  // namespace ridge::operators
#endif
