// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/json.hpp"
#include "cost_model/kernel/interval_table.hpp"

/// How wrong a fit is beyond the largest call that it has seen, found by withholding the largest calls that
/// it has: nothing within the fitted range tells of a limit that only larger calls reach.
namespace ridge::cost_model {

/// An error on a call beyond the range of a fit.
struct ErrorBeyond {
    double octaves = 0;    ///< log2 of the call's analytical time over the longest fitted one's
    double log_error = 0;  ///< |ln(predicted / measured)|
};

/// Half-widths of intervals beyond the longest fitted call, ln(time): conformal quantiles of the errors in
/// proportion to the octaves, and one octave at least.
class WidthsBeyond {
  public:
    WidthsBeyond() = default;
    /// Each list is one group's; it counts by the root of its length, since a group's calls are off together.
    /// Empty without errors.
    explicit WidthsBeyond(const std::vector<std::vector<ErrorBeyond>>& groups);

    [[nodiscard]] bool empty() const { return each_octave_.of_95 <= 0; }
    /// Those within the range at its edge, these from an octave beyond it, and in between what lies between.
    [[nodiscard]] HalfWidths at(double octaves, const HalfWidths& within) const;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static WidthsBeyond from_json(const JsonReader& json);

  private:
    HalfWidths each_octave_;
};

}  // namespace ridge::cost_model
