// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/step_parts.hpp"

#include <algorithm>

#include "cost_model/shipped_kernels.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

const DeviceModel& device_of(const Placement& placement, const NetworkCall& call) {
    const bool elsewhere = placement.expert_device && call.role.starts_with(expert_prefix);
    return elsewhere ? *placement.expert_device : *placement.device;
}

ShareFactors efficiency_of(const DeviceModel& device) {
    return {device.compute_efficiency, device.memory_efficiency};
}

Demands part(const Placement& placement, const Pass& pass, CallPart wanted) {
    Demands out{.calls = {}, .exchange = {}, .efficiency = efficiency_of(*placement.device)};
    for (const auto& one : placed_calls(placement, pass))
        if (part_of(one) == wanted) out.calls.push_back(placed_demand(placement, one));
    return out;
}

// What bounds the call is as the engine's shares make it; the time is both together.
void apply_shares(Prediction& prediction, const CallDemand& demand, const EngineParameters& engine,
                  const ShareFactors& efficiency) {
    const auto alone = alone_seconds(demand, engine, efficiency);
    for (auto& term : prediction.terms) {
        const bool computes = term.name.starts_with("compute");
        term.seconds = computes ? alone.compute : alone.memory;
        if ((alone.compute > alone.memory) == computes) prediction.limiter = term.name;
    }
    prediction.time_s = together(alone, engine.overlap_norm);
    if (!engine.compute_share) return;
    const char* ceilings = prediction.provenance == Provenance::specified ? "data-sheet" : "measured";
    prediction.basis =
        std::string(ceilings) + " ceilings at the shares that engine " + engine.name + " achieves of them";
    // The shares were fitted on published measurements: no data sheet has this time.
    prediction.provenance = Provenance::predicted;
}

// A kernel that was timed alone as the engine runs it, with all that the prediction says of its time.
void run_under(Prediction& kernel, const EngineParameters& engine) {
    const double harness_s = harness_seconds(kernel.launching_s, kernel.time_s, engine);
    const auto here = [&](double seconds) {
        return std::max(0.0, seconds - harness_s) / engine.kernel_share;
    };
    kernel.time_s = here(kernel.time_s);
    for (auto* interval : {&kernel.interval, &kernel.interval_95})
        if (*interval) *interval = Interval{here((*interval)->low), here((*interval)->high)};
    if (harness_s > 0)
        std::erase_if(kernel.terms, [](const LimiterTerm& term) { return term.name == "launch"; });
    for (auto& term : kernel.terms) term.seconds /= engine.kernel_share;
    const auto most = std::ranges::max_element(kernel.terms, {}, &LimiterTerm::seconds);
    if (most != kernel.terms.end()) kernel.limiter = most->name;
}

}  // namespace

PartSeconds seconds_of(const Demands& demands, const EngineParameters& engine) {
    PartSeconds out;
    for (const auto& call : demands.calls) out += call_seconds(call, engine, demands.efficiency);
    out.communication += demands.exchange.seconds(engine);
    return out;
}

Prediction placed_prediction(const Placement& placement, const NetworkCall& call) {
    const auto& device = device_of(placement, call);
    auto kernel = kernel_prediction(call.call, device);
    if (kernel) run_under(*kernel, placement.engine);
    if (kernel && kernel->time_s > 0) return *std::move(kernel);
    auto prediction = predict(call.call, device);
    if (prediction.kind == PredictionKind::roof)
        apply_shares(prediction, demand_of(call, prediction, device), placement.engine,
                     efficiency_of(device));
    return prediction;
}

CallDemand placed_demand(const Placement& placement, const NetworkCall& call) {
    const auto& device = device_of(placement, call);
    auto out = demand_of(call, predict(call.call, device), device);
    if (const auto kernel = kernel_prediction(call.call, device)) {
        out.kernel_s = kernel->time_s;
        out.launch_s = kernel->launching_s;
    }
    return out;
}

Demands rows_part(const Placement& placement, std::int64_t rows) {
    auto out = part(placement, decode_pass(rows, 1), CallPart::rows);
    out.exchange = exchange_demand(placement, real(rows), 0.0);
    return out;
}

Demands sequences_part(const Placement& placement, std::int64_t sequences) {
    auto out = part(placement, decode_pass(sequences, 1), CallPart::sequences);
    out.exchange = exchange_demand(placement, 0.0, real(sequences));
    return out;
}

Demands decode_attention_part(const Placement& placement, std::int64_t sequences, std::int64_t context) {
    return part(placement, decode_pass(sequences, context), CallPart::attention);
}

// A single token is a decode step; positions beyond the model's are taken as its last.
Demands prompt_attention_part(const Placement& placement, std::int64_t tokens, std::int64_t before) {
    const auto context = std::min(placement.model.max_position_embeddings, tokens + before);
    return part(placement, {.batch = 1, .new_tokens = std::min(tokens, context), .context = context},
                CallPart::attention);
}

PartSeconds of_prompts(const PartSeconds& one, double prompts) {
    return {one.compute * prompts, one.memory * prompts, one.launch, one.communication * prompts};
}

}  // namespace ridge::cost_model
