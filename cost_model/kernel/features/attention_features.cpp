// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/attention_features.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features/attention_tiles.hpp"
#include "cost_model/kernel/features/device_limits.hpp"
#include "operators/attention/attention_shape.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

constexpr double instruction_rows = 16;  // of a tensor core's product (NVIDIA PTX ISA, mma.m16n8k16)

// The common shape; keys and values of latent prefill are each head's own.
operators::AttentionShape shape_of(const OperatorCall& call) {
    if (call.op != "attention_mla_prefill") return operators::AttentionShape::from(call);
    operators::AttentionShape shape;
    shape.batch = call.dimension("batch");
    shape.kv_heads = call.dimension("heads");
    shape.group = 1;
    shape.queries = call.dimension("queries");
    shape.context = shape.window = call.dimension("context");
    shape.key_dim = call.dimension("nope") + call.dimension("rope");
    shape.value_dim = call.dimension("value");
    return shape;
}

// What a fused kernel does of a call, in blocks of work that units take one after the other.
struct Kernel {
    double pairs = 0;         // of query and key, masked ones of a tile included, over all heads
    double blocks = 0;        // tiles of queries, or parts of contexts, over all heads
    double serial_tiles = 0;  // key tiles of the longest block, times the waves of blocks in decode
};

bool is_prefill(const operators::AttentionShape& shape) {
    return shape.queries > 1 || shape.context == shape.queries;
}

std::string_view regime_of(const operators::AttentionShape& shape) {
    return is_prefill(shape) ? "prefill" : "decode";
}

Kernel prefill(const operators::AttentionShape& shape) {
    const auto tiles = attention_tiles(shape.queries, shape.context, shape.window);
    const double heads = static_cast<double>(shape.batch) * static_cast<double>(shape.heads());
    return {heads * tiles.met * attention_tile * attention_tile, heads * tiles.query_tiles, tiles.longest};
}

Kernel decode(const operators::AttentionShape& shape, double units) {
    const double blocks = static_cast<double>(shape.batch) * static_cast<double>(shape.kv_heads);
    const auto seen = static_cast<double>(std::min(shape.window, shape.context));
    const auto split = decode_split(blocks, seen, units);
    const double rows = parts(static_cast<double>(shape.group), instruction_rows) * instruction_rows;
    return {blocks * rows * seen, blocks * split.parts, split.tiles * parts(blocks * split.parts, 2 * units)};
}

// Which kernel a group of query heads seems to take: libraries have others for powers of two, and decode of
// groups of more than 32 took many times the formula's time on L40S (TensorRT-LLM), as if keys and values
// were read for each head. That is inferred from times, no library says it. Latent kernels are made for many
// heads.
double kind_of_group(const operators::AttentionShape& shape) {
    constexpr std::int64_t largest_shared = 32;
    const bool power_of_two = (shape.group & (shape.group - 1)) == 0;
    const bool unshared = !is_prefill(shape) && !shape.latent && shape.group > largest_shared;
    return (power_of_two ? 1.0 : 0.0) + (unshared ? 2.0 : 0.0);
}

void add_axes(CallFeatures& out, const operators::AttentionShape& shape, const Kernel& kernel,
              const Machine& machine) {
    const auto seen = static_cast<double>(shape.context - shape.first_position());
    const auto add = [&](std::string_view name, double value) {
        out.axes.add({name, log2_at_least_1(value)});
    };
    const auto batch = static_cast<double>(shape.batch), heads = static_cast<double>(shape.heads());
    const auto kv_heads = static_cast<double>(shape.kv_heads);
    const double context = std::min(seen, static_cast<double>(shape.window));
    add("blocks", batch * kv_heads);
    add("head_blocks", batch * heads);
    add("query_rows", batch * heads * static_cast<double>(shape.queries));
    add("cached", batch * kv_heads * context * static_cast<double>(shape.key_dim));
    add("kv_heads", kv_heads);
    add("group", static_cast<double>(shape.group));
    out.axes.add({"even_group", kind_of_group(shape)});
    add("head_dim", static_cast<double>(shape.key_dim));
    add("queries", static_cast<double>(shape.queries));
    add("context", context);
    add("unseen", static_cast<double>(shape.context) / context);
    out.axes.add({"tail", tail_of(kernel.blocks, machine)});
}

}  // namespace

bool is_accelerator_attention(const OperatorCall& call, const Machine& machine) {
    return machine.device.kind != "cpu" && call.op.starts_with("attention");
}

std::string_view attention_regime(const OperatorCall& call) { return regime_of(shape_of(call)); }

CallFeatures attention_features(const OperatorCall& call, const KernelConfig&, CacheState cache,
                                const Machine& machine) {
    const auto work = operators::work(call);
    const auto shape = shape_of(call);
    const double units = unit_count(machine);
    const bool prompt = is_prefill(shape);
    const auto kernel = prompt ? prefill(shape) : decode(shape, units);
    CallFeatures out;
    out.regime = regime_of(shape);
    out.latencies.add({"launch", 1});
    out.latencies.add({"step", kernel.serial_tiles});
    out.latencies.add({"block", kernel.blocks / units});
    out.latencies.add({"pass", pass_count(work.bytes(), machine)});
    const double useful =
        shape.pairs() * static_cast<double>(shape.batch) * static_cast<double>(shape.heads());
    out.ceilings.add({"compute", compute_seconds(work.flop * kernel.pairs / useful, work.compute, machine)});
    out.ceilings.add({"exp", exponential_seconds(kernel.pairs, machine)});
    out.ceilings.add({"DRAM", memory_seconds(work.bytes(), cache, machine)});
    out.ceilings.add({"L2", shared_cache_seconds(work.bytes(), cache, machine)});
    add_axes(out, shape, kernel, machine);
    return out;
}

}  // namespace ridge::cost_model
