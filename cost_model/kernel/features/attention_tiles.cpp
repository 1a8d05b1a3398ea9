// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/attention_tiles.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

constexpr double least_tiles_of_a_part = 4;
constexpr double parts_per_unit = 2;  // a unit works on two blocks at a time to hide their latencies

// Query tile i ends at key tile ceil((first + (i + 1) * tile) / tile): 1 + i tiles after those before
// `first`.
double tiles_up_to_the_diagonal(double query_tiles, double first, double context) {
    const double before = std::ceil(first / attention_tile);
    return (query_tiles - 1) * before + query_tiles * (query_tiles - 1) / 2 +
           std::ceil(context / attention_tile);
}

}  // namespace

AttentionTiles attention_tiles(std::int64_t queries, std::int64_t context, std::int64_t window) {
    const auto all = static_cast<double>(context), first = static_cast<double>(context - queries);
    AttentionTiles out;
    out.query_tiles = std::ceil(static_cast<double>(queries) / attention_tile);
    out.met = tiles_up_to_the_diagonal(out.query_tiles, first, all);
    // Query tile i sees nothing of its first i + shift key tiles, where that is positive.
    const double shift = std::floor((first - static_cast<double>(window) + 1) / attention_tile);
    const double from = std::clamp(-shift, 0.0, out.query_tiles), unseen = out.query_tiles - from;
    out.met -= unseen * shift + (out.query_tiles * (out.query_tiles - 1) - from * (from - 1)) / 2;
    const double hidden_from_last = std::max(0.0, out.query_tiles - 1 + shift);
    out.longest = std::ceil(all / attention_tile) - hidden_from_last;
    return out;
}

DecodeSplit decode_split(double blocks, double positions, double units) {
    const double tiles = std::max(1.0, std::ceil(positions / attention_tile));
    const double most = std::max(1.0, std::ceil(tiles / least_tiles_of_a_part));
    DecodeSplit out;
    out.parts = std::clamp(std::floor(units * parts_per_unit / blocks), 1.0, most);
    out.tiles = std::ceil(tiles / out.parts);
    return out;
}

}  // namespace ridge::cost_model
