// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Operators that carry a state along a sequence:
/// selective_scan          the scan of Mamba (Gu and Dao 2023): for each channel c and state s, with step
/// size
///                         d[t][c] and the discretisation A' = exp(d·A), B' = d·B,
///                         h[t] = exp(d[t][c]·A[s][c])·h[t-1] + d[t][c]·B[t][s]·x[t][c],
///                         y[t][c] = sum over s of C[t][s]·h[t][c][s] + D[c]·x[t][c];
/// gated_linear_attention  (Yang et al. 2023): S[t] = diag(g[t])·S[t-1] + k[t]ᵀ·v[t], o[t] = q[t]·S[t] /
///                         sqrt(key_dim) for each head;
/// causal_conv1d           each channel by a filter of its own:
///                         y[t][c] = bias[c] + sum over i of w[i][c]·x[t-width+1+i][c], x being 0 before t =
///                         0.
/// The first two begin with a given state and end with one, so a length of 1 is a step of decoding. States
/// are fp32, fp64 with fp64 operands.
[[nodiscard]] std::vector<OperatorInfo> recurrent_operators();

}  // namespace ridge::operators
