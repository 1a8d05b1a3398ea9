// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/prefix_cache.hpp"

#include <ranges>

namespace ridge::cost_model::serving {

PrefixCache::PrefixCache(std::vector<std::int64_t> capacities) : capacities_(std::move(capacities)) {
    newest_.fill(none);
    oldest_.fill(none);
}

PrefixCache::Match PrefixCache::match(std::span<const std::uint64_t> ids) const {
    Match found;
    for (; found.blocks < ids.size(); ++found.blocks) {
        const auto entry = by_id_.find(ids[found.blocks]);
        if (entry == by_id_.end()) break;
        const auto& node = nodes_[entry->second];
        ++found.by_tier[node.tier];
        found.evictable += node.tier == 0 && node.uses == 0 ? 1 : 0;
    }
    return found;
}

PrefixCache::Index PrefixCache::make(std::uint64_t id) {
    Index index = static_cast<Index>(nodes_.size());
    if (unused_nodes_.empty()) {
        nodes_.emplace_back();
    } else {
        index = unused_nodes_.back();
        unused_nodes_.pop_back();
    }
    nodes_[index] = Node{.id = id};
    by_id_.emplace(id, index);
    return index;
}

void PrefixCache::use(Index index) {
    auto& node = nodes_[index];
    if (node.uses++ > 0) return;
    unlink(index);
    node.tier = 0;
    ++in_use_;
}

void PrefixCache::unlink(Index index) {
    const auto& node = nodes_[index];
    (node.newer == none ? newest_[node.tier] : nodes_[node.newer].older) = node.older;
    (node.older == none ? oldest_[node.tier] : nodes_[node.older].newer) = node.newer;
    --size_[node.tier];
}

void PrefixCache::link(Index index, std::uint32_t tier) {
    auto& node = nodes_[index];
    node.tier = tier;
    node.newer = none;
    node.older = newest_[tier];
    (node.older == none ? oldest_[tier] : nodes_[node.older].newer) = index;
    newest_[tier] = index;
    ++size_[tier];
}

void PrefixCache::acquire(std::span<const std::uint64_t> ids) {
    for (const auto id : ids) use(by_id_.at(id));
}

void PrefixCache::insert(std::span<const std::uint64_t> ids) {
    for (const auto id : ids) {
        const auto entry = by_id_.find(id);
        if (entry == by_id_.end()) {
            nodes_[make(id)].uses = 1;
            ++in_use_;
        } else {
            use(entry->second);
        }
    }
}

// The deepest blocks first, so that they are the older ones: a block without those before it is of no use.
void PrefixCache::release(std::span<const std::uint64_t> ids) {
    for (const auto id : ids | std::views::reverse) {
        const auto index = by_id_.at(id);
        if (--nodes_[index].uses > 0) continue;
        --in_use_;
        link(index, 0);
    }
}

bool PrefixCache::evict() {
    const auto index = oldest_[0];
    if (index == none) return false;
    unlink(index);
    demote(index, 1);
    return true;
}

void PrefixCache::demote(Index index, std::uint32_t tier) {
    while (tier <= capacities_.size() && capacities_[tier - 1] < 1) ++tier;
    if (tier > capacities_.size()) {
        by_id_.erase(nodes_[index].id);
        unused_nodes_.push_back(index);
        return;
    }
    link(index, tier);
    if (size_[tier] <= capacities_[tier - 1]) return;
    const auto pushed_out = oldest_[tier];
    unlink(pushed_out);
    demote(pushed_out, tier + 1);
}

}  // namespace ridge::cost_model::serving
