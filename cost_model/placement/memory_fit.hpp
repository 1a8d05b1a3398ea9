// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cost_model/placement/placement.hpp"

namespace ridge::cost_model {

/// Bytes of one device's memory by what takes them.
struct MemoryFit {
    double capacity = 0;     ///< of the device; 0 when not known
    double usable = 0;       ///< that the engine takes: memory_fraction of it
    double weights = 0;      ///< of the shard
    double activations = 0;  ///< of one step of the engine's chunk, logits included
    double workspace = 0;
    double cache = 0;               ///< left for keys, values and states; below 0: does not fit
    double cache_per_token = 0;     ///< of one position on this device; 0: nothing is cached
    double fragmentation = 0;       ///< share of the cache lost in pages
    double state_per_sequence = 0;  ///< of recurrent layers on this device

    [[nodiscard]] bool weights_fit() const { return capacity <= 0 || cache > 0; }
};

/// `rows` tokens of one step at most; 0: the engine's chunk.
[[nodiscard]] MemoryFit memory_fit(const Placement& placement, double rows = 0);

/// What depends on the engine alone: usable, workspace, fragmentation, and so what is left for the cache.
void set_cache(MemoryFit& fit, const EngineParameters& engine);

/// Memory of a device in bytes. The gigabytes that data sheets of accelerators give are binary ones:
/// nvidia-smi shows 81559 MiB on an H100 of "80 GB", rocm-smi 192 GiB on an MI300X of "192 GB". What was read
/// from a device, or is no whole number of gigabytes, stays.
[[nodiscard]] double installed_bytes(const Device& device);

/// Positions that all replicas hold together; infinite when the capacity is not known or nothing is cached.
[[nodiscard]] double capacity_tokens(const Placement& placement, const MemoryFit& fit);

/// Largest number of sequences of `length` positions that all replicas hold together; 0 when none fits.
[[nodiscard]] double largest_batch(const Placement& placement, double length);

}  // namespace ridge::cost_model
