// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {

namespace {

void add(Implementations& all, std::unique_ptr<Implementation> implementation) {
    if (implementation) all.push_back(std::move(implementation));
}

}  // namespace

Implementations make_dense_implementations(const std::string& op) {
    constexpr std::unique_ptr<Implementation> (*factories[])(const std::string& op) = {
        make_kokkos_tiled,    make_kokkos_avx512,      make_kokkos_stored,
        make_kokkos_gemv,     make_kokkos_stored_gemv, make_kokkos_fp8,
        make_kokkos_fp8_gemv, make_kokkos_quantised,   make_kokkos_fixed_point,
    };
    Implementations all;
    for (const auto factory : factories) add(all, factory(op));
    return all;
}

Implementations make_gemm_implementations() {
    constexpr std::unique_ptr<Implementation> (*factories[])() = {
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
    auto all = make_dense_implementations("gemm");
    for (const auto factory : factories) add(all, factory());
    return all;
}

}  // namespace ridge::operators
