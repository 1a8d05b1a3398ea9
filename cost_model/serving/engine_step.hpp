// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "cost_model/serving/engine_shares.hpp"
#include "cost_model/serving/engine_sizes.hpp"

namespace ridge::cost_model {

/// How a model is spread over the devices of one replica.
struct EngineSpread {
    double tensor = 1;          ///< heads and features cut
    double expert = 1;          ///< experts dealt out
    double attention_data = 1;  ///< replicas of the attention layers with sequences of their own
    double stages = 1;          ///< layers one device after the other

    [[nodiscard]] double devices() const { return std::max(tensor, expert) * stages; }
};

/// Bytes of a weight and of a cached element, and which weights are left out.
struct EngineFormats {
    double weight_bytes = 2;     ///< of an element of the layers' linear weights
    double head_bytes = 2;       ///< of lm_head
    double embedding_bytes = 2;  ///< of the embedding table
    double cache_bytes = 2;
    Sparsity sparsity;
};

/// Everything a step's time depends on but the load.
struct EngineCase {
    EngineSizes sizes;
    EngineDevice device;
    EngineShares shares;
    EngineSpread spread;
    EngineFormats formats;
};

/// What one iteration works on, all replicas of the attention layers together.
struct EngineLoad {
    double prompt_tokens = 0, prompt_sequences = 0;
    double prompt_context = 0;  ///< mean positions that each prompt token attends to
    double decode_sequences = 0, decode_context = 0;
};

/// Seconds of a step on each device by what they go to.
struct EngineStep {
    double linear = 0, experts = 0, head = 0;
    double decode_attention = 0, prompt_attention = 0;
    double elementwise = 0, communication = 0, fixed = 0;
    double flop = 0, bytes = 0;  ///< done by each device

    [[nodiscard]] double seconds() const {
        return linear + experts + head + decode_attention + prompt_attention + elementwise + communication +
               fixed;
    }
};

[[nodiscard]] EngineStep engine_step(const EngineCase& engine, const EngineLoad& load);

/// Mean power of one device, W; 0 where the TDP is not known.
[[nodiscard]] double engine_power(const EngineCase& engine, const EngineStep& step, double seconds);

/// Positions that the caches of one replica hold; the least of the memory where weights leave nothing.
[[nodiscard]] double engine_cache_tokens(const EngineCase& engine);
/// Bytes of the weights on each device.
[[nodiscard]] double engine_weight_bytes(const EngineCase& engine);

}  // namespace ridge::cost_model
