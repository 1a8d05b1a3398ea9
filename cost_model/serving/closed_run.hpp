// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "cost_model/serving/request_lengths.hpp"

namespace ridge::cost_model {

/// How a benchmark of constant concurrency asks, and how its server lets prompts into steps. All users ask at
/// once in the beginning, and each again as soon as it is answered. Where everything is queued at the start,
/// the users are the places that the server has.
struct ClosedRun {
    std::int64_t users = 1;
    std::int64_t requests_per_user = 10;
    std::int64_t requests = 0;    ///< of all users together; 0: as many as each has
    RequestLengths longest;       ///< of what is drawn
    double least_share = 1;       ///< lengths are drawn evenly from this share of the longest on
    double step_tokens = 0;       ///< most tokens of a step; 0: no limit
    bool whole_prompts = false;   ///< a prompt is not cut; one that is longer than a step has one for itself
    std::int64_t hold_steps = 0;  ///< that prompts are held back for others to join them ...
    double hold_share = 1;        ///< ... or until they fill this share of a step
    std::int64_t replicas = 1;    ///< of the attention, that step together
    std::int64_t balance_steps =
        0;  ///< between two steps with prompts, but where each replica has one; 0: none
};

/// What the run makes of it, in steps and prompts: how long both take is the engine's to say.
struct ClosedRunCounts {
    double steps = 1;    ///< from a request's arrival to its first token, mean over all requests
    double prompts = 1;  ///< in those steps, its own among them, in mean prompts of the replica that has most
    double unevenness = 1;  ///< prompt tokens of the replica that has most over the mean, over all steps

    /// Steps of one kind, from the first request to the last token.
    struct Steps {
        double count = 0;
        double running = 0;        ///< sequences that decode, mean
        double prompt_tokens = 0;  ///< of all replicas, mean
    };
    Steps plain = {}, with_prompts = {};
};

/// Counts the run from its first request to its last token. A seed of its own: the same answer each time.
/// Throws InputError for users, requests or lengths below 1, and for a run of more than 1e7 steps with
/// prompts.
[[nodiscard]] ClosedRunCounts count_steps(const ClosedRun& run);

/// A run for several numbers of users, each counted once.
class PlayedRuns {
  public:
    explicit PlayedRuns(const ClosedRun& run = {}) : run_(run) {}
    [[nodiscard]] const ClosedRun& run() const { return run_; }
    /// As count_steps.
    [[nodiscard]] const ClosedRunCounts& of_users(std::int64_t users);

  private:
    ClosedRun run_;
    std::map<std::int64_t, ClosedRunCounts> counted_;
};

/// Means of the lengths that are drawn.
[[nodiscard]] RequestLengths mean_lengths(const ClosedRun& run);

}  // namespace ridge::cost_model
