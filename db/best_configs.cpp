// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>

#include "db/store.hpp"

namespace ridge::db {
namespace {

using Contest = std::tuple<std::string, std::string, CacheState>;     // device, call, cache
using Contender = std::tuple<std::string, std::string, std::string>;  // implementation, version, config

// The fastest record of every contender, fastest first.
std::vector<const Record*> ranked(const std::vector<const Record*>& records) {
    std::map<Contender, const Record*> fastest;
    for (const auto* record : records) {
        auto& held = fastest[{record->implementation, record->implementation_version, record->config.text()}];
        if (!held || record->summary->median < held->summary->median) held = record;
    }
    std::vector<const Record*> out;
    for (const auto& [contender, record] : fastest) out.push_back(record);
    std::ranges::stable_sort(out, {}, [](const Record* record) { return record->summary->median; });
    return out;
}

BestConfig best_of(const std::vector<const Record*>& records) {
    const auto order = ranked(records);
    BestConfig out{*order.front(), {}};
    for (const auto* record : order)
        if (record != order.front() && record->summary->interval.overlaps(out.best.summary->interval))
            out.ties.push_back(*record);
    return out;
}

}  // namespace

std::vector<BestConfig> best_configs(const std::vector<Record>& records) {
    std::map<Contest, std::vector<const Record*>> contests;
    std::vector<Contest> order;
    for (const auto& record : records) {
        if (record.measurement.status != Status::ok || !record.summary) continue;
        const Contest contest{record.device, record.call, record.measurement.cache};
        auto& members = contests[contest];
        if (members.empty()) order.push_back(contest);
        members.push_back(&record);
    }
    std::vector<BestConfig> out;
    for (const auto& contest : order) out.push_back(best_of(contests[contest]));
    return out;
}

}  // namespace ridge::db
