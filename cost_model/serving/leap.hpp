// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ridge::cost_model::serving {

/// Steps of an engine that follow each other without an event between: the same sequences decode, and each
/// step attends to one position more than the last, so that its time grows by the same amount.
struct Leap {
    double start_s = 0;
    std::int64_t steps = 0;
    double first_s = 0;   ///< of the first step
    double growth_s = 0;  ///< of each step over the one before
    double first_j = 0, growth_j = 0;

    [[nodiscard]] double seconds() const { return sum(first_s, growth_s); }
    [[nodiscard]] double joules() const { return sum(first_j, growth_j); }
    [[nodiscard]] double end_s() const { return start_s + seconds(); }

    /// Ends it with the first step, at least one, that is not over before `time_s`.
    void cut_at(double time_s);

  private:
    [[nodiscard]] double sum(double first, double growth) const {
        const auto count = static_cast<double>(steps);
        return count * (first + 0.5 * growth * (count - 1.0));
    }
};

}  // namespace ridge::cost_model::serving
