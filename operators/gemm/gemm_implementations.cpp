// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {

Implementations make_gemm_implementations() {
    constexpr std::unique_ptr<Implementation> (*factories[])() = {
        make_kokkos_tiled,
#if defined(RIDGE_WITH_OPENBLAS)
        make_openblas,
#endif
#if defined(RIDGE_WITH_ONEDNN)
        make_onednn,
#endif
    };
    Implementations all;
    for (const auto factory : factories) all.push_back(factory());
    return all;
}

}  // namespace ridge::operators
