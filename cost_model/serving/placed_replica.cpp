// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/placed_replica.hpp"

#include <algorithm>
#include <memory>

#include "core/units.hpp"
#include "cost_model/serving/power.hpp"

namespace ridge::cost_model::serving {
namespace {

// Where the memory is not known; more than any service holds, and few enough to count.
constexpr double most_tokens = 1e12;

std::string no_room(const ModelConfig& model, const DeviceModel& device, const Parallelism& parallelism,
                    double weight_bytes, double memory_bytes) {
    return model.name + " does not fit on " + device.device.id + " " + parallelism.text() +
           ": its weights take " + capacity(weight_bytes) + " of each device's " + capacity(memory_bytes) +
           ", which leaves no room for KV; more devices to a copy (--parallel) or narrower weights would";
}

}  // namespace

PlacedReplica place_replica(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
                            const Parallelism& parallelism, const EngineChoice& engine) {
    auto steps = std::make_shared<const StepModel>(model, precisions, device, parallelism, engine.on(device));
    PlacedReplica out;
    if (!(steps->kv_capacity_tokens() >= 1))
        out.no_room =
            no_room(model, device, parallelism, steps->weight_bytes_per_device(), device.device.memory_bytes);
    out.model.kv_capacity_tokens = std::min(most_tokens, steps->kv_capacity_tokens());
    out.model.kv_bytes_per_token = steps->kv_bytes_per_token();
    out.model.devices = steps->devices();
    out.model.idle_w = steps->devices() * power_of(device).idle_w;
    out.model.most_positions = static_cast<double>(model.max_position_embeddings);
    out.model.step = [kept = std::move(steps)](const StepLoad& load) { return kept->cost(load); };
    return out;
}

}  // namespace ridge::cost_model::serving
