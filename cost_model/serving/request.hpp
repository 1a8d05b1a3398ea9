// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cost_model/serving/arrivals.hpp"

namespace ridge::cost_model::serving {

/// One prompt and its answer.
struct Request {
    double arrival_s = 0;
    std::int32_t prompt_tokens = 1;
    std::int32_t output_tokens = 1;
    std::uint32_t first_block = 0;  ///< in Requests::block_ids
    std::uint32_t blocks = 0;
};

/// Requests by time of arrival. Prompts with the same leading block ids begin with the same tokens.
struct Requests {
    Arrivals arrivals;
    std::vector<Request> all;
    std::vector<std::uint64_t> block_ids;  ///< each stands for its block and all before it, as a hash chain
    std::int64_t block_tokens = 512;       ///< tokens of a block; 512 in the published Mooncake trace

    /// Ids of the whole blocks of a prompt; a last, partly filled block cannot be reused.
    [[nodiscard]] std::span<const std::uint64_t> blocks_of(const Request& request) const {
        const auto whole = static_cast<std::uint32_t>(request.prompt_tokens / block_tokens);
        return {block_ids.data() + request.first_block, request.blocks < whole ? request.blocks : whole};
    }
};

}  // namespace ridge::cost_model::serving
