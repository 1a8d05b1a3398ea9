// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cost_model/validation/row_prediction.hpp"

namespace ridge::cost_model {

/// Errors of the rows that have one key in common.
struct RowErrors {
    std::string key;
    std::size_t count = 0;
    double median = 0, mean = 0, p90 = 0;  ///< of |predicted / measured - 1|
    double bias = 0;                       ///< median of predicted / measured - 1
    double within_fifth = 0;               ///< share with an error of at most 20 %
    double covered = 0;                    ///< share inside its interval
};

using RowKey = std::function<std::string(const RowPrediction&)>;

/// Of the rows that were predicted, one summary a key in the order of the keys.
[[nodiscard]] std::vector<RowErrors> summaries(const std::vector<RowPrediction>& rows, const RowKey& key);
/// All together under one key.
[[nodiscard]] RowErrors summary(const std::vector<RowPrediction>& rows, const std::string& key);

/// Rows that were left out, by reason, most first.
struct LeftOutCount {
    std::string reason;
    std::size_t count = 0;
};
[[nodiscard]] std::vector<LeftOutCount> left_out(const std::vector<RowPrediction>& rows);

/// "tokens/s", "TPOT", "TTFT", "energy", "power": what a metric is a form of.
[[nodiscard]] std::string quantity_of(const std::string& metric);

/// Where a row was published, without its version and place.
[[nodiscard]] std::string short_source(const std::string& source);

}  // namespace ridge::cost_model
