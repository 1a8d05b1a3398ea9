// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/placement/placement.hpp"
#include "cost_model/serving/call_demand.hpp"

namespace ridge::cost_model {

/// What the calls and exchanges of a part of a step ask of one device, apart from the engine.
struct Demands {
    std::vector<CallDemand> calls;
    ExchangeDemand exchange;
    ShareFactors efficiency;  ///< of the device, where an engine has no shares of its own
};
[[nodiscard]] PartSeconds seconds_of(const Demands& demands, const EngineParameters& engine);

/// Time of a call under the engine: predict(), with the engine's shares of the ceilings for calls that
/// nothing but the roofs is known of, and routed experts on the device that computes them. Without the
/// engine's seconds between calls.
[[nodiscard]] Prediction placed_prediction(const Placement& placement, const NetworkCall& call);

/// The demand of a call where it is placed.
[[nodiscard]] CallDemand placed_demand(const Placement& placement, const NetworkCall& call);

/// The parts of a step of one stage, evaluated through the graph's calls. What does not depend on an argument
/// is left out of it.
[[nodiscard]] Demands rows_part(const Placement& placement, std::int64_t rows);
[[nodiscard]] Demands sequences_part(const Placement& placement, std::int64_t sequences);
[[nodiscard]] Demands decode_attention_part(const Placement& placement, std::int64_t sequences,
                                            std::int64_t context);
/// Of one sequence's `tokens` new positions, with `before` positions before them.
[[nodiscard]] Demands prompt_attention_part(const Placement& placement, std::int64_t tokens,
                                            std::int64_t before);
/// One sequence's part for several in one launch.
[[nodiscard]] PartSeconds of_prompts(const PartSeconds& one, double prompts);

}  // namespace ridge::cost_model
