// SPDX-License-Identifier: Apache-2.0
#include "cost_model/placement/placement.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/units.hpp"
#include "cost_model/network/memory_need.hpp"
#include "cost_model/placement/collectives.hpp"

namespace ridge::cost_model {
namespace {

double real(std::int64_t value) { return static_cast<double>(value); }

// Roles whose work depends on what a token attends to, or on the sequences of a step one by one.
constexpr auto attention_roles = std::to_array<std::string_view>(
    {"attention", "attention_sliding", "absorb_keys", "expand_values", "kv_b_proj", "scan", "convolution"});
constexpr auto sequence_roles = std::to_array<std::string_view>({"lm_head", "sample"});

bool is_one_of(const auto& roles, const std::string& role) {
    return std::ranges::find(roles, role) != roles.end();
}

double stream_bytes(const Placement& placement) {
    return placement.precisions.stream().bits_per_element() / 8.0;
}

double hidden(const Placement& placement) { return real(placement.model.hidden_size); }

// Rows of one stage's experts on the busiest device: all replicas' choices over the groups that hold experts.
std::int64_t expert_rows(const Placement& placement, const Pass& pass) {
    const auto& p = placement.parallelism;
    const double chosen = real(pass.batch) * real(pass.new_tokens) * real(placement.model.experts->per_token);
    const double imbalance = p.expert > 1 ? placement.engine.expert_imbalance : 1.0;
    const double replicas = p.expert > 1 ? real(p.data) : 1.0;
    return std::max<std::int64_t>(1, std::llround(std::ceil(chosen * replicas / real(p.expert) * imbalance)));
}

// What takes time at the usual share of a link's rate, cut into latency and bytes.
template <class Seconds>
ExchangeDemand demand_at(const Seconds& seconds, double bytes, const Link& link) {
    const double latency = seconds(0.0), moving = seconds(bytes) - latency;
    return {latency, moving, moving * usual_link_share(link.kind)};
}

class Exchanges {
  public:
    explicit Exchanges(const Placement& placement) : placement_(placement) {}

    using Time = double (*)(const Topology&, const Group&, double bytes, double share);
    void add(const char* role, Time time, const Group& group, double bytes, double count) {
        if (group.ranks < 2 || count <= 0 || bytes <= 0) return;
        const auto link = link_of(placement_.topology, group);
        const auto demand =
            demand_at([&](double moved) { return time(placement_.topology, group, moved, 0); }, bytes, link);
        list_.push_back({.role = role,
                         .basis = quantity(bytes, "B") + " among " + std::to_string(group.ranks) +
                                  " devices over " + link.name,
                         .link = link.name,
                         .count = count,
                         .demand = demand,
                         .seconds = demand.seconds(placement_.engine),
                         .assumed = link.assumed});
    }
    [[nodiscard]] std::vector<Exchange> take() { return std::move(list_); }

