// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/device_model.hpp"
#include "cost_model/network/network_call.hpp"
#include "cost_model/network/transformer_graph.hpp"
#include "cost_model/placement/parallelism.hpp"
#include "cost_model/placement/topology.hpp"
#include "cost_model/serving/engine.hpp"

namespace ridge::cost_model {

/// A model spread over equal devices, served by an engine. `device` is kept by reference and has to outlive
/// it.
struct Placement {
    ModelConfig model;  ///< whole
    ModelConfig shard;  ///< what one device of the longest stage holds
    Precisions precisions;
    const DeviceModel* device = nullptr;
    Parallelism parallelism;
    Topology topology;
    EngineParameters engine;
    /// Processor of the host that computes the routed experts, whose weights are in its memory; nullptr:
    /// none.
    const DeviceModel* expert_device = nullptr;

    [[nodiscard]] double devices() const { return static_cast<double>(parallelism.devices()); }
};

/// Throws InputError when the model can not be spread so, or the engine makes no sense.
[[nodiscard]] Placement make_placement(const ModelConfig& model, const Precisions& precisions,
                                       const DeviceModel& device, const Parallelism& parallelism = {},
                                       const EngineParameters& engine = {},
                                       const TopologyOptions& topology = {});

/// What part of a step a call belongs to: what its time depends on.
enum class CallPart {
    rows,       ///< all tokens of the step together: linear layers, norms, experts
    attention,  ///< tokens and what they attend to, sequence by sequence
    sequences,  ///< one row a sequence: lm_head and sampling
};
[[nodiscard]] CallPart part_of(const NetworkCall& call);

/// The calls of one device in one pass through its stage; `pass` is what one replica of the attention layers
/// works on.
[[nodiscard]] std::vector<NetworkCall> placed_calls(const Placement& placement, const Pass& pass);

/// Seconds of exchanges, apart from the engine that makes them.
struct ExchangeDemand {
    double latency_s = 0;  ///< that no byte takes
    double usual_s = 0;    ///< of the bytes at the usual share of the links' rate
    double whole_s = 0;    ///< of the bytes at all of it

    [[nodiscard]] double seconds(const EngineParameters& engine) const {
        return latency_s * engine.latency_factor +
               (engine.link_share > 0 ? whole_s / engine.link_share : usual_s);
    }
};

/// One exchange among the devices that a pass makes, `count` times.
struct Exchange {
    std::string role;   ///< "tensor all-reduce"
    std::string basis;  ///< what is moved over which link
    std::string link;   ///< name of the link
    double count = 0;
    ExchangeDemand demand;  ///< of each
    double seconds = 0;     ///< of each, under the placement's engine
    bool assumed = false;
};

/// Exchanges of a stage for `rows` tokens of one replica, of which `sequences` get a logit row. The sends to
/// the next stage are not among them.
[[nodiscard]] std::vector<Exchange> exchanges(const Placement& placement, double rows, double sequences);

/// All of them together.
[[nodiscard]] ExchangeDemand exchange_demand(const Placement& placement, double rows, double sequences);

/// Ring attention's passing on of keys and values over a prompt of `tokens` positions, all layers of a stage;
/// it runs behind the attention itself.
[[nodiscard]] double ring_attention_s(const Placement& placement, double tokens);

/// Sending the keys and values of `tokens` positions from the devices that read a prompt to those that go on,
/// every device its share over the slower of the two networks.
[[nodiscard]] double kv_transfer_s(const Placement& prefill, const Placement& decode, double tokens);

/// Handing `rows` tokens to the next stage; 0 for one stage.
[[nodiscard]] double stage_send_s(const Placement& placement, double rows);

}  // namespace ridge::cost_model
