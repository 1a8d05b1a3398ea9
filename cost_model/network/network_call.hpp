// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operator_call.hpp"
#include "core/precision.hpp"
#include "core/sparsity.hpp"

namespace ridge::cost_model {

/// How numbers are stored. int8 activations are the inputs of linear layers, whose results are int32 where
/// the weights are integers too and nothing has scales; with scales ("int8:row") they are quantised token by
/// token before a linear layer, and the results are as the residual stream. The residual stream, norms,
/// attention and lm_head stay in bf16 then.
struct Precisions {
    NumberFormat activations{.precision = Precision::bf16};
    NumberFormat weights{.precision = Precision::bf16};         ///< of the layers' linear weights
    std::optional<NumberFormat> expert_weights = std::nullopt;  ///< of routed experts, where they differ
    std::optional<NumberFormat> head_weights = std::nullopt;    ///< of embedding and lm_head, likewise
    NumberFormat kv{.precision = Precision::bf16};
    Sparsity weight_sparsity;      ///< of the layers' linear weights
    Sparsity inner_sparsity = {};  ///< zeros among the inputs of down projections

    [[nodiscard]] NumberFormat stream()
        const;  ///< residual stream: activations if 16 bits or more, else bf16
    [[nodiscard]] NumberFormat head()
        const;  ///< embedding and lm_head: head_weights; weights if 16 bits or more, else bf16
    [[nodiscard]] const NumberFormat& of_experts() const {
        return expert_weights ? *expert_weights : weights;
    }
    [[nodiscard]] NumberFormat linear_result() const;  ///< of the layers' linear layers
};

/// "fp32", "bf16", "fp16": everything so; "int8" (or "w8a8"): int8 activations with a scale a token and int8
/// weights with a scale an output channel; "fp8": both in fp8_e4m3; "w8", "w4", "w4-zero": weights of 8 or 4
/// bits in groups of 128, the last with zero points; else "<activations>/<weights>" or
/// "<activations>/<weights>/<kv>" in number formats. Throws InputError naming them.
[[nodiscard]] Precisions parse_precisions(const std::string& word);

/// Calls of the same operator and shape in one pass through a model.
struct NetworkCall {
    std::string role;   ///< "q_proj", "attention", "lm_head" …
    OperatorCall call;  ///< canonical
    std::int64_t count = 1;
};

/// Sum of the calls' work.
struct NetworkWork {
    double flop = 0;
    double bytes = 0;
};
[[nodiscard]] NetworkWork network_work(const std::vector<NetworkCall>& calls);

}  // namespace ridge::cost_model
