// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/scenario/estimate.hpp"
#include "cost_model/serving/engine_fit.hpp"

namespace ridge::cost_model {

/// A figure that the claim's words do not give and the catalogue lacks, so that there is no answer: why.
struct Undecidable {
    std::string reason;
};

/// Answers the question of a scenario: an expression in JSON (docs/scenarios.md).
///   number                                    itself
///   ["+" | "-" | "*" | "/" | "^", a, b, …]    of expressions, from the left
///   {"of": "range", "low": a, "high": b}      a number that is known to lie between two
///   {"of": "either", "answers": [a, b, …]}    readings that the words leave open: from the least to the most
///   {"of": "value", "answer": a}              without its interval, where both sides of a ratio err alike
///   {"of": "engine", "figure": …, …}          what a serving engine yields
///   {"of": "device", "figure": …, "device": …}   a figure of a data sheet
///   {"of": "model", "figure": …, "model": …}     a figure of a model
///   {"of": "rent", "device": …}               US dollars for a device and hour
///   {"of": "catalogue", "figure": …}          what the catalogue holds
class Answerer {
  public:
    explicit Answerer(EngineFit fit) : fit_(std::move(fit)) {}

    /// Throws InputError naming file, key and value for what is no question, Undecidable for a question whose
    /// figures are not known.
    [[nodiscard]] Estimate answer(const JsonReader& question);

    [[nodiscard]] const DeviceModel& device(const JsonReader& id);
    [[nodiscard]] const EngineFit& fit() const { return fit_; }

  private:
    [[nodiscard]] Estimate of_operation(const JsonReader& question);

    EngineFit fit_;
    std::map<std::string, DeviceModel> devices_;
};

/// Keys that each form may have, by its `of`.
[[nodiscard]] std::map<std::string_view, std::span<const std::string_view>> question_keys();

}  // namespace ridge::cost_model
