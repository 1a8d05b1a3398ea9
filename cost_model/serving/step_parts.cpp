// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/step_parts.hpp"

#include <algorithm>

#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// Bytes of the call with dense weights over its own.
double bytes_gain(const OperatorCall& call) {
    auto dense = call;
    dense.sparsity = {};
    return operators::work(dense).bytes() / operators::work(call).bytes();
}

// Dense over executed arithmetic that the device could gain from the call's sparse weights.
double possible_gain(const OperatorCall& call, const DeviceModel& device) {
    const auto& sparsity = call.sparsity;
    if (sparsity.kind == Sparsity::Kind::dense) return 1.0;
    const double gain = 1.0 / sparsity.density();
    if (sparsity.kind == Sparsity::Kind::block || device.device.kind == "cpu") return gain;
    const bool known = sparsity.kind == Sparsity::Kind::n_of_m ? device.sparsity_pattern == sparsity.text()
                                                               : device.sparsity_pattern == "unstructured";
    return known ? std::min(gain, device.sparsity_max_ratio) : 1.0;
}

// Kernels realise a share of what sparse weights could gain, in arithmetic as in bytes.
void apply_sparse_share(Prediction& prediction, const OperatorCall& call, const Placement& placement) {
    if (prediction.kind != PredictionKind::roof || call.sparsity.is_dense()) return;
    const double share = placement.engine.sparse_share;
    prediction.time_s = 0;
    for (auto& term : prediction.terms) {
        const double gain =
            term.name.starts_with("compute") ? possible_gain(call, *placement.device) : bytes_gain(call);
        term.seconds *= gain / (1.0 + share * (gain - 1.0));
        if (term.seconds >= prediction.time_s)
            prediction.time_s = term.seconds, prediction.limiter = term.name;
    }
}

// Roofs were divided by the device model's shares; the engine's take their place.
void apply_shares(Prediction& prediction, const Placement& placement) {
    const auto& engine = placement.engine;
    const auto& device = *placement.device;
    if (prediction.kind != PredictionKind::roof || (!engine.compute_share && !engine.memory_share)) return;
    prediction.time_s = 0;
    for (auto& term : prediction.terms) {
        const bool computes = term.name.starts_with("compute");
        const auto& share = computes ? engine.compute_share : engine.memory_share;
        if (share) term.seconds *= (computes ? device.compute_efficiency : device.memory_efficiency) / *share;
        if (term.seconds >= prediction.time_s)
            prediction.time_s = term.seconds, prediction.limiter = term.name;
    }
}

PartSeconds part(const Placement& placement, const Pass& pass, CallPart wanted) {
    PartSeconds out;
    for (const auto& one : placed_calls(placement, pass)) {
        if (part_of(one) != wanted) continue;
        auto each = seconds_of(placed_prediction(placement, one));
        each.launch += placement.engine.call_s;
        out += each * real(one.count);
    }
    return out;
}

double exchange_seconds(const Placement& placement, double rows, double sequences) {
    double seconds = 0;
    for (const auto& one : exchanges(placement, rows, sequences)) seconds += one.count * one.seconds;
    return seconds;
}

}  // namespace

PartSeconds& PartSeconds::operator+=(const PartSeconds& other) {
    compute += other.compute;
    memory += other.memory;
    launch += other.launch;
    communication += other.communication;
    return *this;
}

Prediction placed_prediction(const Placement& placement, const NetworkCall& call) {
    if (placement.expert_device && call.role.starts_with(expert_prefix))
        return predict(call.call, *placement.expert_device);
    auto prediction = predict(call.call, *placement.device);
    apply_shares(prediction, placement);
    apply_sparse_share(prediction, call.call, placement);
    return prediction;
}

PartSeconds seconds_of(const Prediction& prediction) {
    PartSeconds out;
    double launch = 0;
    for (const auto& term : prediction.terms)
        if (term.name == "launch") launch = std::min(term.seconds, prediction.time_s);
    out.launch = launch;
    (prediction.limiter.starts_with("compute") ? out.compute : out.memory) = prediction.time_s - launch;
    return out;
}

PartSeconds rows_part(const Placement& placement, std::int64_t rows) {
    auto out = part(placement, decode_pass(rows, 1), CallPart::rows);
    out.communication = exchange_seconds(placement, real(rows), 0.0);
    return out;
}

PartSeconds sequences_part(const Placement& placement, std::int64_t sequences) {
    auto out = part(placement, decode_pass(sequences, 1), CallPart::sequences);
    out.communication = exchange_seconds(placement, 0.0, real(sequences));
    return out;
}

PartSeconds decode_attention_part(const Placement& placement, std::int64_t sequences, std::int64_t context) {
    return part(placement, decode_pass(sequences, context), CallPart::attention);
}

// A single token is a decode step; positions beyond the model's are taken as its last.
PartSeconds prompt_attention_part(const Placement& placement, std::int64_t tokens, std::int64_t before) {
    const auto context = std::min(placement.model.max_position_embeddings, tokens + before);
    return part(placement, {.batch = 1, .new_tokens = std::min(tokens, context), .context = context},
                CallPart::attention);
}

PartSeconds of_prompts(const PartSeconds& one, double prompts) {
    return {one.compute * prompts, one.memory * prompts, one.launch, one.communication * prompts};
}

}  // namespace ridge::cost_model
