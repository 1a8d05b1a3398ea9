// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "cost_model/serving/policy.hpp"
#include "cost_model/serving/replica_model.hpp"

namespace ridge::cost_model::serving {

/// Mean lengths of requests.
struct MeanRequest {
    double prompt_tokens = 512;
    double output_tokens = 256;
};

/// A replica that answers as fast as it is asked, `sequences` decoding at a time. Means, without queueing:
/// prompts come in lumps of at most a step's token budget, so that a share f of the steps has a lump and
/// takes p seconds, the others take d; each request takes output - 1 steps, and brings prompt / lump lumps.
/// Of any replica under a policy that a plan varies; engine_regimes.hpp has the same mean for engines as they
/// are fitted, whose prompts and cut-offs are the engine's own.
struct SteadyState {
    double sequences = 0;
    double step_s = 0;         ///< (1 - f) · d + f · p: the mean time per output token
    double prompt_step_s = 0;  ///< p
    double lump_share = 0;     ///< f, at most 1
    double requests_per_s = 0;
    double output_tokens_per_s = 0;
    double ttft_s = 0;  ///< of a request that waits for nothing but the step under way
    double watts = 0;   ///< while it works
};

/// Sequences that the KV cache and the policy let decode at a time; each holds its prompt and, in the mean,
/// half its answer.
[[nodiscard]] double most_sequences(const ReplicaModel& model, const Policy& policy,
                                    const MeanRequest& request);

/// Throws InputError for lengths or a number of sequences that are not above 0.
[[nodiscard]] SteadyState steady_state(const ReplicaModel& model, const Policy& policy,
                                       const MeanRequest& request, double sequences);

/// The largest whole number up to `most` whose step takes at most `limit_s`, steps getting longer with it; 1
/// when none does.
[[nodiscard]] double most_within(double most, double limit_s, const std::function<double(double)>& step_s);

/// The steady state of the highest rate in which steps take at most `step_s` in the mean; the one of a single
/// sequence when none does. Steps are taken to get longer with every sequence.
[[nodiscard]] SteadyState fastest_within(const ReplicaModel& model, const Policy& policy,
                                         const MeanRequest& request, double step_s);

}  // namespace ridge::cost_model::serving