  private:
    const Placement& placement_;
    std::vector<Exchange> list_;
};

void add_tensor(Exchanges& out, const Placement& placement, double rows, double sequences) {
    const Group group{placement.parallelism.tensor, 1};
    const auto& shard = placement.shard;
    const double bytes = rows * hidden(placement) * stream_bytes(placement);
    // After the output projection and after the feed-forward part of every layer; experts that are dealt out
    // over replicas are summed by their own exchange.
    const bool dealt = placement.parallelism.expert > 1 && placement.parallelism.data > 1;
    const double expert_layers = dealt ? real(shard.expert_layers()) : 0.0;
    out.add("tensor all-reduce", all_reduce_s, group, bytes,
            2.0 * real(shard.num_hidden_layers) - expert_layers);
    out.add("embedding all-reduce", all_reduce_s, group, bytes, 1);
    out.add("logits all-gather", all_gather_s, group,
            sequences * real(shard.vocab_size) * stream_bytes(placement), 1);
}

// Rows travel to the devices of their experts in the activations' format and back in the stream's. A device
// sends a row once to each device that has some of its experts.
void add_experts(Exchanges& out, const Placement& placement, double rows) {
    const auto& p = placement.parallelism;
    if (!placement.model.experts || p.expert < 2 || p.data < 2) return;
    const double groups = real(p.expert), chosen = real(placement.model.experts->per_token);
    const double targets = groups * (1.0 - std::pow(1.0 - 1.0 / groups, chosen));
    // The tensor-parallel devices of a replica have the same rows and share the sending.
    const double sent = rows / real(p.tensor) * targets * hidden(placement);
    const double narrow = placement.precisions.activations.bits_per_element() / 8.0;
    const Group group{p.tensor * p.data, p.context};
    const double layers = real(placement.shard.expert_layers());
    out.add("expert dispatch", all_to_all_s, group, sent * narrow, layers);
    out.add("expert combine", all_to_all_s, group, sent * stream_bytes(placement), layers);
}

// Each step of decoding gathers the partial results of the parts of a sequence.
void add_context(Exchanges& out, const Placement& placement, double sequences) {
    const auto& shard = placement.shard;
    const double width = real(shard.num_attention_heads) * (real(shard.head_dim) + 2.0);
    out.add("context all-gather", all_gather_s, {placement.parallelism.context, placement.parallelism.tensor},
            sequences * width * stream_bytes(placement), real(shard.num_hidden_layers));
}

// The host's processor gets every token that is to pass an expert, and gives back their sums.
void add_host_experts(std::vector<Exchange>& out, const Placement& placement, double rows) {
    if (!placement.expert_device || rows <= 0) return;
    const auto link = host_link(placement.device->interconnect);
    const double bytes = rows * hidden(placement) * stream_bytes(placement);
    const auto demand = demand_at([&](double moved) { return send_over_s(link, moved, 0); }, bytes, link);
    out.push_back({.role = "tokens to the host's experts and back",
                   .basis = quantity(bytes, "B") + " over " + link.name,
                   .link = link.name,
                   .count = 2.0 * real(placement.shard.expert_layers()),
                   .demand = demand,
                   .seconds = demand.seconds(placement.engine),
                   .assumed = link.assumed});
}

}  // namespace

Placement make_placement(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
                         const Parallelism& parallelism, const EngineParameters& engine,
                         const TopologyOptions& topology) {
    check(parallelism, model);
    check(engine);
    return {.model = model,
            .shard = shard(model, parallelism),
            .precisions = precisions,
            .device = &device,
            .parallelism = parallelism,
            .topology = make_topology(device.interconnect, topology),
            .engine = engine};
}

CallPart part_of(const NetworkCall& call) {
    if (is_one_of(sequence_roles, call.role)) return CallPart::sequences;
    return is_one_of(attention_roles, call.role) ? CallPart::attention : CallPart::rows;
}

std::vector<NetworkCall> placed_calls(const Placement& placement, const Pass& pass) {
    auto one = pass;
    if (placement.model.experts) one.expert_rows = expert_rows(placement, pass);
    return transformer_calls(placement.shard, one, placement.precisions);
}

std::vector<Exchange> exchanges(const Placement& placement, double rows, double sequences) {
    Exchanges out(placement);
    add_tensor(out, placement, rows, sequences);
    add_experts(out, placement, rows);
    add_context(out, placement, sequences);
    auto list = out.take();
    add_host_experts(list, placement, rows);
    return list;
}

ExchangeDemand exchange_demand(const Placement& placement, double rows, double sequences) {
    ExchangeDemand out;
    for (const auto& one : exchanges(placement, rows, sequences)) {
        out.latency_s += one.count * one.demand.latency_s;
        out.usual_s += one.count * one.demand.usual_s;
        out.whole_s += one.count * one.demand.whole_s;
    }
    return out;
}

double ring_attention_s(const Placement& placement, double tokens) {
    const auto ways = placement.parallelism.context;
    if (ways < 2) return 0.0;
    const double bytes = tokens / real(ways) * kv_bytes_per_token(placement.shard, placement.precisions);
    const double one = send_s(placement.topology, placement.parallelism.tensor,
                              bytes / real(placement.shard.num_hidden_layers), placement.engine.link_share);
    return one * real(ways - 1) * real(placement.shard.num_hidden_layers);
}

double kv_transfer_s(const Placement& prefill, const Placement& decode, double tokens) {
    const double bytes = tokens * kv_bytes_per_token(decode.model, decode.precisions);
    const auto rate = [](const Placement& one) {
        return one.topology.network.bytes_per_s * real(one.parallelism.tensor) *
               real(one.parallelism.pipeline);
    };
    auto link = prefill.topology.network;
    link.bytes_per_s = std::min(rate(prefill), rate(decode));
    return send_over_s(link, bytes, prefill.engine.link_share);
}

double stage_send_s(const Placement& placement, double rows) {
    const auto& p = placement.parallelism;
    if (p.pipeline < 2) return 0.0;
    return send_s(placement.topology, p.tensor * p.context * p.data,
                  rows * hidden(placement) * stream_bytes(placement), placement.engine.link_share);
}

}  // namespace ridge::cost_model
