// SPDX-License-Identifier: Apache-2.0
#include "cost_model/token_cost.hpp"

#include <algorithm>
#include <cmath>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/batch_steps.hpp"
#include "cost_model/prefill_pool.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::int64_t token_limit = std::int64_t{1} << 31;

void check(const Workload& workload) {
    const auto require = [](std::int64_t value, const char* what) {
        if (value < 1 || value > token_limit)
            throw InputError("workload: " + std::string(what) + " is " + std::to_string(value) +
                             ", should be between 1 and 2^31");
    };
    require(workload.batch, "batch");
    require(workload.prompt_tokens, "prompt_tokens");
    require(workload.output_tokens, "output_tokens");
}

std::int64_t tokens_at(const JsonReader& json, const char* key) {
    const auto value = json.at(key).integer();
    if (value < 1 || value > token_limit) json.at(key).fail("a whole number between 1 and 2^31");
    return value;
}

void check_generates(const ModelConfig& model) {
    if (!model.causal)
        throw InputError(model.name + " (" + model.architecture +
                         ") is an encoder and makes no tokens; 'ridge suite make' lists its operator calls");
}

void check_context(const ModelConfig& model, const Workload& workload) {
    const auto longest = workload.prompt_tokens + workload.output_tokens;
    if (longest > model.max_position_embeddings)
        throw InputError("prompt_tokens + output_tokens is " + std::to_string(longest) + ", beyond the " +
                         std::to_string(model.max_position_embeddings) + " positions of " + model.name);
}

// Mean power over the calls whose energy was measured, when they are most of the step.
std::optional<double> measured_watts(const PassCost& pass, double& share) {
    double joules = 0, seconds = 0;
    for (const auto& role : pass.roles) {
        if (!role.each.energy_j) continue;
        joules += static_cast<double>(role.count) * *role.each.energy_j;
        seconds += role.seconds;
    }
    share = pass.seconds > 0 ? seconds / pass.seconds : 0;
    return share >= 0.5 ? std::optional(joules / seconds) : std::nullopt;
}

double watts_of(const StepCost& cost, double devices) {
    return cost.time_s > 0 ? cost.energy_j / (cost.time_s * devices) : 0.0;
}

// From the thermal design power: what the device does tells how much of it.
Energy predicted_energy(const TokenCost& cost, const RequestTimes& times) {
    Energy energy;
    if (cost.decode_cost.energy_j <= 0) {
        energy.missing = "no energy was measured and no thermal design power is known for this device";
        return energy;
    }
    const auto sequences = static_cast<double>(cost.workload.batch);
    energy.watts = watts_of(cost.decode_cost, cost.devices);
    energy.joules_per_output_token = cost.decode_cost.energy_j / (sequences * cost.tokens_per_step);
    const double prompts = cost.pool ? 1.0 : sequences;
    energy.joules_per_input_token = cost.prefill_cost.energy_j / (prompts * times.prompt_tokens);
    energy.provenance = Provenance::predicted;
    energy.basis = "power between idle and TDP by what limits";
    if (cost.decode.is_bound) energy.basis += ", over least times: neither bound";
    return energy;
}

Energy energy_of(const TokenCost& cost, const RequestTimes& times) {
    double share = 0, prefill_share = 0;
    const auto watts = measured_watts(cost.decode, share);
    if (!watts) return predicted_energy(cost, times);
    Energy energy;
    energy.watts = watts;
    energy.joules_per_output_token = joules_per_output_token(times, *watts);
    if (const auto prefill = measured_watts(cost.prefill, prefill_share))
        energy.joules_per_input_token = joules_per_input_token(times, *prefill);
    energy.provenance = Provenance::predicted;
    energy.basis = "power measured over " + percent(share) + " of a decode step";
    return energy;
}

void set_times(TokenCost& cost, const RequestTimes& times) {
    cost.time_to_first_token_s = cost.prefill.seconds;
    cost.time_per_output_token_s = times.step_s;
    cost.request_device_s = times.devices * times.request_s() / times.batch;
    const double transfer_s = cost.pool ? cost.pool->transfer_s : 0.0;
    cost.request_s = cost.prefill.seconds + transfer_s + (times.output_tokens - 1.0) * times.step_s;
    cost.tokens_per_s_sequence = 1.0 / times.step_s;
    cost.tokens_per_s = times.batch / times.step_s;
}

