// SPDX-License-Identifier: Apache-2.0
#include "reports/best_config_export.hpp"

namespace ridge::reports {
namespace {

Json record_json(const db::Record& record) {
    const auto& summary = *record.summary;
    return {{"implementation", record.implementation},
            {"implementation_version", record.implementation_version},
            {"config", record.config.json()},
            {"time_s", summary.median},
            {"time_low_s", summary.interval.low},
            {"time_high_s", summary.interval.high},
            {"samples", summary.count},
            {"taken_at", record.taken_at},
            {"provenance", "measured"}};
}

Json ties_json(const CallResult& result) {
    Json out = Json::array();
    for (const auto& tie : result.ties) out.push_back(record_json(tie));
    return out;
}

Json entry(const CallResult& result) {
    const bool library_wins = result.library && result.library->summary->median < result.time_s();
    Json out = {{"call", result.best.call},
                {"cache", name(result.best.measurement.cache)},
                {"best", record_json(library_wins ? *result.library : result.best)}};
    const bool own = !is_library(result.best);
    out["own"] = own ? record_json(result.best) : Json();
    out["own_ties"] = own ? ties_json(result) : Json::array();
    if (const auto share = result.roof_share(); own && share) out["own_roof_share"] = *share;
    return out;
}

}  // namespace

Json best_configs_json(const DeviceReport& report, const std::string& generated_at) {
    Json configs = Json::array();
    for (const auto& result : report.calls) configs.push_back(entry(result));
    return {{"schema", "ridge-best-configs"},
            {"version", best_config_version},
            {"device", {{"id", report.device().id}, {"name", report.device().name}}},
            {"generated_at", generated_at},
            {"configs", configs}};
}

}  // namespace ridge::reports
