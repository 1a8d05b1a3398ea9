// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>

#include "db/store.hpp"

namespace ridge::db {
namespace {

using Contest = std::tuple<std::string, std::string, CacheState>;     // device, call, cache
using Contender = std::tuple<std::string, std::string, std::string>;  // implementation, version, config

bool is_later(const Record& one, const Record& other) {
    return std::tie(one.taken_at, one.round) >= std::tie(other.taken_at, other.round);
}

BestConfig best_of(std::vector<const Record*> order) {
    std::ranges::stable_sort(order, {}, [](const Record* record) { return record->summary->median; });
    BestConfig out{*order.front(), {}};
    for (const auto* record : order)
        if (record != order.front() && record->measurement.stop != "beaten" &&
            record->summary->interval.overlaps(out.best.summary->interval))
            out.ties.push_back(*record);
    return out;
}

}  // namespace

// The latest of every status is looked at first: a configuration that was wrong or failed when it was
// measured again does not keep its former time.
std::vector<const Record*> latest_records(const std::vector<Record>& records) {
    std::map<std::pair<Contest, Contender>, std::size_t> place;
    std::vector<const Record*> out;
    for (const auto& record : records) {
        const auto [found, added] = place.try_emplace(
            {Contest{record.device, record.call, record.measurement.cache},
             Contender{record.implementation, record.implementation_version, record.config.text()}},
            out.size());
        if (added)
            out.push_back(&record);
        else if (is_later(record, *out[found->second]))
            out[found->second] = &record;
    }
    std::erase_if(out, [](const Record* record) {
        return record->measurement.status != Status::ok || !record->summary;
    });
    return out;
}

std::vector<BestConfig> best_configs(const std::vector<Record>& records) {
    std::map<Contest, std::vector<const Record*>> contests;
    std::vector<Contest> order;
    for (const auto* record : latest_records(records)) {
        const Contest contest{record->device, record->call, record->measurement.cache};
        auto& members = contests[contest];
        if (members.empty()) order.push_back(contest);
        members.push_back(record);
    }
    std::vector<BestConfig> out;
    for (const auto& contest : order) out.push_back(best_of(contests[contest]));
    return out;
}

}  // namespace ridge::db
