// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/scenario.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/known_keys.hpp"
#include "core/units.hpp"

namespace ridge::cost_model {
namespace {

constexpr auto scenario_keys = std::to_array<std::string_view>(
    {"$schema", "id", "words", "source", "claim", "claimed", "question", "missing", "reasoning"});
constexpr auto claimed_keys = std::to_array<std::string_view>({"value", "relation", "low", "high", "unit"});

constexpr double infinite = std::numeric_limits<double>::infinity();
// What "about" allows: a rounded figure of two digits may be 5 % off either way, and words are rounder.
constexpr double about = 0.1;

void set_relation(ClaimScenario& scenario, const JsonReader& claimed) {
    const double value = claimed.at("value").number();
    const auto relation = claimed.at("relation").text();
    scenario.claimed_text =
        relation == "equal" ? significant(value, 4) : relation + " " + significant(value, 4);
    if (relation == "equal")
        scenario.claimed = {value, value};
    else if (relation == "about")
        scenario.claimed = {value * (1 - about), value * (1 + about)};
    else if (relation == "at least")
        scenario.claimed = {value, infinite};
    else if (relation == "at most")
        scenario.claimed = {-infinite, value};
    else
        claimed.at("relation").fail("equal, about, at least or at most");
}

void set_claimed(ClaimScenario& scenario, const JsonReader& claimed) {
    refuse_other_keys(claimed, claimed_keys);
    scenario.unit = claimed.text_or("unit", "");
    if (claimed.has("value")) return set_relation(scenario, claimed);
    scenario.claimed = {claimed.at("low").number(), claimed.at("high").number()};
    if (scenario.claimed.low > scenario.claimed.high) claimed.at("low").fail("a number not above 'high'");
    scenario.claimed_text =
        significant(scenario.claimed.low, 4) + " to " + significant(scenario.claimed.high, 4);
}

std::string compared(const ClaimScenario& scenario, const Estimate& answer) {
    const auto& [low, high] = answer.interval;
    const std::string unit = scenario.unit.empty() ? "" : " " + scenario.unit;
    if (low == high) return "the model says " + significant(answer.value, 4) + unit;
    return "the model says " + significant(answer.value) + unit + ", between " + significant(low) + " and " +
           significant(high);
}

// Rounding of decimal fractions shall not refute an equality.
Interval widened(const Interval& interval) {
    constexpr double rounding = 1e-9;
    return {interval.low - rounding * std::abs(interval.low),
            interval.high + rounding * std::abs(interval.high)};
}

}  // namespace

ClaimScenario scenario_from_json(const Json& document, const std::string& file) {
    const JsonReader json(document, file);
    refuse_other_keys(json, scenario_keys);
    ClaimScenario scenario;
    scenario.id = json.at("id").text(), scenario.words = json.at("words").text();
    scenario.source = json.at("source").text(), scenario.file = file;
    scenario.missing = json.text_or("missing", ""), scenario.reasoning = json.text_or("reasoning", "");
    if (const auto claimed = json.find("claimed")) set_claimed(scenario, *claimed);
    if (const auto question = json.find("question")) scenario.question = question->raw();
    const bool asks = !scenario.question.is_null();
    if (asks == !scenario.missing.empty())
        json.fail("an object with either a question or what is missing for one");
    if (asks && !json.has("claimed")) json.at("claimed").fail("an object");
    return scenario;
}

ClaimScenario load_scenario(const std::string& name_or_path) {
    const auto path = find_config("scenarios", name_or_path);
    return scenario_from_json(read_json_file(path), path.string());
}

std::string_view name(ScenarioVerdict verdict) {
    constexpr std::array<std::string_view, 3> names = {"reproduced", "refuted", "undecidable"};
    return names.at(static_cast<std::size_t>(verdict));
}

ScenarioResult run(const ClaimScenario& scenario, Answerer& answerer) {
    if (scenario.question.is_null()) return {ScenarioVerdict::undecidable, std::nullopt, scenario.missing};
    try {
        const auto answer = answerer.answer(JsonReader(scenario.question, scenario.file, "question"));
        const bool reproduced = widened(answer.interval).overlaps(scenario.claimed);
        return {reproduced ? ScenarioVerdict::reproduced : ScenarioVerdict::refuted, answer,
                compared(scenario, answer)};
    } catch (const Undecidable& undecidable) {
        return {ScenarioVerdict::undecidable, std::nullopt, undecidable.reason};
    }
}

}  // namespace ridge::cost_model
