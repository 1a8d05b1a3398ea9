// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cost_model/serving/lengths.hpp"
#include "cost_model/serving/request.hpp"

namespace ridge::cost_model::serving {

/// Prompts that begin alike, e.g. with a document or a system prompt.
struct SharedPrefix {
    std::int64_t tokens = 0;  ///< a shorter prompt is all prefix
    std::int64_t groups = 1;  ///< different prefixes
    double zipf = 0;          ///< the k-th most frequent group is asked for in proportion to k^-zipf
};

/// What is asked of a service over time.
struct Traffic {
    Lengths prompt_tokens = Lengths::fixed(512), output_tokens = Lengths::fixed(256);
    Arrivals arrivals;
    std::optional<SharedPrefix> prefix;
    std::int64_t block_tokens = 512;  ///< of what the prefix cache keeps and drops as one
    std::string trace;                ///< a file of requests in place of the distributions; empty: none
};

/// The "traffic" of a workload of configs/workloads by name, or of a file by path. A workload without is its
/// batch of equal requests in a closed loop of that many users. A trace's path is relative to the file.
[[nodiscard]] Traffic load_traffic(const std::string& name_or_path);
/// Reads the object "traffic". Throws InputError with file, key and value.
[[nodiscard]] Traffic traffic_from_json(const JsonReader& json);

/// `count` requests drawn from the distributions, the same for the same seed. Throws InputError for a count
/// below 1 or beyond 10^8, or when there is a trace.
[[nodiscard]] Requests make_requests(const Traffic& traffic, std::int64_t count, std::uint64_t seed);

/// Puts other arrival times in place of those that the requests have; the trace's own stay for Kind::trace.
void set_arrivals(Requests& requests, const Arrivals& arrivals, std::uint64_t seed);

}  // namespace ridge::cost_model::serving
