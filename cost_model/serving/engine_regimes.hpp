// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cost_model/serving/closed_run.hpp"
#include "cost_model/serving/step_model.hpp"

/// How requests reach an engine, and what comes of it: closed formulas over the times of steps. One replica;
/// times in seconds.
namespace ridge::cost_model {

/// A batch that starts together and runs to its end, in rounds where the cache does not hold it.
struct StaticBatch {
    double prefill_s = 0;  ///< until the first tokens, of the first round
    double total_s = 0;
};
[[nodiscard]] StaticBatch static_batch(const StepModel& model, double batch, const RequestLengths& lengths);

/// One pass over `prompts` prompts, and one step of a batch at a mean context.
[[nodiscard]] double prefill_s(const StepModel& model, double prompts, double tokens);
[[nodiscard]] double decode_step_s(const StepModel& model, double batch, double context);

/// Iteration-level batching in its steady state.
struct EngineState {
    double running = 0;        ///< sequences that decode at once
    double step_s = 0;         ///< mean between two tokens of a sequence
    double decode_step_s = 0;  ///< of steps without prompt tokens
    double tokens_per_s = 0;   ///< generated
    double watts = 0;          ///< of one device; 0 where not known
    double prompts_per_step = 0;
    /// Median between two tokens: of steps without prompt tokens as long as prompts come less than one a
    /// step.
    [[nodiscard]] double median_step_s() const { return prompts_per_step < 1 ? decode_step_s : step_s; }
};
/// `running` sequences, kept up by new requests.
[[nodiscard]] EngineState kept_running(const StepModel& model, double running, const RequestLengths& lengths);
/// As many as the cache and the engine hold. `beams` are decoded for each.
[[nodiscard]] EngineState saturated(const StepModel& model, const RequestLengths& lengths, double beams = 1);

/// The same run to its end, of as many requests as `runs` have: as many users as the server has places
/// (whole ones; between two counts on a straight line), and it stops where the last request does, with ever
/// fewer sequences running.
[[nodiscard]] EngineState run_to_end(const StepModel& model, const RequestLengths& lengths, PlayedRuns& runs,
                                     double beams = 1);

struct Serving {
    EngineState state;
    double first_token_s = 0;
};
/// `concurrency` requests at any time, each followed by the next, of these mean lengths. `counts` says how
/// many steps and prompts a first token waits for.
[[nodiscard]] Serving closed_loop(const StepModel& model, double concurrency, const RequestLengths& lengths,
                                  const ClosedRunCounts& counts);

/// Requests at a rate, of Poisson arrivals; nothing when the engine does not keep up with it.
[[nodiscard]] std::optional<Serving> open_queue(const StepModel& model, double requests_per_s,
                                                const RequestLengths& lengths);

/// Positions that the caches hold; the least of the memory where weights leave nothing, so that a model that
/// barely does not fit is slow rather than absent.
[[nodiscard]] double cache_tokens(const StepModel& model);

}  // namespace ridge::cost_model
