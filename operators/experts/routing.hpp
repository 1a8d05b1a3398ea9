// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/operator_call.hpp"

namespace ridge::operators {

/// Which experts tokens go to, drawn at random (the k of a token differ), and where their copies stand.
struct Routing {
    std::int64_t k = 0;
    std::vector<std::int32_t> experts;    ///< of token t's slot s, at t · k + s
    std::vector<std::int32_t> positions;  ///< row of its copy
    std::vector<std::int32_t> sources;    ///< t · k + s of each copy
    std::vector<std::int32_t> offsets;    ///< first copy of each expert, and the number of copies

    /// Of a call with rows, experts and k.
    [[nodiscard]] static Routing draw(const OperatorCall& call, std::uint64_t seed);

    [[nodiscard]] std::int32_t expert(std::int64_t token, std::int64_t slot) const {
        return experts[static_cast<std::size_t>(token * k + slot)];
    }
    [[nodiscard]] std::int32_t position(std::int64_t token, std::int64_t slot) const {
        return positions[static_cast<std::size_t>(token * k + slot)];
    }
    /// Token whose copy stands in row `position`.
    [[nodiscard]] std::int64_t token_at(std::int64_t position) const {
        return sources[static_cast<std::size_t>(position)] / k;
    }
};

}  // namespace ridge::operators
