// SPDX-License-Identifier: Apache-2.0
#include "cost_model/batch_steps.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/units.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

std::int64_t up(double value) { return std::max<std::int64_t>(1, std::llround(std::ceil(value - 1e-9))); }

// A prompt by where its keys and values come from.
struct Prompt {
    double computed = 0;  // tokens
    double before = 0;    // positions before them
    double loaded = 0;    // tokens of fused chunks that are read from a tier
};

// What is computed again of fused chunks is counted with the fresh text behind everything else.
Prompt prompt_of(const Workload& workload, const Reuse& reuse) {
    const double all = real(workload.prompt_tokens);
    const double fused = std::floor(all * reuse.fused);
    const double kept = std::floor(all * reuse.prefix) + fused - std::ceil(fused * reuse.recomputed);
    const double computed = std::max(1.0, all - std::max(0.0, kept));
    return {.computed = computed, .before = all - computed, .loaded = fused};
}

// Steps that the prompts of a batch take, and what each works on: prompts as they are, or cut into chunks.
struct PrefillSteps {
    StepLoad load;
    double repeats = 1;
};

PrefillSteps prefill_steps(double batch, const Prompt& prompt, const Placement& placement) {
    const double chunk = real(placement.engine.chunk_tokens) * real(placement.parallelism.data);
    if (chunk <= 0 || batch * prompt.computed <= chunk)
        return {prefill_load(batch, prompt.computed, prompt.before)};
    if (prompt.computed <= chunk) {
        const double prompts = std::max(1.0, std::floor(chunk / prompt.computed));
        return {prefill_load(prompts, prompt.computed, prompt.before), batch / prompts};
    }
    // Every chunk after the first attends to those before: on average to half of the others.
    const double repeats = prompt.computed / chunk;
    return {prefill_load(1, chunk, prompt.before + (prompt.computed - chunk) / 2.0), batch * repeats};
}

std::vector<TierReading> readings(const Placement& placement, const Deployment& deployment, double kv_bytes) {
    const auto& offload = deployment.offload;
    const double rate =
        tier_rate(*placement.device, deployment.tiers, offload.tier, placement.engine.link_share);
    const double weights = offload.weights * weight_bytes(placement.shard, placement.precisions);
    const auto from = std::string(name(offload.tier));
    return {{"weights from " + from, weights, rate, offload.overlap},
            {"keys and values from " + from, offload.kv * kv_bytes, rate, offload.overlap}};
}

}  // namespace

Placement placement_of(const ModelConfig& model, const DeviceModel& device, const Workload& workload,
                       const Deployment& deployment) {
    auto out = make_placement(model, workload.precisions, device, deployment.parallelism, deployment.engine,
                              deployment.topology);
    if (!deployment.experts_on) return out;
    if (!model.experts) throw InputError(model.name + " has no routed experts that a host could compute");
    const double need = expert_weight_bytes(out.shard, workload.precisions);
    if (need > deployment.tiers.dram_bytes)
        throw InputError("the experts of " + model.name + " need " + capacity(need) +
                         " of the host for each device, " + capacity(need - deployment.tiers.dram_bytes) +
                         " more than it has; --dram gives its memory in bytes, --parallel spreads them");
    out.expert_device = deployment.experts_on.get();
    return out;
}

OpenStep open_prefill(const Placement& placement, const Deployment& deployment, const Workload& workload) {
    const auto prompt = prompt_of(workload, deployment.reuse);
    const auto steps = prefill_steps(real(workload.batch), prompt, placement);
    const auto work = stage_work(steps.load, placement);
    auto reading = readings(placement, deployment, 0);
    // Layers are computed while the next ones' keys and values are read.
    const double each =
        kv_bytes_per_token(placement.shard, placement.precisions) / real(placement.parallelism.data);
    const auto tier = deployment.reuse.tier;
    reading.push_back({"cached chunks from " + std::string(name(tier)),
                       prompt.loaded * each * real(workload.batch) / steps.repeats,
                       tier_rate(*placement.device, deployment.tiers, tier, placement.engine.link_share),
                       1.0});
    for (auto& one : reading) one.bytes *= steps.repeats;
    const auto tokens = up(work.prompt_tokens);
    const Pass pass{.batch = up(work.prompts),
                    .new_tokens = tokens,
                    .context = std::min(placement.model.max_position_embeddings,
                                        tokens + up(work.prompt_before + 1) - 1)};
    return open_step(placement, pass, work, reading, steps.repeats);
}

// A step that checks drafted tokens works on all of them.
OpenStep open_decode(const Placement& placement, const Deployment& deployment, const Workload& workload,
                     double context) {
    auto work = stage_work(decode_load(real(workload.batch), context), placement);
    const std::int64_t drafted = std::llround(deployment.speculation.drafted);
    Pass pass = decode_pass(up(work.decode_sequences), up(work.decode_context));
    const double kv =
        real(pass.batch) * sequence_bytes(placement.shard, placement.precisions, work.decode_context);
    const auto reading = readings(placement, deployment, kv);
    const auto plain = open_step(placement, pass, work, reading);
    if (drafted == 0) return plain;
    pass.new_tokens = drafted + 1;
    pass.context = std::min(placement.model.max_position_embeddings, pass.context + drafted);
    work.rows *= real(drafted + 1);
    work.sequences *= real(drafted + 1);
    auto checked = open_step(placement, pass, work, reading);
    const double draft = real(drafted) * deployment.speculation.draft_cost * plain.cost.time_s;
    auto roles = checked.pass.roles;
    roles.push_back(
        outside_calls("draft model", "proposes tokens one after the other", drafted, draft, "draft"));
    checked.pass = pass_of(std::move(roles), checked.pass.work, false);
    checked.cost.time_s += draft;
    checked.cost.memory_s += draft;
    checked.cost.energy_j += draft / plain.cost.time_s * plain.cost.energy_j;
    return checked;
}

MemoryNeed need_of(const Placement& placement, const Deployment& deployment, const Workload& workload) {
    const double replicas = real(placement.parallelism.data), ways = real(placement.parallelism.context);
    const double batch = std::ceil(real(workload.batch) / replicas);
    const double longest = real(workload.prompt_tokens) + real(workload.output_tokens);
    // Rows of the longest step: where prompts are done elsewhere, a token of each sequence.
    const double prompts =
        deployment.prefill ? batch : batch * prompt_of(workload, deployment.reuse).computed;
    const auto fit = memory_fit(placement, prompts);
    const double kept = 1.0 - fit.fragmentation;
    return {.weights = fit.weights * (1.0 - deployment.offload.weights),
            .kv_cache = batch * sequence_bytes(placement.shard, placement.precisions, longest / ways) *
                        (1.0 - deployment.offload.kv) / kept,
            .activations = fit.activations +
                           (batch - 1.0) * activation_bytes(placement.shard, placement.precisions, 0, 1),
            .workspace = fit.workspace};
}

// Sequences that what is left beside weights, workspace and one step's activations holds.
double most_sequences(const Placement& placement, const Deployment& deployment, Workload workload,
                      double usable) {
    workload.batch = 1;
    const auto one = need_of(placement, deployment, workload);
    const double each = one.kv_cache + (placement.engine.chunk_tokens > 0 ? 0.0 : one.activations);
    const double left = usable - one.total() + each;
    if (left < each) return 0;
    return std::floor(left / std::max(each, 1.0)) * real(placement.parallelism.data);
}

}  // namespace ridge::cost_model
