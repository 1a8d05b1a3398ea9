// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/registry.hpp"

namespace ridge::operators {

[[nodiscard]] std::unique_ptr<OperandSet> make_gemm_operands(const OperatorCall& call, std::uint64_t seed);

/// The implementations of operator "gemm" compiled into this program.
[[nodiscard]] Implementations make_gemm_implementations();
/// Those of any of gemm_operators() that have dense weights and no library behind them.
[[nodiscard]] Implementations make_dense_implementations(const std::string& op);

// One factory each; those that this build lacks return nullptr.
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_tiled(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_avx512(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_stored(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_gemv(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_stored_gemv(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_fp8(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_fp8_gemv(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_quantised(const std::string& op);
[[nodiscard]] std::unique_ptr<Implementation> make_kokkos_fixed_point(const std::string& op);
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
