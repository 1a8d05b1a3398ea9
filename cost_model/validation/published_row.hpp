// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ridge::cost_model {

/// One published end-to-end measurement, as its table gives it.
struct PublishedRow {
    std::string source, date, device, parallelism, model;
    std::string weight_precision, act_precision, kv_precision, sparsity;
    std::string batch, input_len, output_len, framework, metric, unit, conditions;
    double devices = 1;
    double value = 0;
    std::size_t line = 0;  ///< of the file

    /// Everything that was set up for the measurement, without what came out.
    [[nodiscard]] std::string configuration() const;
    /// Training rows are those whose configuration's FNV-1a hash is no multiple of 4: one in four
    /// configurations, with all that was measured of it, is kept for testing.
    [[nodiscard]] bool is_test() const;
};

/// The column of text under that name; null where there is none.
[[nodiscard]] std::string PublishedRow::*text_column(std::string_view name);

/// Rows of comma-separated values with the columns of PublishedRow (`n_devices` for devices). Throws
/// InputError naming file, line and column for a column that is missing or a number that is none.
[[nodiscard]] std::vector<PublishedRow> read_published_rows(std::string_view text, const std::string& where);

}  // namespace ridge::cost_model
