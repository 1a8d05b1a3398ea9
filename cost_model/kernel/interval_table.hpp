// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/json.hpp"

namespace ridge::cost_model {

/// An error that cross-validation found, with how far the call lay from those that it was predicted from.
struct CrossValidated {
    double variance = 0;   ///< CorrectionValue::variance
    double log_error = 0;  ///< |ln(predicted / measured)|
};

/// Half-widths of intervals, ln(time), that hold 80 and 95 % of calls.
struct HalfWidths {
    double of_80 = 0, of_95 = 0;
};

/// Conformal intervals (Vovk et al. 2005), one for each range of the interpolation's variance (Mondrian
/// categories), so that they widen with the distance from what was measured.
class IntervalTable {
  public:
    IntervalTable() = default;
    /// Empty with fewer than 12 errors: the 95 % interval of so few does not exist.
    explicit IntervalTable(std::vector<CrossValidated> errors);

    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Nothing from an empty table. Beyond the last range the last half-widths grow with the square root of
    /// the variance.
    [[nodiscard]] std::optional<HalfWidths> at(double variance) const;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static IntervalTable from_json(const JsonReader& json);

  private:
    struct Row {
        double variance = 0;  // greatest of the range
        HalfWidths half_widths;
    };
    std::vector<Row> rows_;
};

/// The ceil((n + 1) · confidence)-th smallest; nothing when there are too few for that.
[[nodiscard]] std::optional<double> conformal_quantile(std::vector<double> errors, double confidence);

}  // namespace ridge::cost_model
