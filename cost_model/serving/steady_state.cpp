// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/steady_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace ridge::cost_model::serving {
namespace {

StepLoad decode_of(const MeanRequest& request, double sequences) {
    StepLoad load;
    load.decode_sequences = sequences;
    load.decode_context = request.prompt_tokens + 0.5 * request.output_tokens;
    return load;
}

// Prompt tokens of a step.
double budget_of(const Policy& policy, double sequences) {
    const auto budget = static_cast<double>(policy.token_budget);
    return std::max(1.0, policy.batching == Batching::chunked ? budget - sequences : budget);
}

double lump_of(const Policy& policy, const MeanRequest& request, double sequences) {
    return std::min(request.prompt_tokens, budget_of(policy, sequences));
}

// Each token of a prompt sees half of it in the mean. A step of whole prompts does not decode.
StepLoad lump_step(const Policy& policy, const MeanRequest& request, double sequences, double tokens,
                   double prompts) {
    auto load = policy.batching == Batching::chunked ? decode_of(request, sequences) : StepLoad{};
    load.prefill_tokens = tokens;
    load.prefill_sequences = std::max(1.0, prompts);
    load.prefill_context = 0.5 * (request.prompt_tokens + 1.0);
    return load;
}

// Lumps stop the decoding, each for its own step.
void set_stopped(SteadyState& out, const StepCost& decode, const StepCost& prompt, double lumps_a_step) {
    out.lump_share = lumps_a_step;
    out.step_s = decode.time_s + lumps_a_step * prompt.time_s;
    out.watts = (decode.energy_j + lumps_a_step * prompt.energy_j) / out.step_s;
}

// Lumps come with steps of the decoding.
void set_mixed(SteadyState& out, const StepCost& decode, const StepCost& prompt, double lumps_a_step) {
    const double share = out.lump_share = std::min(1.0, lumps_a_step);
    out.step_s = (1 - share) * decode.time_s + share * prompt.time_s;
    out.watts = ((1 - share) * decode.energy_j + share * prompt.energy_j) / out.step_s;
}

}  // namespace

double most_sequences(const ReplicaModel& model, const Policy& policy, const MeanRequest& request) {
    const double held = request.prompt_tokens + 0.5 * request.output_tokens;
    return std::min(static_cast<double>(policy.max_sequences), std::floor(model.kv_capacity_tokens / held));
}

SteadyState steady_state(const ReplicaModel& model, const Policy& policy, const MeanRequest& request,
                         double sequences) {
    if (!(request.prompt_tokens >= 1 && request.output_tokens >= 1 && sequences > 0))
        throw InputError("a steady state needs prompts, answers and sequences above 0");
    const bool chunked = policy.batching == Batching::chunked;
    const double most = lump_of(policy, request, sequences);
    const double lumps = std::ceil(request.prompt_tokens / most),
                 steps = std::max(1.0, request.output_tokens - 1);
    const double lumps_a_step = sequences * lumps / steps, lump = request.prompt_tokens / lumps;
    // More than one in each step: they share it, as far as the budget goes.
    const double tokens =
        chunked ? std::min(std::max(1.0, lumps_a_step) * lump, std::max(lump, budget_of(policy, sequences)))
                : lump;
    const auto decode = model.step(decode_of(request, sequences));
    const auto prompt = model.step(lump_step(policy, request, sequences, tokens, tokens / lump));
    SteadyState out;
    out.sequences = sequences;
    out.prompt_step_s = prompt.time_s;
    (chunked ? set_mixed : set_stopped)(out, decode, prompt, lumps_a_step);
    // Where prompts fill every step, they set the pace, and fewer sequences decode than asked for.
    out.requests_per_s = std::min(sequences / steps / out.step_s,
                                  chunked && lumps_a_step > 1 ? tokens / request.prompt_tokens / prompt.time_s
                                                              : std::numeric_limits<double>::infinity());
    out.output_tokens_per_s = out.requests_per_s * request.output_tokens;
    out.ttft_s = 0.5 * out.step_s + lumps * prompt.time_s;
    return out;
}

double most_within(double most, double limit_s, const std::function<double(double)>& step_s) {
    if (most <= 1 || step_s(1) > limit_s) return 1;
    if (step_s(most) <= limit_s) return most;
    double low = 1, high = most;
    while (high - low > 1) {
        const double middle = std::floor(0.5 * (low + high));
        (step_s(middle) <= limit_s ? low : high) = middle;
    }
    return low;
}

SteadyState fastest_within(const ReplicaModel& model, const Policy& policy, const MeanRequest& request,
                           double step_s) {
    const auto state = [&](double sequences) { return steady_state(model, policy, request, sequences); };
    return state(most_within(most_sequences(model, policy, request), step_s,
                             [&](double sequences) { return state(sequences).step_s; }));
}

}  // namespace ridge::cost_model::serving
