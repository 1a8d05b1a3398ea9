// SPDX-License-Identifier: Apache-2.0
#include "cost_model/token_cost.hpp"

#include <algorithm>
#include <map>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/units.hpp"

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

void add_provenance(PassCost& pass, const RoleCost& role) {
    switch (role.each.provenance) {
        case Provenance::measured:
            pass.measured_share += role.seconds;
            break;
        case Provenance::predicted:
            pass.predicted_share += role.seconds;
            break;
        case Provenance::specified:
            pass.specified_share += role.seconds;
            break;
    }
}

void add_roof(PassCost& pass, const RoleCost& role) {
    if (role.each.kind == PredictionKind::roof)
        pass.roof_share += role.seconds;
    else
        pass.is_bound = false;
}

void add_interval(Interval& interval, PassCost& pass, const RoleCost& role) {
    const auto each = role.each.interval.value_or(Interval{role.each.time_s, role.each.time_s});
    interval.low += static_cast<double>(role.count) * each.low;
    interval.high += static_cast<double>(role.count) * each.high;
    if (role.each.interval) pass.interval_share += role.seconds;
}

void divide_shares(PassCost& pass) {
    if (pass.seconds <= 0) return;
    for (auto* share : {&pass.interval_share, &pass.measured_share, &pass.predicted_share,
                        &pass.specified_share, &pass.roof_share})
        *share /= pass.seconds;
    for (auto& role : pass.roles) role.share = role.seconds / pass.seconds;
}

std::string main_limiter(const std::vector<RoleCost>& roles) {
    std::map<std::string, double> seconds;
    for (const auto& role : roles) seconds[role.each.limiter] += role.seconds;
    return std::ranges::max_element(seconds, {}, [](const auto& entry) { return entry.second; })->first;
}

PassCost pass_cost(const std::vector<NetworkCall>& calls, const DeviceModel& device) {
    PassCost pass;
    pass.is_bound = device.is_bound();
    Interval interval;
    for (const auto& [role, call, count] : calls) {
        RoleCost cost{.role = role,
                      .call = call.text(),
                      .count = count,
                      .each = predict(call, device),
                      .seconds = 0,
                      .share = 0};
        cost.seconds = static_cast<double>(count) * cost.each.time_s;
        pass.seconds += cost.seconds;
        add_provenance(pass, cost);
        add_roof(pass, cost);
        add_interval(interval, pass, cost);
        pass.roles.push_back(std::move(cost));
    }
    if (pass.interval_share > 0) pass.interval = interval;
    pass.work = network_work(calls);
    divide_shares(pass);
    pass.limiter = main_limiter(pass.roles);
    return pass;
}

// Weights, cache and activations against the device's memory.
void check_memory(TokenCost& cost, const ModelConfig& model, const DeviceModel& device) {
    const auto& workload = cost.workload;
    cost.memory = memory_need(model, workload.precisions, workload.batch, workload.prompt_tokens,
                              workload.output_tokens);
    cost.memory_capacity = device.device.memory_bytes;
    if (cost.memory_capacity <= 0) {
        cost.memory_note = "the memory of " + device.device.name +
                           " is not known, so whether the model fits was not checked";
        return;
    }
    const double excess = cost.memory.total() - cost.memory_capacity;
    if (excess <= 0) return;
    cost.verdict = Verdict::does_not_fit;
    cost.reason = model.name + " needs " + capacity(cost.memory.total()) + ", " + capacity(excess) +
                  " more than the " + capacity(cost.memory_capacity) + " of " + device.device.name;
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

Energy energy_of(const TokenCost& cost, const RequestTimes& times, const DeviceModel& device) {
    double share = 0, prefill_share = 0;
    const auto watts = measured_watts(cost.decode, share);
    if (!watts) {
        auto energy = energy_from_tdp(times, device.device.tdp_w);
        if (!energy.basis.empty() && cost.decode.is_bound) energy.basis = "TDP × least time: neither bound";
        return energy;
    }
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
    cost.time_to_first_token_s = times.prefill_s;
    cost.time_per_output_token_s = times.step_s;
    cost.request_s = times.request_s();
    cost.tokens_per_s_sequence = 1.0 / times.step_s;
    cost.tokens_per_s = times.batch / times.step_s;
}

void set_intervals(TokenCost& cost, const RequestTimes& times) {
    if (!cost.decode.interval || cost.decode.interval_share < least_interval_share) return;
    const auto& step = *cost.decode.interval;
    cost.tokens_per_s_interval = Interval{times.batch / step.high, times.batch / step.low};
    if (const auto price = cost.money.usd_per_million_output)
        cost.usd_per_million_output_interval =
            Interval{*price * step.low / times.step_s, *price * step.high / times.step_s};
}

Provenance provenance_of(const TokenCost& cost) {
    return cost.prefill.specified_share > 0 || cost.decode.specified_share > 0 ? Provenance::specified
                                                                               : Provenance::predicted;
}

void price_passes(TokenCost& cost, const DeviceModel& device, const Economy& economy) {
    const auto& workload = cost.workload;
    const RequestTimes times{.prefill_s = cost.prefill.seconds,
                             .step_s = cost.decode.seconds,
                             .batch = static_cast<double>(workload.batch),
                             .prompt_tokens = static_cast<double>(workload.prompt_tokens),
                             .output_tokens = static_cast<double>(workload.output_tokens)};
    set_times(cost, times);
    cost.energy = energy_of(cost, times, device);
    cost.money = money(times, economy, device.price, cost.energy.watts);
    set_intervals(cost, times);
    cost.provenance = provenance_of(cost);
    cost.is_bound = cost.prefill.is_bound && cost.decode.is_bound;
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
                   const Economy& economy) {
    check(workload);
    check(economy);
    check_generates(model);
    check_context(model, workload);
    TokenCost cost;
    cost.model = model.name;
    cost.device = device.device.name;
    cost.workload = workload;
    cost.decode_context = workload.prompt_tokens + (workload.output_tokens + 1) / 2;
    // First: what does not fit may also be beyond the largest call that there is.
    check_memory(cost, model, device);
    if (cost.verdict != Verdict::ok) return cost;
    const auto pass = [&](const Pass& shape) {
        return pass_cost(transformer_calls(model, shape, workload.precisions), device);
    };
    try {
        cost.prefill = pass(prefill_pass(workload.batch, workload.prompt_tokens));
        cost.decode = pass(decode_pass(workload.batch, cost.decode_context));
    } catch (const InputError& missing_figure) {
        cost.verdict = Verdict::unknown;
        cost.reason = missing_figure.what();
        return cost;
    }
    price_passes(cost, device, economy);
    return cost;
}

}  // namespace ridge::cost_model
