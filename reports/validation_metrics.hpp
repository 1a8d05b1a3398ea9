// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "reports/metric_text.hpp"
#include "reports/metrics.hpp"

/// Metrics of predictions beside published measurements and claims: a part of the registry.
namespace ridge::reports::parts {

inline constexpr auto validation_metrics = std::to_array<Metric>({
    {"rows_count", "Rows", "", count, "Published measurements in the group."},
    {"error_mean", "Mean error", "", share, "Mean of |predicted - measured| over measured."},
    {"error_bias", "Signed error", "", share,
     "Predicted over measured less 1, of a group its median: above 0 the model says too much."},
    {"within_fifth", "Within 20 %", "", share, "Share of the rows with an error of at most 20 %."},
    {"interval_coverage", "Covered", "", share,
     "Share of the rows inside the predicted interval, which is meant to hold 80 %."},
    {"source_line", "Line", "", count, "Line of the file that the row stands in."},
    {"regime", "Regime", "", text,
     "How requests reached the engine: static batch, closed loop, saturated, open queue."},
    {"metric", "Metric", "", text, "What was measured, in the words of the source."},
    {"measured_value", "Measured", "", plain, "Published value, in the unit of the source."},
    {"predicted_value", "Predicted", "", plain, "The model's value in the same unit."},
    {"predicted_low", "Low", "", plain, "Lower end of the interval that is meant to hold 80 %."},
    {"predicted_high", "High", "", plain, "Upper end of the interval that is meant to hold 80 %."},
    {"row_use", "Used for", "", text,
     "training: parameters may have been fitted on the row; test: they were not."},
    {"pairs_count", "Pairs", "", count, "Pairs whose measured costs of a token differ by more than 20 %."},
    {"pairs_right", "Right", "", count, "Of them, pairs that the model orders alike."},
    {"right_share", "Share right", "", share, "Share of the pairs that the model orders alike."},
    {"scenario", "Scenario", "", text, "Name of a file in configs/scenarios."},
    {"claim_words", "Claim", "", text, "What was claimed."},
    {"claimed", "Claimed", "", text, "The claimed value with its unit."},
    {"answer", "The model says", "", plain, "What the model computes, in the claim's unit."},
    {"answer_low", "Low", "", plain, "Lower end of the answer's interval."},
    {"answer_high", "High", "", plain, "Upper end of the answer's interval."},
    {"claim_verdict", "Verdict", "", text,
     "reproduced: a value of the claim lies in the answer's interval; refuted: none does; undecidable: there "
     "is "
     "no answer."},
    {"why", "Why", "", text, "One sentence."},
    {"reasoning", "Question", "", text, "How the question follows from the words."},
    {"claim_source", "Said by", "", text, "Where the claim was made."},
    {"rows_without_price", "Without price", "", count, "Rows of devices that no rental price is known for."},
});

}  // namespace ridge::reports::parts
