// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/tensor_operands.hpp"

namespace ridge::operators {

constexpr double norm_epsilon = 1e-5;  // of LLaMA's config.json, rms_norm_eps; BERT and GPT-2 differ little

/// Inputs in this order: x, second input (add_rmsnorm), weight, bias (layernorm); outputs: sum
/// (add_rmsnorm), y.
[[nodiscard]] std::unique_ptr<OperandSet> make_norm_operands(const OperatorCall& call, std::uint64_t seed);

}  // namespace ridge::operators
