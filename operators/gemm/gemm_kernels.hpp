// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_gemm_operands(const OperatorCall& call, std::uint64_t seed);

/// The GEMM implementations compiled into this program.
[[nodiscard]] Implementations make_gemm_implementations();

// One factory each; those that this build lacks return nullptr.
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_tiled();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_avx512();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_gemv();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_block();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_2of4();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_2of4_avx512();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_n_of_m();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_active_columns();
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_sliced_rows();
[[nodiscard]] std::unique_ptr<Implementation> make_openblas();
[[nodiscard]] std::unique_ptr<Implementation> make_onednn();
[[nodiscard]] std::unique_ptr<Implementation> make_mkl();

}  // namespace ridge::operators
