// SPDX-License-Identifier: Apache-2.0
#include "reports/scenario_table.hpp"

#include <algorithm>

namespace ridge::reports {
namespace {

using cost_model::ScenarioVerdict;

void set_answer(Table& table, const ScenarioOutcome& outcome) {
    const auto& answer = outcome.result.answer;
    if (!answer) {
        for (const auto* id : {"answer", "answer_low", "answer_high"}) table.missing(id, outcome.result.why);
        return;
    }
    table.set("answer", answer->value).set("answer_low", answer->interval.low);
    table.set("answer_high", answer->interval.high);
}

}  // namespace

Table scenario_table(const std::vector<ScenarioOutcome>& outcomes) {
    Table table("scenarios", "Claims and what the model says",
                {"scenario", "claim_words", "claimed", "answer", "answer_low", "answer_high", "claim_verdict",
                 "why", "reasoning", "claim_source"});
    for (const auto& outcome : outcomes) {
        const auto& scenario = outcome.scenario;
        table.add_row().set("scenario", scenario.id).set("claim_words", scenario.words);
        if (!scenario.claimed_text.empty())
            table.set("claimed", scenario.claimed_text + (scenario.unit.empty() ? "" : " " + scenario.unit));
        set_answer(table, outcome);
        table.set("claim_verdict", std::string(cost_model::name(outcome.result.verdict)));
        table.set("why", outcome.result.why).set("claim_source", scenario.source);
        if (!scenario.reasoning.empty()) table.set("reasoning", scenario.reasoning);
    }
    return table;
}

Table verdict_table(const std::vector<ScenarioOutcome>& outcomes) {
    Table table("verdicts", "Verdicts", {"claim_verdict", "rows_count"});
    for (const auto verdict :
         {ScenarioVerdict::reproduced, ScenarioVerdict::refuted, ScenarioVerdict::undecidable}) {
        const auto count = std::ranges::count_if(
            outcomes, [&](const ScenarioOutcome& outcome) { return outcome.result.verdict == verdict; });
        table.add_row()
            .set("claim_verdict", std::string(cost_model::name(verdict)))
            .set("rows_count", static_cast<double>(count));
    }
    return table;
}

}  // namespace ridge::reports
