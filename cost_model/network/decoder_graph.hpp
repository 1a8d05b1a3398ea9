// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/operator_call.hpp"
#include "core/precision.hpp"
#include "core/sparsity.hpp"
#include "cost_model/network/model_config.hpp"

namespace ridge::cost_model {

/// How numbers are stored. int8 activations are the inputs of linear layers, whose
/// results are int32 where the weights are integers too; the residual stream, norms,
/// attention and lm_head then stay in bf16.
struct Precisions {
    NumberFormat activations{.precision = Precision::bf16};
    NumberFormat weights{.precision = Precision::bf16};  ///< of the layers' linear weights
    NumberFormat kv{.precision = Precision::bf16};
    Sparsity weight_sparsity;  ///< of the layers' linear weights

    [[nodiscard]] NumberFormat stream()
        const;  ///< residual stream: activations if 16 bits or more, else bf16
    [[nodiscard]] NumberFormat head()
        const;  ///< embedding and lm_head: weights if 16 bits or more, else bf16
};

/// Calls of the same operator and shape in one pass through the model.
struct NetworkCall {
    std::string role;   ///< "q_proj", "attention", "lm_head" …
    OperatorCall call;  ///< canonical
    std::int64_t count = 1;
};

/// A pass of `new_tokens` positions a sequence with `context` positions to attend to, the new ones included.
/// Logits are computed for the last position of each sequence only.
struct Pass {
    std::int64_t batch = 1;
    std::int64_t new_tokens = 1;
    std::int64_t context = 1;
};
[[nodiscard]] Pass prefill_pass(std::int64_t batch, std::int64_t prompt_tokens);
[[nodiscard]] Pass decode_pass(std::int64_t batch, std::int64_t context);

/// Every call of one pass, in order of execution. Throws InputError when the pass is empty or its context
/// beyond the model's.
[[nodiscard]] std::vector<NetworkCall> decoder_calls(const ModelConfig& model, const Pass& pass,
                                                     const Precisions& precisions);

/// Sum of the calls' work.
struct NetworkWork {
    double flop = 0;
    double bytes = 0;
};
[[nodiscard]] NetworkWork network_work(const std::vector<NetworkCall>& calls);

}  // namespace ridge::cost_model
