// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/statistics.hpp"
#include "cost_model/validation/row_case.hpp"

namespace ridge::cost_model {

/// A published row beside what the model says, in the row's unit; or why it was left out.
struct RowPrediction {
    PublishedRow row;
    std::string left_out;  ///< empty: predicted
    Regime regime = Regime::static_batch;
    std::string device, framework;  ///< of the catalogue; class
    bool is_test = false;
    double predicted = 0;
    Interval interval;  ///< that holds four measurements of five where the training rows' errors say so

    [[nodiscard]] double error() const { return predicted / row.value - 1; }
    [[nodiscard]] bool covered() const { return row.value >= interval.low && row.value <= interval.high; }
};

/// In the row's unit; nothing where the engine does not keep up with the row's rate, so that its latency
/// grows as long as the run lasts.
[[nodiscard]] std::optional<double> predict_row(RowCase& row_case, const PublishedRow& row,
                                                const EngineParameters& engine);

/// A row with what it asks; nothing where it was left out.
struct ReadRow {
    PublishedRow row;
    RowReading reading;
};
[[nodiscard]] std::vector<ReadRow> read_rows(RowReader& reader, const std::vector<PublishedRow>& rows);

[[nodiscard]] RowPrediction predict_published(ReadRow& row, const EngineFit& fit);
[[nodiscard]] std::vector<RowPrediction> predict_published(std::vector<ReadRow>& rows, const EngineFit& fit);

/// "closed loop tpot": what errors are kept by.
[[nodiscard]] std::string error_kind(Regime regime, const std::string& metric);

}  // namespace ridge::cost_model
