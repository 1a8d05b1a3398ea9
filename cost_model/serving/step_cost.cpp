// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/step_cost.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

std::int64_t whole(double value, std::int64_t least) {
    return std::max<std::int64_t>(least, std::llround(value));
}

void check(const StepLoad& load) {
    for (const auto& [what, value] : {std::pair("prefill_tokens", load.prefill_tokens),
                                      std::pair("prefill_sequences", load.prefill_sequences),
                                      std::pair("prefill_context", load.prefill_context),
                                      std::pair("decode_sequences", load.decode_sequences),
                                      std::pair("decode_context", load.decode_context)})
        if (!(std::isfinite(value) && value >= 0))
            throw InputError("step load: " + std::string(what) + " is " + number_text(value) +
                             ", should be a number of at least 0");
    if (load.prefill_tokens > 0 && load.prefill_sequences <= 0)
        throw InputError(
            "step load: prompt tokens belong to no sequence; prefill_sequences should be above 0");
}

// Pieces that a load can be cut into: its sequences, or a chunk each of its prompt tokens.
double microbatches(const StepLoad& load, const Placement& placement) {
    const auto chunk = placement.engine.chunk_tokens;
    const double chunks = chunk > 0 ? std::ceil(load.prefill_tokens / real(chunk)) : 0.0;
    const double pieces =
        std::max({std::floor(load.decode_sequences), std::floor(load.prefill_sequences), chunks});
    return std::clamp(pieces, 1.0, real(placement.parallelism.pipeline));
}

double host_seconds(const StepLoad& load, double replicas, const EngineParameters& engine) {
    return engine.host_step_s +
           engine.host_sequence_s * (load.prefill_sequences + load.decode_sequences) / replicas +
           engine.host_prefill_token_s * load.prefill_tokens / replicas;
}

// Of one microbatch in one stage: all layers, communication that is not hidden included.
PartSeconds layers_of(const StageParts& parts) {
    auto out = parts.rows + parts.decode + parts.prompts;
    out.communication += std::max(0.0, parts.ring_s - parts.prompts.total());
    return out;
}

PartSeconds exposed(PartSeconds part, const EngineParameters& engine) {
    part.communication *= 1.0 - engine.communication_overlap;
    return part;
}

double joules(const StepCost& cost, const Power& power, double devices) {
    if (power.tdp_w <= 0) return 0.0;
    const double waiting = cost.launch_s + cost.communication_s + cost.host_s + cost.bubble_s;
    return devices *
           (cost.compute_s * power.at(power.compute_activity) +
            cost.memory_s * power.at(power.memory_activity) + waiting * power.at(power.waiting_activity));
}

// Seconds from the first microbatch entering the first stage to the last one leaving the last. While decoding
// the next step of a microbatch follows its own last one, so that stages never run empty but where there are
// fewer microbatches than stages.
double through_stages(const StageWork& work, double stages, double layers, double head, double send) {
    const double traversal = stages * layers + head + (stages - 1.0) * send;
    const double pace = layers + head + (stages > 1.0 ? send : 0.0);
    if (work.decodes) return std::max(traversal, work.microbatches * pace);
    return traversal + (work.microbatches - 1.0) * pace;
}

}  // namespace

StepLoad prefill_load(double sequences, double tokens, double cached) {
    return {.prefill_tokens = sequences * tokens,
            .prefill_sequences = sequences,
            .prefill_context = cached + (tokens + 1.0) / 2.0};
}

StepLoad decode_load(double sequences, double context) {
    return {.decode_sequences = sequences, .decode_context = context};
}

StageWork stage_work(const StepLoad& load, const Placement& placement) {
    check(load);
    const double replicas = real(placement.parallelism.data), ways = real(placement.parallelism.context);
    StageWork work;
    work.microbatches = microbatches(load, placement);
    work.host_s = host_seconds(load, replicas, placement.engine);
    work.decodes = load.decode_sequences > 0;
    const double part = 1.0 / (replicas * work.microbatches);
    work.decode_sequences = load.decode_sequences * part;
    work.decode_context = load.decode_context / ways;
    work.prompts = load.prefill_sequences * part;
    if (load.prefill_tokens > 0) {
        work.prompt_tokens = load.prefill_tokens / load.prefill_sequences / ways;
        work.prompt_before = std::max(0.0, load.prefill_context - (work.prompt_tokens + 1.0) / 2.0);
    }
    work.rows = work.decode_sequences + load.prefill_tokens * part / ways;
    work.sequences = work.decode_sequences + (load.prefill_tokens > 0 ? work.prompts : 0.0);
    return work;
}

StepCost step_cost(const Placement& placement, const Power& power, const StageWork& work,
                   const StageParts& parts) {
    const auto& engine = placement.engine;
    const auto layers = exposed(layers_of(parts), engine), head = exposed(parts.sequences, engine);
    const auto busy = (layers + head) * work.microbatches;
    const double stages = real(placement.parallelism.pipeline);
    const double devices_s = through_stages(work, stages, layers.total(), head.total(), parts.send_s);
    StepCost cost{.compute_s = busy.compute, .memory_s = busy.memory, .launch_s = busy.launch};
    cost.communication_s = busy.communication + (stages > 1.0 ? (stages - 1.0) * parts.send_s : 0.0);
    cost.communication_s = std::min(cost.communication_s, devices_s - busy.total() + busy.communication);
    // One stage waits for none; what a difference of rounded sums leaves is no time.
    if (stages > 1.0)
        cost.bubble_s =
            std::max(0.0, devices_s - cost.compute_s - cost.memory_s - cost.launch_s - cost.communication_s);
    cost.host_s = work.host_s - std::min(devices_s, work.host_s * engine.host_overlap);
    cost.time_s = devices_s + cost.host_s;
    cost.energy_j = joules(cost, power, placement.devices());
    return cost;
}

StageParts exact_parts(const Placement& placement, const StageWork& work) {
    StageParts parts;
    const auto rows = whole(work.rows, 1);
    const auto seconds = [&](const Demands& demands) { return seconds_of(demands, placement.engine); };
    parts.rows = seconds(rows_part(placement, rows));
    parts.sequences = seconds(sequences_part(placement, whole(work.sequences, 1)));
    if (work.decode_sequences > 0)
        parts.decode = seconds(
            decode_attention_part(placement, whole(work.decode_sequences, 1), whole(work.decode_context, 1)));
    if (work.prompt_tokens > 0)
        parts.prompts = of_prompts(seconds(prompt_attention_part(placement, whole(work.prompt_tokens, 1),
                                                                 whole(work.prompt_before, 0))),
                                   work.prompts);
    parts.send_s = stage_send_s(placement, work.rows);
    parts.ring_s = ring_attention_s(placement, work.prompt_tokens * work.prompts);
    return parts;
}

StepCost exact_cost(const Placement& placement, const StepLoad& load) {
    const auto work = stage_work(load, placement);
    if (work.rows <= 0) return {};
    return step_cost(placement, power_of(placement), work, exact_parts(placement, work));
}

}  // namespace ridge::cost_model
