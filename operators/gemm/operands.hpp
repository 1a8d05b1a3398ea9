// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "operators/gemm/gemm_call.hpp"
#include "operators/gemm/random_matrix.hpp"
#include "operators/gemm/zero_pattern.hpp"
#include "operators/implementation.hpp"

namespace ridge::operators {

/// Operands of one GEMM call: matrices whose rows are drawn when a kernel packs them (random_matrix.hpp), and
/// the reference of the result. Weights are sparse by construction: pruned elements are zero here and absent
/// from the packed formats.
class GemmOperands : public OperandSet {
  public:
    GemmOperands(const GemmCall& call, std::uint64_t seed);

    [[nodiscard]] const GemmCall& call() const { return call_; }
    [[nodiscard]] const RandomMatrix& activations() const { return activations_; }  ///< m × k
    [[nodiscard]] const RandomMatrix& weights() const { return weights_; }          ///< (matrices · n) × k
    /// Operand e of an epilogue: 1 × n for biases, else m × n.
    [[nodiscard]] const RandomMatrix& extra() const { return *extra_; }
    /// First row of A of each matrix of weights, and one past the last (row_groups.hpp).
    [[nodiscard]] std::span<const std::int64_t> row_starts() const { return row_starts_; }

    /// Whether block (row, column) of block-sparse weights is kept.
    [[nodiscard]] bool block_kept(std::int64_t block_row, std::int64_t block_column) const {
        return pattern_.block_kept(block_row, block_column);
    }

    /// Rows of C whose reference is known: all on small calls, else the first, the last and seeded ones
    /// between.
    [[nodiscard]] std::span<const std::int64_t> checked_rows() const { return rows_; }
    /// Reference of checked row `i` and what its result may miss it by; n each.
    [[nodiscard]] std::span<const double> reference(std::size_t i) const { return slice(reference_, i); }
    [[nodiscard]] std::span<const double> bound(std::size_t i) const { return slice(bound_, i); }

  private:
    void compute_reference();
    void reference_of(std::size_t first, std::size_t last);
    void finish_reference(std::size_t checked, const std::vector<double>& extra);
    [[nodiscard]] std::span<const double> slice(const std::vector<double>& values, std::size_t i) const {
        const auto n = static_cast<std::size_t>(call_.n);
        return std::span(values).subspan(i * n, n);
    }

    GemmCall call_;
    ZeroPattern pattern_;
    RandomMatrix activations_, weights_;
    std::optional<RandomMatrix> extra_;
    std::vector<std::int64_t> row_starts_;
    std::vector<std::int64_t> rows_;
    std::vector<double> reference_, bound_;  // of the sums first, then of the results
};

/// Largest error that a right sum may have: of a float result summation_error(t) · Σ|a·w| + u_c ·
/// |reference|, u_c the unit round-off of the output's precision; integer results have to be equal (bound
/// 0.5). `terms` counts roundings: multiplication and addition of each product.
[[nodiscard]] double gemm_error_bound(const GemmCall& call, double terms, double magnitude, double reference);

}  // namespace ridge::operators
