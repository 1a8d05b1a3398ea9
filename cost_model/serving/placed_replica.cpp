// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/placed_replica.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/placement/memory_fit.hpp"
#include "cost_model/serving/engine_step.hpp"
#include "cost_model/serving/power.hpp"

namespace ridge::cost_model::serving {
namespace {

// Where the memory is not known; more than any service holds, and few enough to count.
constexpr double most_tokens = 1e12;

double real(std::int64_t value) { return static_cast<double>(value); }
double bytes_of(const NumberFormat& format) { return format.bits_per_element() / 8.0; }

std::string no_room(const ModelConfig& model, const DeviceModel& device, const Parallelism& parallelism,
                    double weight_bytes, double memory_bytes) {
    return model.name + " does not fit on " + device.device.id + " " + parallelism.text() +
           ": its weights take " + capacity(weight_bytes) + " of each device's " + capacity(memory_bytes) +
           ", which leaves no room for KV; more devices to a copy (--parallel) or narrower weights would";
}

// What the arithmetic of the fit is called.
ArithmeticClass arithmetic_of(const Precisions& precisions) {
    const auto bits = storage_bits(precisions.weights.precision);
    const bool narrow = storage_bits(precisions.activations.precision) == bits;
    if (bits > 8) return ArithmeticClass::f16;
    if (bits == 8 && !narrow) return ArithmeticClass::weight8;
    if (bits == 8)
        return is_integer(precisions.weights.precision) ? ArithmeticClass::int8 : ArithmeticClass::fp8;
    return narrow && !is_integer(precisions.weights.precision) ? ArithmeticClass::fp4
                                                               : ArithmeticClass::weight4;
}

EngineCase fitted_case(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
                       const Parallelism& parallelism, const EngineChoice& engine) {
    if (parallelism.pipeline > 1 || parallelism.context > 1)
        throw InputError("the fit of engine '" + engine.framework + "' knows tp, ep and dp, not " +
                         parallelism.text());
    check(parallelism, model);
    EngineCase out;
    const auto arithmetic = arithmetic_of(precisions);
    out.sizes = engine_sizes(model);
    out.device = engine_device(device, arithmetic);
    out.shares = engine.fit->shares(engine.framework, out.device, arithmetic);
    out.spread = {.tensor = real(parallelism.tensor),
                  .expert = real(parallelism.expert),
                  .attention_data = real(parallelism.data)};
    out.formats = {.weight_bytes = bytes_of(precisions.weights),
                   .head_bytes = bytes_of(precisions.head()),
                   .embedding_bytes = bytes_of(precisions.head()),
                   .cache_bytes = bytes_of(precisions.kv),
                   .sparsity = precisions.weight_sparsity};
    return out;
}

StepCost fitted_step(const EngineCase& engine, double devices, const StepLoad& load) {
    const auto step = engine_step(engine, {.prompt_tokens = load.prefill_tokens,
                                           .prompt_sequences = load.prefill_sequences,
                                           .prompt_context = load.prefill_context,
                                           .decode_sequences = load.decode_sequences,
                                           .decode_context = load.decode_context});
    StepCost cost;
    cost.time_s = step.seconds();
    cost.energy_j = devices * cost.time_s * engine_power(engine, step, cost.time_s);
    return cost;
}

PlacedReplica fitted_replica(const ModelConfig& model, const Precisions& precisions,
                             const DeviceModel& device, const Parallelism& parallelism,
                             const EngineChoice& engine) {
    const auto fitted = fitted_case(model, precisions, device, parallelism, engine);
    const double weights = engine_weight_bytes(fitted), memory = fitted.device.memory_bytes;
    PlacedReplica out;
    if (memory > 0 && memory * fitted.shares.memory_fraction <= weights + fitted.shares.workspace_bytes)
        out.no_room = no_room(model, device, parallelism, weights, memory);
    const double devices = real(parallelism.devices());
    out.model.kv_capacity_tokens =
        memory > 0 ? std::min(most_tokens, engine_cache_tokens(fitted)) : most_tokens;
    out.model.kv_bytes_per_token = fitted.sizes.cache_elements * fitted.formats.cache_bytes;
    out.model.idle_w = devices * fitted.device.tdp_w * fitted.shares.idle_power;
    out.model.devices = devices;
    out.model.step = [fitted, devices](const StepLoad& load) { return fitted_step(fitted, devices, load); };
    return out;
}

PlacedReplica replica_by_calls(const ModelConfig& model, const Precisions& precisions,
                               const DeviceModel& device, const Parallelism& parallelism,
                               const EngineChoice& engine) {
    auto steps = std::make_shared<const StepModel>(model, precisions, device, parallelism, engine.parameters);
    PlacedReplica out;
    if (!(steps->kv_capacity_tokens() >= 1))
        out.no_room =
            no_room(model, device, parallelism, steps->weight_bytes_per_device(), device.device.memory_bytes);
    out.model.kv_capacity_tokens = std::min(most_tokens, steps->kv_capacity_tokens());
    out.model.kv_bytes_per_token = steps->kv_bytes_per_token();
    out.model.devices = steps->devices();
    out.model.idle_w = steps->devices() * power_of(device).idle_w;
    out.model.step = [kept = std::move(steps)](const StepLoad& load) { return kept->cost(load); };
    return out;
}

}  // namespace

EngineChoice choose_engine(const std::string& engine, const std::string& fitted) {
    EngineChoice out;
    if (!engine.empty() && !fitted.empty()) throw InputError("--engine and --fitted exclude each other");
    if (!engine.empty()) out.parameters = load_engine(engine);
    if (fitted.empty()) return out;
    out.fit = std::make_shared<const EngineFit>(EngineFit::load());
    const auto known = out.fit->frameworks();
    if (std::ranges::find(known, fitted) == known.end())
        throw InputError("--fitted " + fitted + " should be one of " + join(known, ", "));
    out.framework = fitted;
    return out;
}

PlacedReplica place_replica(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
                            const Parallelism& parallelism, const EngineChoice& engine) {
    auto out = engine.fit ? fitted_replica(model, precisions, device, parallelism, engine)
                          : replica_by_calls(model, precisions, device, parallelism, engine);
    out.model.most_positions = real(model.max_position_embeddings);
    return out;
}

}  // namespace ridge::cost_model::serving
