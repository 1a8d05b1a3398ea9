// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// What happens to a sum before it is stored; `e` is the operand of that name, in the format of C.
enum class Epilogue {
    none,
    bias,       ///< + e[j]
    bias_gelu,  ///< gelu(sum + e[j]), gelu(x) = x/2 * (1 + erf(x / sqrt(2)))
    silu_mul,   ///< silu(sum) * e[i][j]: the gate of a SwiGLU layer, e its other projection
    residual,   ///< + e[i][j]
};

/// How rows of A find their matrix of weights.
enum class Rows {
    one_matrix,
    batched,  ///< every matrix has the same number of rows
    grouped,  ///< rows are dealt out to experts at random; some experts may have none
};

/// C (m × n) = A (m × k) · Wᵀ, W (n × k) the weights of a linear layer: C[i][j] = Σ_l A[i][l] · W[j][l].
/// A and C are row-major. Sparsity is of the weights: N:M along k, blocks of rows (n) × columns (k);
/// activation sparsity is the share of elements of A that are not zero, at places that nobody knows before
/// the call runs.
struct GemmCall {
    std::int64_t m = 0;  ///< rows of A in all, over every matrix of a batch or experts
    std::int64_t n = 0, k = 0;
    NumberFormat a, w, c;
    Sparsity sparsity;
    Sparsity activation_sparsity = {};  ///< dense or unstructured
    Epilogue epilogue = Epilogue::none;
    Rows rows = Rows::one_matrix;
    std::int64_t matrices = 1;  ///< of weights, n × k each

    /// From a canonical call of one of gemm_operators().
    [[nodiscard]] static GemmCall from(const OperatorCall& call);
    [[nodiscard]] OperatorCall call() const;
};

/// Bytes that the weights of all matrices take in their format: values, scales and zero points of groups,
/// scales of rows, and indices (2:4: 2 bits for each kept value; block: 32 bits for each kept block and for
/// each block row; unstructured: 16 bits for each kept value, 32 from k = 65537 on, and 32 for each row).
[[nodiscard]] double weight_bytes(const GemmCall& call);

/// Share of the columns of W that meet an activation which is not zero in at least one of the m rows:
/// 1 - (1 - d)^m at density d.
[[nodiscard]] double needed_columns(const GemmCall& call);

/// Matrices that have rows: all but where rows are dealt out at random. Then as many as are expected,
/// E · (1 - (1 - 1/E)^m) of E experts, to the nearest.
[[nodiscard]] std::int64_t used_matrices(const GemmCall& call);

/// Whether a call's operator is one of those here.
[[nodiscard]] bool is_gemm(const OperatorCall& call);

/// Whether it is one with an epilogue.
[[nodiscard]] bool has_epilogue(std::string_view op);

/// gemm, gemm_batched, gemm_grouped, and gemm with an epilogue.
[[nodiscard]] std::vector<OperatorInfo> gemm_operators();

}  // namespace ridge::operators
