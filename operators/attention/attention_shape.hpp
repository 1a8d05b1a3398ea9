// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operator_call.hpp"

namespace ridge::operators {

/// What attention, attention_sliding, attention_paged and attention_mla have in common: each kv head of each
/// sequence has a cached key and value for every position, which `group` query heads share.
struct AttentionShape {
    std::int64_t batch = 0;     ///< sequences
    std::int64_t kv_heads = 0;  ///< 1 for latent attention
    std::int64_t group = 0;     ///< query heads of a kv head
    std::int64_t queries = 0;   ///< new positions of each sequence, the last ones of the context
    std::int64_t context = 0;   ///< positions, the new ones included
    std::int64_t window = 0;  ///< a query sees itself and the window - 1 positions before it; at most context
    std::int64_t key_dim = 0, value_dim = 0;  ///< elements of a cached key and value
    std::int64_t page = 0;                    ///< positions of a page; 0: every sequence lies in one piece
    bool latent = false;                      ///< a value is the first value_dim elements of its key
    NumberFormat q;                           ///< queries and output
    NumberFormat kv;                          ///< keys and values as cached

    [[nodiscard]] static AttentionShape from(const OperatorCall& call);

    [[nodiscard]] std::int64_t heads() const { return kv_heads * group; }
    /// Pages of one sequence, the last one perhaps not full; 0 without pages.
    [[nodiscard]] std::int64_t pages() const { return page > 0 ? (context + page - 1) / page : 0; }
    /// Positions that the cache has room for, over all sequences.
    [[nodiscard]] std::int64_t slots() const { return batch * (page > 0 ? pages() * page : context); }
    /// Rows of queries and of the output: (sequence, query, head).
    [[nodiscard]] std::int64_t query_rows() const { return batch * queries * heads(); }
    /// First position that any query sees.
    [[nodiscard]] std::int64_t first_position() const;
    /// Pairs of query and key that the mask lets through, of one head and one sequence.
    [[nodiscard]] double pairs() const;
};

/// Bytes of `rows` cached rows of `columns` elements, scales included.
[[nodiscard]] double cached_bytes(const NumberFormat& format, double rows, double columns);

/// Why rows of this many elements cannot be cached in a format, or pages of this many positions not be used:
/// throws InputError with the call's text.
void check_cached_rows(const OperatorCall& call, const NumberFormat& format, std::int64_t columns);
void check_page(const OperatorCall& call);

}  // namespace ridge::operators