void set_intervals(TokenCost& cost, const RequestTimes& times) {
    if (!cost.decode.interval || cost.decode.interval_share < least_interval_share) return;
    const auto& step = *cost.decode.interval;
    const double tokens = times.batch * cost.tokens_per_step;
    cost.tokens_per_s_interval = Interval{tokens / step.high, tokens / step.low};
    if (const auto price = cost.money.usd_per_million_output)
        cost.usd_per_million_output_interval =
            Interval{*price * step.low / cost.decode.seconds, *price * step.high / cost.decode.seconds};
}

Provenance provenance_of(const TokenCost& cost) {
    return cost.prefill.specified_share > 0 || cost.decode.specified_share > 0 ? Provenance::specified
                                                                               : Provenance::predicted;
}

// Of a token, which is a step's where a step makes more than one.
Interval token_range(const TokenCost& cost) {
    const auto step = cost.decode.interval.value_or(Interval{});
    return {step.low / cost.tokens_per_step, step.high / cost.tokens_per_step};
}

// Seconds of a decoding replica's devices that the batch's prompts cost as much as; with a pool of their own
// in its devices' seconds.
double prefill_factor(const TokenCost& cost) {
    if (!cost.pool) return 1.0;
    const auto& pool = *cost.pool;
    return static_cast<double>(cost.workload.batch) * pool.request_s / pool.prompt_s * pool.devices /
           cost.devices;
}

Interval operator*(const Interval& range, double factor) { return {range.low * factor, range.high * factor}; }

void price_passes(TokenCost& cost, const DeviceModel& device, const Economy& economy) {
    const auto& workload = cost.workload;
    const double factor = prefill_factor(cost);
    const RequestTimes times{.prefill_s = cost.prefill.seconds * factor,
                             .step_s = cost.decode.seconds / cost.tokens_per_step,
                             .batch = static_cast<double>(workload.batch),
                             .prompt_tokens = static_cast<double>(workload.prompt_tokens),
                             .output_tokens = static_cast<double>(workload.output_tokens),
                             .devices = static_cast<double>(cost.devices),
                             .prefill_range = cost.prefill.interval.value_or(Interval{}) * factor,
                             .step_range = token_range(cost)};
    set_times(cost, times);
    cost.energy = energy_of(cost, times);
    cost.money = money(times, economy, device.price, cost.energy.watts,
                       {.purchase = device.purchase, .rated_power_w = device.device.tdp_w});
    set_intervals(cost, times);
    cost.provenance = provenance_of(cost);
    const auto* memory = memory_ceiling(device.ceilings);
    cost.on_data_sheet =
        cost.provenance == Provenance::predicted && memory && memory->provenance == Provenance::specified;
    cost.is_bound = cost.prefill.is_bound && cost.decode.is_bound;
}

// By how much.
void set_excess(TokenCost& cost, const std::string& what, double needed, double devices) {
    cost.verdict = Verdict::does_not_fit;
    cost.reason = what + " needs " + capacity(needed) + (devices > 1 ? " a device, " : ", ") +
                  capacity(needed - cost.memory_capacity) + " more than the " +
                  capacity(cost.memory_capacity) + " of " + cost.device;
}

// What would make it fit.
void refuse(TokenCost& cost, const ModelConfig& model, const DeviceModel& device) {
    set_excess(cost, model.name, cost.memory.total(), cost.devices);
    const auto ways = what_would_fit(model, device, cost.workload, cost.deployment);
    cost.reason +=
        ways.empty() ? "; no lever that is known makes it fit" : "; it fits with " + join(ways, ", or ");
}

