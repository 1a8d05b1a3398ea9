// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {

Implementations make_gemm_implementations() {
    constexpr std::unique_ptr<Implementation> (*factories[])() = {
        make_kokkos_tiled,
        make_kokkos_avx512,
        make_kokkos_gemv,
        make_kokkos_2of4,
        make_kokkos_2of4_avx512,
        make_kokkos_n_of_m,
        make_kokkos_block,
        make_kokkos_sliced_rows,
        make_kokkos_active_columns,
#if defined(RIDGE_WITH_OPENBLAS)
        make_openblas,
#endif
#if defined(RIDGE_WITH_ONEDNN)
        make_onednn,
#endif
#if defined(RIDGE_WITH_MKL)
        make_mkl,
#endif
    };
    Implementations all;
    for (const auto factory : factories)
        if (auto implementation = factory()) all.push_back(std::move(implementation));
    return all;
}

}  // namespace ridge::operators
