// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

namespace ridge::tuner {
namespace {

void count(SearchResult& result, Status status) {
    switch (status) {
        case Status::ok:
            ++result.ok;
            break;
        case Status::invalid:
            ++result.invalid;
            break;
        case Status::wrong:
            ++result.wrong;
            break;
        case Status::failed:
            ++result.failed;
            break;
    }
}

// The searchers propose the default configuration first; it may have been measured again since.
std::optional<double> default_median(const std::vector<db::Record>& records,
                                     const std::string& implementation) {
    const db::Record* first = nullptr;
    for (const auto& record : records)
        if (record.implementation == implementation && (!first || record.order_index < first->order_index))
            first = &record;
    for (const auto* record : db::latest_records(records))
        if (first && record->implementation == implementation && record->config == first->config)
            return record->summary->median;
    return std::nullopt;
}

SearchResult result_of(const SuiteCall& call, const std::vector<db::Record>& records) {
    SearchResult result{.call = call, .best = {}, .default_median_s = {}, .first_reason = {}};
    std::vector<db::Record> own;
    for (const auto& record : records)
        if (record.call == call.call && record.measurement.cache == call.cache) own.push_back(record);
    for (const auto& record : own) {
        if (record.round == 0) count(result, record.measurement.status);
        if (result.first_reason.empty()) result.first_reason = record.measurement.reason;
    }
    auto best = db::best_configs(own);
    if (best.empty()) return result;
    result.default_median_s = default_median(own, best.front().best.implementation);
    result.best = std::move(best.front());
    return result;
}

}  // namespace

std::optional<double> SearchResult::gain() const {
    if (!best || !default_median_s) return std::nullopt;
    return *default_median_s / best->best.summary->median;
}

double CampaignResult::busy_share() const {
    return wall_s > 0 ? busy_s / (wall_s * static_cast<double>(workers)) : 0;
}

SuiteTotal suite_total(const std::vector<SearchResult>& results) {
    SuiteTotal total;
    for (const auto& result : results) {
        if (!result.best || !result.default_median_s) {
            ++total.missing;
            continue;
        }
        ++total.calls;
        total.default_s += result.call.weight * *result.default_median_s;
        total.best_s += result.call.weight * result.best->best.summary->median;
    }
    return total;
}

std::vector<SearchResult> search_results(const Suite& suite, const std::vector<db::Record>& records) {
    std::vector<SearchResult> results;
    for (const auto& call : suite.calls) results.push_back(result_of(call, records));
    return results;
}

}  // namespace ridge::tuner