void check_memory(TokenCost& cost, const ModelConfig& model, const Placement& placement) {
    const auto& device = *placement.device;
    cost.memory_capacity = usable_bytes(placement);
    if (cost.memory_capacity > 0)
        cost.largest_batch = most_sequences(placement, cost.deployment, cost.workload, cost.memory_capacity);
    // Beyond it a batch is no longer one call's.
    constexpr double call_limit = 1 << 20;
    if (cost.deployment.largest_batch && cost.largest_batch >= 1)
        cost.workload.batch = std::llround(std::min(cost.largest_batch, call_limit));
    cost.memory = need_of(placement, cost.deployment, cost.workload);
    if (cost.memory_capacity <= 0)
        cost.memory_note = "the memory of " + device.device.name +
                           " is not known, so whether the model fits was not checked";
    else if (cost.memory.total() > cost.memory_capacity)
        refuse(cost, model, device);
}

void check_pool_memory(TokenCost& cost, const Placement& pool) {
    const double needed = prefill_need(pool, cost.deployment, cost.workload).total();
    if (cost.verdict != Verdict::ok || cost.memory_capacity <= 0 || needed <= cost.memory_capacity) return;
    set_excess(cost, cost.model + " with one prompt on a prefill replica of " + pool.parallelism.text(),
               needed, pool.devices());
}

// `pool` is where prompts are done, if not on the replica that decodes.
void evaluate_passes(TokenCost& cost, const Placement& placement, const std::optional<Placement>& pool) {
    auto prefill = pool ? open_prefill(*pool, cost.deployment, one_prompt(cost.workload))
                        : open_prefill(placement, cost.deployment, cost.workload);
    auto decode =
        open_decode(placement, cost.deployment, cost.workload, static_cast<double>(cost.decode_context));
    cost.prefill = std::move(prefill.pass);
    cost.prefill_cost = prefill.cost;
    cost.decode = std::move(decode.pass);
    cost.decode_cost = decode.cost;
    cost.tokens_per_step =
        cost.deployment.speculation.drafted > 0 ? cost.deployment.speculation.tokens_per_step() : 1.0;
    if (!pool) return;
    const double steps = static_cast<double>(cost.workload.output_tokens - 1) / cost.tokens_per_step;
    cost.pool = prefill_pool_cost(*pool, *cost.deployment.prefill, cost.workload, cost.prefill.seconds,
                                  steps * cost.decode.seconds);
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::does_not_fit:
            return "does not fit";
        case Verdict::unknown:
            return "unknown";
    }
    return "unknown";
}

Workload load_workload(const std::string& name_or_path) {
    const auto path = find_config("workloads", name_or_path);
    const Json document = read_json_file(path);
    const JsonReader json(document, path.string());
    Workload workload{.batch = tokens_at(json, "batch"),
                      .prompt_tokens = tokens_at(json, "prompt_tokens"),
                      .output_tokens = tokens_at(json, "output_tokens"),
                      .precisions = {}};
    auto& precisions = workload.precisions;
    for (const auto& [key, format] :
         {std::pair("activations", &precisions.activations), std::pair("weights", &precisions.weights),
          std::pair("kv", &precisions.kv)})
        if (const auto given = json.find(key)) *format = given->parsed(NumberFormat::parse);
    if (const auto given = json.find("weight_sparsity"))
        precisions.weight_sparsity = given->parsed(Sparsity::parse);
    return workload;
}

TokenCost evaluate(const ModelConfig& model, const DeviceModel& device, const Workload& workload,
                   const Economy& economy, const Deployment& deployment) {
    check(workload);
    check(economy);
    check(deployment);
    check_generates(model);
    check_context(model, workload);
    const auto placement = placement_of(model, device, workload, deployment);
    TokenCost cost;
    cost.model = model.name;
    cost.device = device.device.name;
    cost.workload = workload;
    cost.deployment = deployment;
    cost.devices = placement.devices();
    cost.decode_context = workload.prompt_tokens + (workload.output_tokens + 1) / 2;
    // First: what does not fit may also be beyond the largest call that there is.
    check_memory(cost, model, placement);
    std::optional<Placement> pool;
    if (deployment.prefill) {
        pool = prefill_placement(model, device, workload, deployment);
        check_pool_memory(cost, *pool);
    }
    if (cost.verdict != Verdict::ok) return cost;
    try {
        evaluate_passes(cost, placement, pool);
    } catch (const InputError& missing_figure) {
        cost.verdict = Verdict::unknown;
        cost.reason = missing_figure.what();
        return cost;
    }
    price_passes(cost, device, economy);
    return cost;
}

}  // namespace ridge::cost_model
