// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// C (m × n) = A (m × k) · Wᵀ, W (n × k) the weights of a linear layer: C[i][j] = Σ_l A[i][l] · W[j][l].
/// A and C are row-major. Sparsity is of the weights: N:M along k, blocks of rows (n) × columns (k);
/// activation sparsity is the share of elements of A that are not zero, at places that nobody knows before
/// the call runs.
struct GemmCall {
    std::int64_t m = 0, n = 0, k = 0;
    NumberFormat a, w, c;
    Sparsity sparsity;
    Sparsity activation_sparsity = {};  ///< dense or unstructured

    /// From a canonical call of operator "gemm".
    [[nodiscard]] static GemmCall from(const OperatorCall& call);
    [[nodiscard]] OperatorCall call() const;
};

/// Bytes that the weights take in their format: values, scales, and indices (2:4: 2 bits for each kept value;
/// block: 32 bits for each kept block and for each block row; unstructured: 16 bits for each kept value, 32
/// from k = 65537 on, and 32 for each row).
[[nodiscard]] double weight_bytes(const GemmCall& call);

/// Share of the columns of W that meet an activation which is not zero in at least one of the m rows:
/// 1 - (1 - d)^m at density d.
[[nodiscard]] double needed_columns(const GemmCall& call);

[[nodiscard]] OperatorInfo gemm_operator();

}  // namespace ridge::operators
