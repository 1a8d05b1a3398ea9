// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ridge {

/// Whether a number was measured, predicted by a model or specified by a data sheet; shown with every number.
enum class Provenance { measured, predicted, specified };

enum class Status {
    ok,
    invalid,  ///< the configuration or call does not fit the implementation
    wrong,    ///< the result misses the reference by more than its bound, however fast
    failed,   ///< crash, time-out, rubbish, no memory, disturbed throughout
};

/// Where the operands lie when a timed run begins: flushed or rotated out of the last-level cache, or left in
/// it.
enum class CacheState { cold, warm };

[[nodiscard]] std::string_view name(Provenance provenance);
[[nodiscard]] std::string_view name(Status status);
[[nodiscard]] std::string_view name(CacheState state);
/// Throw InputError naming the known words.
[[nodiscard]] Provenance parse_provenance(std::string_view text);
[[nodiscard]] Status parse_status(std::string_view text);
[[nodiscard]] CacheState parse_cache_state(std::string_view text);

/// Outcome of timing one configuration of one implementation on one operator call.
struct Measurement {
    Status status = Status::failed;
    std::string reason;  ///< why it is not ok; empty for ok
    CacheState cache = CacheState::cold;
    std::vector<double> samples_s;  ///< seconds of one call each, in the order taken; empty unless ok
    std::string stop;               ///< why sampling ended: "interval", "budget", "count" or "beaten"
    std::int64_t discarded = 0;     ///< disturbed samples that were repeated
    std::optional<double>
        error;  ///< largest |result - reference| / bound over the checked outputs; at most 1 is right
    std::int64_t workspace_bytes = 0;
    std::optional<double> energy_j;  ///< of one call, where a counter is readable
    std::optional<double> clock_before_hz, clock_after_hz;
    /// What reads of memory reached around and between the samples, median: how fast memory was then.
    std::optional<double> memory_bytes_per_s;
};

}  // namespace ridge
