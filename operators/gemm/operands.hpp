// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "operators/gemm/gemm_call.hpp"
#include "operators/implementation.hpp"

namespace ridge::operators {

/// Operands of one GEMM call. Values are drawn from [-1, 1) (integers from [-127, 127]) by a hash of seed,
/// operand and position, so they do not depend on the number of threads; each is exactly representable in its
/// operand's precision. Weights are sparse by construction: pruned elements are zero here and absent from the
/// packed formats.
class GemmOperands : public OperandSet {
  public:
    GemmOperands(const GemmCall& call, std::uint64_t seed);

    [[nodiscard]] const GemmCall& call() const { return call_; }
    [[nodiscard]] std::span<const float> a() const { return a_; }  ///< m × k, row-major
    [[nodiscard]] std::span<const float> w() const { return w_; }  ///< n × k, row-major, zeros where pruned

    /// Whether block (row, column) of block-sparse weights is kept.
    [[nodiscard]] bool block_kept(std::int64_t block_row, std::int64_t block_column) const;

    /// Rows of C whose reference is known: all on small calls, else the first, the last and seeded ones
    /// between.
    [[nodiscard]] std::span<const std::int64_t> checked_rows() const { return rows_; }
    /// Reference of checked row `i` and what its result may miss it by; n each.
    [[nodiscard]] std::span<const double> reference(std::size_t i) const { return slice(reference_, i); }
    [[nodiscard]] std::span<const double> bound(std::size_t i) const { return slice(bound_, i); }

  private:
    void fill_weights(std::uint64_t seed);
    void choose_blocks(std::uint64_t seed);
    void compute_reference();
    [[nodiscard]] std::span<const double> slice(const std::vector<double>& values, std::size_t i) const {
        const auto n = static_cast<std::size_t>(call_.n);
        return std::span(values).subspan(i * n, n);
    }

    GemmCall call_;
    std::vector<float> a_, w_;
    std::vector<std::uint8_t> kept_blocks_;
    std::vector<std::int64_t> rows_;
    std::vector<double> reference_, bound_;
};

/// Largest error that a right result may have: of a float result summation_error(t) · Σ|a·w| + u_c ·
/// |reference|, u_c the unit round-off of the output's precision; integer results have to be equal (bound
/// 0.5). `terms` counts roundings: multiplication and addition of each product.
[[nodiscard]] double gemm_error_bound(const GemmCall& call, double terms, double magnitude, double reference);

/// Nearest bfloat16 (ties to even) of a finite value.
[[nodiscard]] std::uint16_t to_bf16(float value);
[[nodiscard]] float from_bf16(std::uint16_t bits);

}  // namespace ridge::operators
