// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "cost_model/serving/closed_run.hpp"
#include "cost_model/validation/published_row.hpp"

namespace ridge::cost_model {

/// How benchmarks of constant concurrency were run, where their scripts say it and their rows do not
/// (configs/published/benchmarks.json).
class PublishedBenchmarks {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static PublishedBenchmarks from_json(const JsonReader& json);
    [[nodiscard]] static PublishedBenchmarks load();

    /// `run` as the row's benchmark had it: what is not known stays. `framework` is the row's class, `tensor`
    /// its tensor parallelism; the lengths are the run's.
    [[nodiscard]] ClosedRun applied(ClosedRun run, const PublishedRow& row, const std::string& framework,
                                    std::int64_t tensor) const;

  private:
    struct Entry {
        std::string source, framework, model;  // empty: any
        std::optional<double> prompt, output;
        std::optional<std::int64_t> tensor_below;
        std::vector<void (*)(ClosedRun&, double)> setters;
        std::vector<double> values;
    };
    [[nodiscard]] static Entry entry_of(const JsonReader& json);
    std::vector<Entry> entries_;
};

}  // namespace ridge::cost_model
