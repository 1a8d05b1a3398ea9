// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// What the calls on a key-value cache have in common: `tokens` positions of one layer, each with a key and a
/// value for every kv head.
struct KvCacheShape {
    std::int64_t tokens = 0, kv_heads = 0, head_dim = 0;
    std::int64_t page = 0;        ///< positions of a page; 0 where a call has no pages
    std::int64_t recomputed = 0;  ///< tokens whose rows were computed afresh
    NumberFormat kv;              ///< as cached

    [[nodiscard]] static KvCacheShape from(const OperatorCall& call);
    /// Cached rows: (token, kv head).
    [[nodiscard]] std::int64_t rows() const { return tokens * kv_heads; }
    [[nodiscard]] std::int64_t pages() const { return page > 0 ? (tokens + page - 1) / page : 0; }
};

/// kv_append, kv_gather, kv_rerotate, kv_fuse, kv_swap.
[[nodiscard]] std::vector<OperatorInfo> kv_cache_operators();

}  // namespace ridge::operators
