// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_step.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

// Arithmetic and traffic overlap, but not without loss where both take long: the cubic mean between the
// larger of both and their sum.
double overlapped(double compute_s, double memory_s) {
    return std::cbrt(compute_s * compute_s * compute_s + memory_s * memory_s * memory_s);
}

double tile_fill(double rows, double half_rows) { return rows > 0 ? rows / (rows + half_rows) : 1; }

// Rows that one device computes with half of what its tiles could: none where there are no tiles.
double half_rows(const EngineCase& engine) {
    constexpr double of_vector_units = 0.3;
    return engine.device.narrow_rows ? of_vector_units : engine.shares.tile_rows;
}

double arithmetic_gain(const EngineCase& engine) {
    const double density = engine.formats.sparsity.density();
    return density < 1 ? 1 + engine.shares.sparse_gain * (1 / density - 1) : 1;
}

// Kept values, and an eighth more for their 2-bit places where they are 16 bits wide.
double kept_bytes(const EngineCase& engine) {
    constexpr double index_overhead = 1.125;
    return std::min(1.0, engine.formats.sparsity.density() * index_overhead);
}

void add_linear(EngineStep& step, const EngineCase& engine, double rows) {
    const auto& sizes = engine.sizes;
    const double weights =
        (sizes.attention_parameters + sizes.feed_forward_parameters) / engine.spread.tensor;
    const double flop = 2 * rows * weights;
    const double bytes = weights * engine.formats.weight_bytes * kept_bytes(engine);
    const double rate = engine.device.peak_flops * engine.shares.compute * arithmetic_gain(engine) *
                        tile_fill(rows, half_rows(engine));
    step.linear = overlapped(flop / rate, bytes / (engine.device.bandwidth * engine.shares.memory));
    step.flop += flop;
    step.bytes += bytes;
}

// Experts that `tokens` touch when each chooses evenly among all.
double touched_experts(const EngineSizes& sizes, double tokens) {
    return sizes.experts * (1 - std::pow(1 - sizes.experts_per_token / sizes.experts, tokens));
}

void add_experts(EngineStep& step, const EngineCase& engine, double tokens) {
    const auto& sizes = engine.sizes;
    if (sizes.experts <= 0 || tokens <= 0) return;
    const double parts = std::max(engine.spread.tensor, engine.spread.expert);
    const double touched = touched_experts(sizes, tokens);
    const double rows = tokens * sizes.experts_per_token / touched;
    const double layer_weights = sizes.expert_parameters * sizes.expert_layers / parts;
    const double flop = 2 * tokens * sizes.experts_per_token * layer_weights;
    const double bytes = touched * layer_weights * engine.formats.weight_bytes * kept_bytes(engine);
    const double rate = engine.device.peak_flops * engine.shares.compute * engine.shares.expert_compute *
                        arithmetic_gain(engine) * tile_fill(rows, half_rows(engine));
    step.experts = overlapped(
        flop / rate, bytes / (engine.device.bandwidth * engine.shares.memory * engine.shares.expert_memory));
    step.flop += flop;
    step.bytes += bytes;
}

void add_head(EngineStep& step, const EngineCase& engine, double sequences) {
    if (sequences <= 0) return;
    const double weights = engine.sizes.head_parameters / engine.spread.tensor;
    const double flop = 2 * sequences * weights / engine.spread.attention_data;
    const double bytes = weights * engine.formats.head_bytes;
    step.head = overlapped(flop / (engine.device.peak16_flops * engine.shares.compute),
                           bytes / (engine.device.bandwidth * engine.shares.memory));
    step.flop += flop;
    step.bytes += bytes;
}

// Positions that a layer attends to on average, windowed layers included.
double seen(const EngineSizes& sizes, double context) {
    if (sizes.window <= 0) return context;
    return context * (1 - sizes.window_share) + std::min(context, sizes.window) * sizes.window_share;
}

double cache_parts(const EngineCase& engine) {
    return engine.sizes.latent ? 1 : std::min(engine.spread.tensor, engine.sizes.kv_heads);
}

void add_attention(EngineStep& step, const EngineCase& engine, const EngineLoad& load) {
    const auto& sizes = engine.sizes;
    const double replicas = engine.spread.attention_data;
    const double per_pair = 2 * sizes.query_heads * sizes.layers / engine.spread.tensor / replicas;
    const double positions = load.decode_sequences * seen(sizes, load.decode_context);
    const double bytes =
        positions * sizes.cache_elements * engine.formats.cache_bytes / cache_parts(engine) / replicas;
    const double decode_flop = positions * per_pair * sizes.score_dim;
    const double rate = engine.device.peak16_flops * engine.shares.attention_compute;
    step.decode_attention =
        overlapped(decode_flop / rate, bytes / (engine.device.bandwidth * engine.shares.cache));
    const double prompt_flop =
        load.prompt_tokens * seen(sizes, load.prompt_context) * per_pair * sizes.prompt_dim;
    step.prompt_attention = prompt_flop / rate;
    step.flop += decode_flop + prompt_flop;
    step.bytes += bytes;
}

