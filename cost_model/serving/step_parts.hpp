// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cost_model/kernel/prediction.hpp"
#include "cost_model/placement/placement.hpp"

namespace ridge::cost_model {

/// Seconds of a part of a step on one device, by what bounds them.
struct PartSeconds {
    double compute = 0, memory = 0, launch = 0, communication = 0;

    [[nodiscard]] double total() const { return compute + memory + launch + communication; }
    PartSeconds& operator+=(const PartSeconds& other);
    friend PartSeconds operator+(PartSeconds one, const PartSeconds& other) { return one += other; }
    friend PartSeconds operator*(PartSeconds one, double factor) {
        return {one.compute * factor, one.memory * factor, one.launch * factor, one.communication * factor};
    }
};

/// Time of a call under the engine: predict(), with the engine's shares of the ceilings for calls that
/// nothing but the roofs is known of, and routed experts on the device that computes them.
[[nodiscard]] Prediction placed_prediction(const Placement& placement, const NetworkCall& call);

/// The seconds of a call belong to its largest term, but for the launch, which stands alone.
[[nodiscard]] PartSeconds seconds_of(const Prediction& prediction);

/// The parts of a step of one stage, evaluated through the graph's calls. What does not depend on an argument
/// is left out of it; the engine's seconds between calls are launch seconds.
[[nodiscard]] PartSeconds rows_part(const Placement& placement, std::int64_t rows);
[[nodiscard]] PartSeconds sequences_part(const Placement& placement, std::int64_t sequences);
[[nodiscard]] PartSeconds decode_attention_part(const Placement& placement, std::int64_t sequences,
                                                std::int64_t context);
/// Of one sequence's `tokens` new positions, with `before` positions before them.
[[nodiscard]] PartSeconds prompt_attention_part(const Placement& placement, std::int64_t tokens,
                                                std::int64_t before);
/// One sequence's part for several in one launch.
[[nodiscard]] PartSeconds of_prompts(const PartSeconds& one, double prompts);

}  // namespace ridge::cost_model
