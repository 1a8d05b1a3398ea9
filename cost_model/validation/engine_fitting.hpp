// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cost_model/validation/row_prediction.hpp"

namespace ridge::cost_model {

/// Fits the engines' parameters to rows: least squares of log(predicted / measured) with a soft-L1 loss, each
/// effect drawn to its common value by a prior of a fixed width (engine_fitting.cpp has the table). `start`
/// shortens a fit to nearly the same rows. The rows' steps are left with some engine of the search.
[[nodiscard]] EngineFit fit_engines(std::vector<ReadRow*> rows, const EngineFit* start = nullptr);

/// Rows that parameters may be fitted on, of those that are comparable.
[[nodiscard]] std::vector<ReadRow*> training_rows(std::vector<ReadRow>& rows);

/// What rows are left out together by.
using LeaveOutKey = std::function<std::string(const ReadRow&)>;

/// Predictions of the training rows, those with the same key by a fit to the others alone: what is to be
/// expected of a source, or a device, that the fit has not seen.
[[nodiscard]] std::vector<RowPrediction> leave_out(std::vector<ReadRow>& rows, const EngineFit& start,
                                                   const LeaveOutKey& key);

}  // namespace ridge::cost_model
