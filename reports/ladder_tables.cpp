// SPDX-License-Identifier: Apache-2.0
#include "reports/ladder_tables.hpp"

namespace ridge::reports {
namespace {

void set_factor(Table& table, const char* id, const std::optional<double>& factor,
                const std::string& reason) {
    if (factor)
        table.set(id, *factor);
    else
        table.missing(id, reason.empty() ? "the scenario without levers does not fit" : reason);
}

void set_times(Table& table, const cost_model::Rung& rung) {
    for (const auto& [id, value] : {std::pair("tokens_per_s", rung.tokens_per_s),
                                    std::pair("ttft_s", rung.ttft_s), std::pair("tpot_s", rung.tpot_s)})
        if (value > 0)
            table.set(id, value);
        else
            table.missing(id, rung.missing);
}

void add_rung(Table& table, const cost_model::Ladder& ladder, const cost_model::Rung& rung) {
    table.add_row().set("device", ladder.device).set("lever", rung.lever);
    set_factor(table, "own_factor", rung.own, rung.missing);
    set_factor(table, "stacked_factor", rung.stacked, rung.missing);
    set_factor(table, "lost_factor", rung.lost, rung.missing);
    set_times(table, rung);
    table.set("quality", rung.quality);
}

void add_sum(Table& table, const cost_model::Ladder& ladder) {
    const auto& last = ladder.rungs.back();
    table.add_row().set("device", ladder.device).set("lever", std::string("all together"));
    set_factor(table, "own_factor", ladder.product, last.missing);
    table.note("own_factor", "product of the levers' own factors");
    set_factor(table, "stacked_factor", ladder.all_at_once, last.missing);
    set_factor(table, "lost_factor", ladder.lost, last.missing);
    table.note("lost_factor", "product over what all together gain: what the interaction took away");
    set_times(table, last);
    table.missing("quality", "see the levers one by one");
}

}  // namespace

Table ladder_table(const std::vector<cost_model::Ladder>& ladders) {
    std::string title = "Levers";
    if (!ladders.empty())
        title += ": factors of " + std::string(name(ladders.front().measure)) + ", " + ladders.front().model;
    Table table("ladder", title,
                {"device", "lever", "own_factor", "stacked_factor", "lost_factor", "tokens_per_s", "ttft_s",
                 "tpot_s", "quality"});
    for (const auto& ladder : ladders) {
        for (const auto& rung : ladder.rungs) add_rung(table, ladder, rung);
        if (!ladder.rungs.empty()) add_sum(table, ladder);
    }
    return table;
}

Table lever_table() {
    Table table("levers", "Levers", {"lever", "changes", "lever_value", "preset", "quality"});
    for (const auto& lever : cost_model::levers()) {
        table.add_row().set("lever", std::string(lever.name)).set("changes", std::string(lever.changes));
        table.set("lever_value", std::string(lever.value));
        if (lever.preset.empty())
            table.missing("preset", "has to be given");
        else
            table.set("preset", std::string(lever.preset));
        table.set("quality", std::string(lever.quality));
    }
    return table;
}

}  // namespace ridge::reports
