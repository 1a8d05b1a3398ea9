// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/collectives/slices.hpp"
#include "operators/copy_row.hpp"

namespace ridge::operators {

/// Parts copy slices from part to part. A slice has a source, whose it is, and a target; it is read from its
/// source or, in a ring, from the target's neighbour, which has it since the step before. A task copies one
/// chunk for each of some distances between source and target.
struct Exchange {
    const std::byte* from;
    std::byte* to;
    Slices slices;  ///< in bytes, by source
    /// Bytes between the arrays of parts that are read and written, and between slices within them.
    std::int64_t from_part, from_source, from_target, to_part, to_source;
    std::int64_t first_distance, last_distance;  ///< target - source, modulo ranks
    bool by_source;                              ///< a task is its source's, else its target's
    bool ring;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t task, const Team& team) const {
        const std::int64_t ranks = slices.ranks, mine = task / slices.chunks();
        for (std::int64_t d = first_distance; d <= last_distance; ++d) {
            const std::int64_t source = by_source ? mine : (mine + ranks - d) % ranks;
            const std::int64_t target = by_source ? (mine + d) % ranks : mine;
            const std::int64_t holder = ring ? (target + ranks - 1) % ranks : source;
            const auto range = slices.range(source, task % slices.chunks());
            const std::int64_t at = range.first - source * slices.slice;
            copy_row(to + target * to_part + source * to_source + at,
                     from + holder * from_part + source * from_source + target * from_target + at,
                     range.count, team, past_caches);
        }
    }
};

}  // namespace ridge::operators
