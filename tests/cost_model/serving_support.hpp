// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "cost_model/serving/simulation.hpp"

namespace ridge::cost_model::serving {

/// An model whose steps take what `seconds` says.
inline ReplicaModel engine_of(std::function<double(const StepLoad&)> seconds, double kv_tokens = 1e9) {
    ReplicaModel model;
    model.step = [seconds](const StepLoad& load) {
        const double time = seconds(load);
        return StepCost{.time_s = time, .energy_j = 100.0 * time};
    };
    model.kv_capacity_tokens = kv_tokens;
    model.kv_bytes_per_token = 1000;
    return model;
}

/// Every step takes a second.
inline ReplicaModel second_engine(double kv_tokens = 1e9) {
    return engine_of([](const StepLoad&) { return 1.0; }, kv_tokens);
}

inline Service service_of(ReplicaModel model) {
    Service service;
    service.model = std::move(model);
    return service;
}

/// Requests at the given times, each of as many prompt and output tokens.
inline Requests requests_at(const std::vector<double>& times, std::int32_t prompt, std::int32_t output) {
    Requests requests;
    requests.arrivals.kind = Arrivals::Kind::trace;
    for (const double time : times)
        requests.all.push_back({.arrival_s = time, .prompt_tokens = prompt, .output_tokens = output});
    return requests;
}

inline SimulationRun run_all(const Service& service, const Requests& requests) {
    return simulate(service, requests, {.warm_up = 0});
}

}  // namespace ridge::cost_model::serving
