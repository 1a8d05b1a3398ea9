// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost_model/scenario/question.hpp"

namespace ridge::cost_model {

/// A claim of the field and the question that decides it (configs/scenarios, docs/scenarios.md).
struct ClaimScenario {
    std::string id;
    std::string words;  ///< of the claim
    std::string source;
    std::string unit;
    Interval claimed;          ///< an end is infinite where the claim names one side only
    std::string claimed_text;  ///< "about 20", "at least 3800"
    std::string missing;       ///< what the claim leaves open, so that no question can be asked
    std::string reasoning;     ///< how the question follows from the words
    Json question;             ///< null when something is missing
    std::string file;
};

/// Throws InputError naming file, key and value.
[[nodiscard]] ClaimScenario scenario_from_json(const Json& document, const std::string& file);
/// One of configs/scenarios by name, or a file by path.
[[nodiscard]] ClaimScenario load_scenario(const std::string& name_or_path);

enum class ScenarioVerdict { reproduced, refuted, undecidable };
[[nodiscard]] std::string_view name(ScenarioVerdict verdict);

struct ScenarioResult {
    ScenarioVerdict verdict = ScenarioVerdict::undecidable;
    std::optional<Estimate> answer;
    std::string why;  ///< one sentence
};

/// Asks the question and compares: reproduced when some value of the claim lies in the answer's interval.
[[nodiscard]] ScenarioResult run(const ClaimScenario& scenario, Answerer& answerer);

}  // namespace ridge::cost_model
