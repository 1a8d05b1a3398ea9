// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace ridge::cost_model::serving {

/// Memory below the device's own that keeps the KV of prompts.
struct CacheTier {
    std::string name;  ///< "dram", "ssd"
    double bytes = 0;
    double bytes_per_s = 0;  ///< at which a hit is loaded into the device's memory
};

/// The KV of whole prompt blocks by id, the least recently used going first: out of the device's memory into
/// the next tier with room, out of the last one for good. Blocks in use stay on the device.
class PrefixCache {
  public:
    static constexpr std::size_t most_tiers = 4;  ///< the device's memory included
    /// Blocks found, by tier; tier 0 is the device.
    using Counts = std::array<std::int64_t, most_tiers>;

    /// Blocks that each tier below the device holds at most.
    explicit PrefixCache(std::vector<std::int64_t> capacities);

    struct Match {
        std::size_t blocks = 0;  ///< of the ids, from the first on
        Counts by_tier{};
        std::int64_t evictable = 0;  ///< of those on the device: not in use
    };
    [[nodiscard]] Match match(std::span<const std::uint64_t> ids) const;
    /// Puts blocks that match() found in use; those of lower tiers move to the device.
    void acquire(std::span<const std::uint64_t> ids);
    /// Puts freshly computed blocks in use; they are on the device then.
    void insert(std::span<const std::uint64_t> ids);
    /// Ends one use of each block.
    void release(std::span<const std::uint64_t> ids);
    /// Moves the least recently used block that is not in use off the device; false when there is none.
    bool evict();

    [[nodiscard]] std::int64_t on_device() const { return size_[0] + in_use_; }
    [[nodiscard]] std::int64_t evictable() const { return size_[0]; }

  private:
    using Index = std::uint32_t;
    static constexpr Index none = 0xffffffffU;
    struct Node {
        std::uint64_t id = 0;
        Index newer = none, older = none;
        std::uint32_t uses = 0;
        std::uint32_t tier = 0;
    };

    Index make(std::uint64_t id);
    void use(Index index);
    void unlink(Index index);
    void link(Index index, std::uint32_t tier);
    void demote(Index index, std::uint32_t tier);

    std::vector<std::int64_t> capacities_;
    std::unordered_map<std::uint64_t, Index> by_id_;
    std::vector<Node> nodes_;
    std::vector<Index> unused_nodes_;
    std::array<Index, most_tiers> newest_, oldest_;
    Counts size_{};  // blocks that are not in use, by tier
    std::int64_t in_use_ = 0;
};

}  // namespace ridge::cost_model::serving
