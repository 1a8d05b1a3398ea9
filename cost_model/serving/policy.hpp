// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cost_model/serving/prefix_cache.hpp"

namespace ridge::cost_model::serving {

/// What a step of the engine is made of (iteration-level scheduling: Yu et al., OSDI 2022).
enum class Batching {
    chunked,        ///< every running sequence decodes; prompts take what the token budget leaves, in pieces
    prefill_first,  ///< whole prompts while there are such that fit, without decoding; else decoding
    fixed,          ///< a batch is filled, and the next one waits until all of it is done
};

/// What happens to the KV of a sequence that has to make room (Kwon et al., SOSP 2023, section 4.5).
enum class Preemption {
    recompute,  ///< dropped, and computed again with the prompt
    swap,       ///< moved to the host and back
};

/// Which replica a request goes to.
enum class Routing {
    round_robin,
    least_loaded,  ///< fewest requests waiting or running
    prefix_aware,  ///< fewest tokens to compute until its first: those of prompts before it, running
                   ///< sequences, and its own that no cache has (as Mooncake's conductor, Qin et al. 2024)
};

/// How an engine schedules. Defaults are vLLM's.
struct Policy {
    Batching batching = Batching::chunked;
    Preemption preemption = Preemption::recompute;
    Routing routing = Routing::round_robin;
    std::int64_t max_sequences = 256;  ///< running at once on a replica
    std::int64_t token_budget = 8192;  ///< tokens of a step, of prompts and decoding together
    std::int64_t page = 16;            ///< tokens of a page of the KV cache
    double watermark = 0.01;           ///< share of the pages that admission leaves free for those running
    double swap_bytes_per_s = 32e9;    ///< between device and host: PCIe 4.0 x16 in one direction
    bool prefix_caching = true;
    std::vector<CacheTier> tiers;  ///< of the prefix cache below the device's memory, nearest first
};

/// Throws InputError for a policy that makes no sense.
void check(const Policy& policy);

[[nodiscard]] Batching parse_batching(const std::string& word);      ///< "chunked", "prefill-first", "fixed"
[[nodiscard]] Preemption parse_preemption(const std::string& word);  ///< "recompute", "swap"
[[nodiscard]] Routing parse_routing(
    const std::string& word);  ///< "round-robin", "least-loaded", "prefix-aware"
/// "dram=1e12@50e9": name, bytes and bytes/s.
[[nodiscard]] CacheTier parse_tier(const std::string& text);

}  // namespace ridge::cost_model::serving
