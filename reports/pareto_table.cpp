// SPDX-License-Identifier: Apache-2.0
#include "reports/pareto_table.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "reports/call_table.hpp"

namespace ridge::reports {
namespace {

void add_member(Table& table, double number, const db::Record& record) {
    const auto& m = record.measurement;
    table.add_row().set("number", number).set("call", record.call);
    table.set("cache", std::string(name(m.cache))).set("implementation", record.implementation);
    table.set("config", config_text(record)).set("time_s", record.summary->median);
    if (m.energy_j)
        table.set("energy_j", *m.energy_j);
    else
        table.missing("energy_j", "the worker read no energy counter");
    table.set("workspace_bytes", static_cast<double>(m.workspace_bytes));
    table.set("time_low_s", record.summary->interval.low)
        .set("time_high_s", record.summary->interval.high)
        .set("samples", static_cast<double>(record.summary->count));
}

}  // namespace

Table pareto_table(const std::vector<db::Record>& records, std::span<const db::Objective> objectives) {
    const bool single = objectives.size() == 1;
    Table table("pareto",
                (single ? "Best configuration of each call in " : "Pareto front of each call in ") +
                    db::text(objectives) + " (measured)",
                {"number", "call", "cache", "implementation", "config", "time_s", "energy_j",
                 "workspace_bytes", "time_low_s", "time_high_s", "samples"});
    double number = 0;
    for (const auto& front : db::pareto_fronts(records, objectives)) {
        ++number;
        const auto shown = single ? std::min<std::size_t>(1, front.members.size()) : front.members.size();
        for (std::size_t i = 0; i < shown; ++i) add_member(table, number, front.members[i]);
    }
    return table;
}

std::vector<db::Objective> measured_objectives(const std::vector<db::Record>& records) {
    std::vector<db::Objective> out = {db::Objective::time};
    for (const auto objective : {db::Objective::energy, db::Objective::workspace}) {
        std::set<double> values;
        for (const auto& record : records)
            if (const auto one = db::value(record, objective); one && values.size() < 2) values.insert(*one);
        if (values.size() > 1) out.push_back(objective);
    }
    return out;
}

}  // namespace ridge::reports
