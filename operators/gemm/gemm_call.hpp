// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// C (m × n) = A (m × k) · Wᵀ, W (n × k) the weights of a linear layer: C[i][j] = Σ_l A[i][l] · W[j][l].
/// A and C are row-major. Sparsity is of the weights: N:M along k, blocks of rows (n) × columns (k).
struct GemmCall {
    std::int64_t m = 0, n = 0, k = 0;
    NumberFormat a, w, c;
    Sparsity sparsity;

    /// From a canonical call of operator "gemm".
    [[nodiscard]] static GemmCall from(const OperatorCall& call);
    [[nodiscard]] OperatorCall call() const;
};

/// Bytes that the weights take in their format: values, scales, and indices (2:4: 2 bits for each kept value;
/// block: 32 bits for each kept block and for each block row; unstructured: 32 bits for each kept value and
/// each row).
[[nodiscard]] double weight_bytes(const GemmCall& call);

[[nodiscard]] OperatorInfo gemm_operator();

}  // namespace ridge::operators
