// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/scenario/question.hpp"

namespace ridge::cost_model {

/// What a serving engine yields of a model on devices, with the interval that four published measurements of
/// five lay in. `figure` is
///   "decode_tokens_per_s"  tokens after the first of a batch     "first_token_s"   a prompt until its first
///   token "batch_tokens_per_s"   a batch from start to end             "request_s"       the same for one
///   request "full_tokens_per_s"    as many requests as fit               "watts", "joules_per_token"  of all
///   devices, full "samples_per_s"        of a network that generates nothing   "cache_tokens"    positions
///   that the memory holds
/// Keys: model, device, devices (1: tensor parallelism, within each of `stages`, 1, that layers are cut into;
/// `replicas` share nothing), framework, batch (1), prompt (512), output (256), arithmetic (f16), weights and
/// kv where they are of another format, sparsity;
/// reused: share of the prompt whose keys and values are loaded at load_bytes_per_s instead of computed;
/// recomputed: share of the reused part that is computed again; experts_on: a device whose memory holds the
/// experts, and which computes them; kernel_factor: on what the kernels achieve.
[[nodiscard]] Estimate engine_figure(Answerer& answerer, const JsonReader& question);

}  // namespace ridge::cost_model
