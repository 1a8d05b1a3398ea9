// SPDX-License-Identifier: Apache-2.0
#include "cost_model/placement/memory_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cost_model/network/memory_need.hpp"

namespace ridge::cost_model {
namespace {

// vLLM's max_num_batched_tokens on large devices.
constexpr double usual_chunk = 8192;
constexpr double unlimited = std::numeric_limits<double>::infinity();

double real(std::int64_t value) { return static_cast<double>(value); }

// The first stage has the embedding and the last one the head: with several stages no device has both.
double weights_of(const Placement& placement) {
    double both = weight_bytes(placement.shard, placement.precisions);
    if (placement.expert_device) both -= expert_weight_bytes(placement.shard, placement.precisions);
    if (placement.parallelism.pipeline < 2 || placement.model.tie_word_embeddings) return both;
    return both -
           placement.shard.embedding_parameters() * placement.precisions.head().bits_per_element() / 8.0;
}

constexpr double decimal_gigabyte = 1e9, binary_gigabyte = 0x1p30;

double replicas(const Placement& placement) {
    return real(placement.parallelism.data) * real(placement.parallelism.context);
}

}  // namespace

double installed_bytes(const Device& device) {
    const double bytes = device.memory_bytes;
    const bool accelerator = device.kind == "gpu" || device.kind == "npu";
    const bool whole = std::fmod(bytes, decimal_gigabyte) == 0.0;
    return accelerator && whole ? bytes / decimal_gigabyte * binary_gigabyte : bytes;
}

MemoryFit memory_fit(const Placement& placement, double rows) {
    const auto& engine = placement.engine;
    const double chunk = engine.chunk_tokens > 0 ? real(engine.chunk_tokens) : usual_chunk;
    const bool cut = rows <= 0 || engine.chunk_tokens > 0;
    const double tokens = rows <= 0 ? chunk : cut ? std::min(rows, chunk) : rows;
    MemoryFit fit{.capacity = installed_bytes(placement.device->device)};
    fit.weights = weights_of(placement);
    fit.activations = activation_bytes(placement.shard, placement.precisions, tokens, 1);
    fit.cache_per_token = kv_bytes_per_token(placement.shard, placement.precisions);
    fit.state_per_sequence = state_bytes_per_sequence(placement.shard, placement.precisions);
    set_cache(fit, engine);
    return fit;
}

void set_cache(MemoryFit& fit, const EngineParameters& engine) {
    fit.workspace = engine.workspace_bytes;
    const double held = fit.weights + fit.activations + fit.workspace;
    const double free = std::max(0.0, fit.capacity - held);
    fit.usable = engine.fraction_of_free ? fit.capacity - (1.0 - engine.memory_fraction) * free
                                         : fit.capacity * engine.memory_fraction;
    fit.cache = fit.usable - held;
    fit.fragmentation = engine.fragmentation;
}

double capacity_tokens(const Placement& placement, const MemoryFit& fit) {
    if (fit.capacity <= 0 || fit.cache_per_token <= 0) return unlimited;
    const double cache = std::max(0.0, fit.cache) * (1.0 - fit.fragmentation);
    return cache / fit.cache_per_token * replicas(placement);
}

double largest_batch(const Placement& placement, double length) {
    const auto fit = memory_fit(placement);
    const double each = sequence_bytes(placement.shard, placement.precisions, std::max(1.0, length));
    if (fit.capacity <= 0 || each <= 0) return unlimited;
    return std::floor(std::max(0.0, fit.cache) * (1.0 - fit.fragmentation) / each * replicas(placement));
}

}  // namespace ridge::cost_model
