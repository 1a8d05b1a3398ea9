// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The blocks that fused attention works in (Dao, "FlashAttention-2", 2023, arXiv 2307.08691, section 3.3: a
/// thread block holds a tile of queries and walks over tiles of keys).
namespace ridge::cost_model {

/// Positions of a tile of queries and of one of keys. 128 is what FlashAttention-2 and 3 take for heads of up
/// to 128 elements; what a library really takes is left to the fit.
inline constexpr double attention_tile = 128;

/// Tiles of keys that the query tiles of one head of one sequence meet.
struct AttentionTiles {
    double query_tiles = 0;
    double met = 0;      ///< pairs of query tile and key tile with at least one unmasked pair
    double longest = 0;  ///< key tiles of the query tile that meets most
};

/// Causal, `queries` new positions at the end of `context`, each seeing `window` positions at most.
[[nodiscard]] AttentionTiles attention_tiles(std::int64_t queries, std::int64_t context, std::int64_t window);

/// How decode splits a context over units that would be idle (Dao et al., "Flash-Decoding", 2023): parts of
/// each block of work, and key tiles of a part.
struct DecodeSplit {
    double parts = 1;
    double tiles = 1;
};

/// For `blocks` blocks of work (sequence and kv head) over `positions` on `units` units. A part has 4 tiles
/// at least.
[[nodiscard]] DecodeSplit decode_split(double blocks, double positions, double units);

}  // namespace ridge::cost_model
