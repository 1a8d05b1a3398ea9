// SPDX-License-Identifier: Apache-2.0
#include "db/objectives.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::db {
namespace {

constexpr std::array<std::string_view, 3> objective_names = {"time", "energy", "workspace"};

struct Member {
    const Record* record = nullptr;
    std::vector<double> values;
};

using Contest = std::tuple<std::string, std::string, CacheState>;  // device, call, cache

std::optional<std::vector<double>> values_of(const Record& record, std::span<const Objective> objectives) {
    std::vector<double> out;
    for (const auto objective : objectives) {
        const auto one = value(record, objective);
        if (!one) return std::nullopt;
        out.push_back(*one);
    }
    return out;
}

// Of equals only the first one stays.
bool is_beaten(const Member& member, const std::vector<Member>& all) {
    return std::ranges::any_of(all, [&](const Member& other) {
        if (&other == &member) return false;
        for (std::size_t i = 0; i < member.values.size(); ++i)
            if (other.values[i] > member.values[i]) return false;
        return other.values != member.values || &other < &member;
    });
}

std::vector<Record> front_of(const std::vector<Member>& members) {
    std::vector<const Member*> kept;
    for (const auto& member : members)
        if (!is_beaten(member, members)) kept.push_back(&member);
    std::ranges::stable_sort(kept, {}, [](const Member* member) { return member->values; });
    std::vector<Record> out;
    for (const auto* member : kept) out.push_back(*member->record);
    return out;
}

}  // namespace

std::string_view name(Objective objective) { return objective_names[static_cast<std::size_t>(objective)]; }

std::vector<Objective> parse_objectives(std::string_view text) {
    std::vector<Objective> out;
    for (const auto word : split(text, ',')) {
        const auto found = std::ranges::find(objective_names, word);
        if (found == objective_names.end())
            throw InputError("objective '" + std::string(word) + "' is unknown; known: " +
                             join({objective_names.begin(), objective_names.end()}, ", "));
        const auto objective = static_cast<Objective>(found - objective_names.begin());
        if (std::ranges::find(out, objective) != out.end())
            throw InputError("objective '" + std::string(word) + "' stands twice");
        out.push_back(objective);
    }
    if (out.empty()) throw InputError("there is no objective; known: time, energy, workspace");
    return out;
}

std::string text(std::span<const Objective> objectives) {
    std::vector<std::string> out;
    for (const auto objective : objectives) out.emplace_back(name(objective));
    return join(out, ",");
}

std::optional<double> value(const Record& record, Objective objective) {
    if (record.measurement.status != Status::ok || !record.summary) return std::nullopt;
    switch (objective) {
        case Objective::time:
            return record.summary->median;
        case Objective::energy:
            return record.measurement.energy_j;
        case Objective::workspace:
            break;
    }
    return static_cast<double>(record.measurement.workspace_bytes);
}

std::vector<ParetoFront> pareto_fronts(const std::vector<Record>& records,
                                       std::span<const Objective> objectives) {
    std::map<Contest, std::size_t> place;
    std::vector<std::vector<Member>> contests;
    std::vector<ParetoFront> out;
    for (const auto* record : latest_records(records)) {
        const auto [found, added] =
            place.try_emplace({record->device, record->call, record->measurement.cache}, contests.size());
        if (added) contests.emplace_back(), out.emplace_back();
        if (auto values = values_of(*record, objectives))
            contests[found->second].push_back({record, std::move(*values)});
        else
            ++out[found->second].left_out;
    }
    for (std::size_t i = 0; i < contests.size(); ++i) out[i].members = front_of(contests[i]);
    return out;
}

}  // namespace ridge::db
