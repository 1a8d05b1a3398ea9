// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/placement/placement.hpp"
#include "cost_model/serving/power.hpp"
#include "cost_model/serving/step_parts.hpp"

namespace ridge::cost_model {

/// What one iteration of a serving engine works on, all replicas of the attention layers together.
struct StepLoad {
    double prefill_tokens = 0;     ///< prompt tokens computed in this step, all sequences together
    double prefill_sequences = 0;  ///< that they belong to
    double prefill_context = 0;    ///< mean positions that each of these tokens attends to, itself included
    double decode_sequences = 0;   ///< sequences that each generate one token
    double decode_context = 0;     ///< mean positions that they attend to
};

/// A whole prompt of each of `sequences`, `tokens` long, behind `cached` positions that are there already.
[[nodiscard]] StepLoad prefill_load(double sequences, double tokens, double cached = 0);
[[nodiscard]] StepLoad decode_load(double sequences, double context);

/// Seconds until every sequence of the load has its next token, and what they are made of: the terms add up
/// to the time.
struct StepCost {
    double time_s = 0;
    double energy_j = 0;  ///< of all devices; 0 when the power is not known
    double compute_s = 0, memory_s = 0, launch_s = 0;
    double communication_s = 0;  ///< that nothing hides
    double host_s = 0;           ///< likewise
    double bubble_s = 0;         ///< in which a stage waits for others
};

/// A load as one device sees it: its replica's part, cut into microbatches that follow each other through the
/// stages.
struct StageWork {
    double microbatches = 1;
    double rows = 0;       ///< tokens of a microbatch
    double sequences = 0;  ///< of it that get a row of logits
    double decode_sequences = 0, decode_context = 0;
    double prompts = 0;        ///< sequences with new prompt tokens
    double prompt_tokens = 0;  ///< of each
    double prompt_before = 0;  ///< positions before them that each attends to
    double host_s = 0;         ///< of the host for the replica's whole load
    bool decodes = false;      ///< else prompts alone, which run through the stages once
};

/// Throws InputError for a load with a number that is below 0 or none, or with tokens of no sequence.
[[nodiscard]] StageWork stage_work(const StepLoad& load, const Placement& placement);

/// Seconds of a microbatch on one device of a stage.
struct StageParts {
    PartSeconds rows = {}, sequences = {}, decode = {}, prompts = {};
    double send_s = 0;  ///< to the next stage
    double ring_s = 0;  ///< of ring attention, behind `prompts`
};

[[nodiscard]] StepCost step_cost(const Placement& placement, const Power& power, const StageWork& work,
                                 const StageParts& parts);

/// The parts evaluated through the graph, without a table. Throws InputError as transformer_calls and predict
/// do.
[[nodiscard]] StageParts exact_parts(const Placement& placement, const StageWork& work);
[[nodiscard]] StepCost exact_cost(const Placement& placement, const StepLoad& load);

}  // namespace ridge::cost_model
