// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cost_model/device_model.hpp"
#include "cost_model/placement/parallelism.hpp"
#include "cost_model/placement/topology.hpp"
#include "cost_model/serving/engine.hpp"

namespace ridge::cost_model {

/// Memory behind the device's own, as one device reaches it.
enum class Tier { device, dram, ssd };
[[nodiscard]] std::string_view name(Tier tier);
[[nodiscard]] Tier parse_tier(const std::string& word);

struct Tiers {
    /// Of the host for each device, bytes/s: four channels of DDR5-4800 (JEDEC: 38.4 GB/s each), an eighth of
    /// two sockets with 16 each.
    double dram_bytes_per_s = 4 * 38.4e9;
    double dram_bytes = 256e9;  ///< for each device: 2 TB in a machine of eight
    /// Of one drive for each device, reading in sequence: NVMe on PCIe 4.0 x4 (Samsung PM9A3 data sheet).
    double ssd_bytes_per_s = 6.8e9;
    double ssd_bytes = 3.84e12;  ///< likewise
};

/// What is kept in a tier behind the device's memory and read from there for each use.
struct Offload {
    Tier tier = Tier::dram;
    double weights = 0;  ///< share of the layers' weights
    double kv = 0;       ///< share of the keys and values
    double overlap = 1;  ///< share of the reading that passes while the device computes
};

/// Prompt tokens whose keys and values exist already.
struct Reuse {
    double prefix = 0;  ///< share of the prompt that a cached prefix covers
    double fused = 0;   ///< share made of cached chunks that are fused with fresh text
    double recomputed =
        0.15;  ///< of the fused share, computed again (CacheBlend, arXiv 2405.16444: 10 to 20 %)
    Tier tier = Tier::device;  ///< where the fused chunks are
};

/// Draft tokens that one step of the model checks (Leviathan et al. 2023, arXiv 2211.17192).
struct Speculation {
    double drafted = 0;     ///< tokens that each step proposes; 0: none
    double acceptance = 0;  ///< chance that a proposed token is accepted, given that those before were
    double draft_cost = 0;  ///< seconds of proposing one token over those of a plain step

    /// Tokens that a step yields: (1 - a^(n+1)) / (1 - a).
    [[nodiscard]] double tokens_per_step() const;
};

/// A pool of replicas that only do prompts, one after the other; keys and values then go over a network to
/// replicas that only decode (Zhong et al., OSDI 2024).
struct SeparatePrefill {
    Parallelism parallelism;    ///< of a replica of the pool, on devices of the same kind
    double bytes_per_s = 50e9;  ///< that a replica sends with: a port of 400 Gbit/s
    double latency_s = 0;       ///< of each transfer
};

/// How a model is served on a device. The default is one device and the kernels' times alone.
struct Deployment {
    Parallelism parallelism;
    EngineParameters engine;
    TopologyOptions topology;
    Tiers tiers;
    Offload offload;
    Reuse reuse;
    Speculation speculation;
    std::optional<SeparatePrefill> prefill;
    std::shared_ptr<const DeviceModel> experts_on;  ///< the host's processor, which computes routed experts
    bool largest_batch = false;  ///< as many sequences as the memory holds, instead of the workload's
};

/// Throws InputError, naming the figure, for one that makes no sense.
void check(const Deployment& deployment);

}  // namespace ridge::cost_model