void add_elementwise(EngineStep& step, const EngineCase& engine, double rows) {
    constexpr double bytes_per_element = 2;
    const auto& sizes = engine.sizes;
    const double bytes = rows * sizes.layers * bytes_per_element *
                         (engine.shares.elementwise_passes * sizes.hidden +
                          2 * sizes.feed_forward_width / engine.spread.tensor);
    step.elementwise = bytes / (engine.device.bandwidth * engine.shares.memory);
    step.bytes += bytes;
}

double latency_s(const EngineCase& engine, double ranks) {
    return engine.shares.link_latency_s * std::pow(std::max(ranks / 2, 1.0), engine.shares.latency_growth);
}

// Two all-reduces in a layer for tensor parallelism; where the experts alone are dealt out, two exchanges of
// the routed rows.
double communication_s(const EngineCase& engine, double rows, double tokens) {
    constexpr double bytes_per_element = 2;
    const auto& [tensor, expert, attention_data, stages] = engine.spread;
    const auto& sizes = engine.sizes;
    const double rate = engine.shares.link * engine.device.link_bytes_per_s;
    if (tensor > 1)
        return 2 * sizes.layers *
               (latency_s(engine, tensor) +
                2 * (tensor - 1) / tensor * rows * sizes.hidden * bytes_per_element / rate);
    if (expert > 1)
        return 2 * sizes.expert_layers *
               (latency_s(engine, expert) + tokens * sizes.experts_per_token / expert * sizes.hidden *
                                                bytes_per_element * (expert - 1) / expert / rate);
    return 0;
}

}  // namespace

EngineStep engine_step(const EngineCase& engine, const EngineLoad& load) {
    EngineStep step;
    const double tokens = load.prompt_tokens + load.decode_sequences;
    const double rows = tokens / engine.spread.attention_data;
    const double sequences = load.prompt_sequences + load.decode_sequences;
    add_linear(step, engine, rows);
    add_experts(step, engine, tokens);
    add_head(step, engine, sequences);
    add_attention(step, engine, load);
    add_elementwise(step, engine, rows);
    step.communication = communication_s(engine, rows, tokens);
    step.fixed = engine.sizes.layers * engine.shares.layer_s + engine.shares.host_step_s +
                 sequences * engine.shares.host_sequence_s;
    return step;
}

double engine_power(const EngineCase& engine, const EngineStep& step, double seconds) {
    if (engine.device.tdp_w <= 0 || seconds <= 0) return 0;
    const auto& shares = engine.shares;
    const double memory = step.bytes / (seconds * engine.device.bandwidth);
    const double compute = step.flop / (seconds * engine.device.peak_flops);
    return engine.device.tdp_w *
           std::min(1.0, shares.idle_power + shares.memory_power * memory + shares.compute_power * compute);
}

double engine_weight_bytes(const EngineCase& engine) {
    const auto& sizes = engine.sizes;
    const double common = sizes.attention_parameters + sizes.feed_forward_parameters;
    const double experts = sizes.expert_layers * sizes.experts * sizes.expert_parameters;
    const double layers =
        (common / engine.spread.tensor + experts / std::max(engine.spread.tensor, engine.spread.expert)) *
        engine.formats.weight_bytes * kept_bytes(engine);
    const double tables =
        engine.sizes.head_parameters *
        (engine.formats.head_bytes + (sizes.tied_head ? 0 : engine.formats.embedding_bytes));
    return (layers + tables / engine.spread.tensor) / engine.spread.stages;
}

double engine_cache_tokens(const EngineCase& engine) {
    constexpr double least_share =
        0.01;  // so that a model that barely does not fit is slow rather than absent
    const double memory = engine.device.memory_bytes;
    const double free =
        memory * engine.shares.memory_fraction - engine_weight_bytes(engine) - engine.shares.workspace_bytes;
    const double per_token =
        engine.sizes.cache_elements * engine.formats.cache_bytes / cache_parts(engine) / engine.spread.stages;
    return std::max(free, least_share * memory) / per_token * engine.spread.attention_data;
}

}  // namespace ridge::cost_model
