// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/stored_space.hpp"

#include <numeric>
#include <set>

#include "core/error.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

std::string reason_of(const Measurement& measurement) {
    switch (measurement.status) {
        case Status::ok:
            return "";
        case Status::invalid:
            return "constraints";
        case Status::wrong:
            return "correctness";
        case Status::failed:
            break;
    }
    return "runtime";
}

RecordedConfig recorded(const db::Record& record) {
    const auto& measurement = record.measurement;
    RecordedConfig out;
    out.config = record.config;
    out.status = measurement.status;
    out.reason = reason_of(measurement);
    out.samples_s = measurement.samples_s;
    out.benchmark_s = std::accumulate(out.samples_s.begin(), out.samples_s.end(), 0.0);
    if (record.summary) out.objective = record.summary->median;
    if (measurement.energy_j) out.more.push_back({"energy", "J", *measurement.energy_j});
    if (out.status == Status::ok)
        out.more.push_back({"workspace", "B", static_cast<double>(measurement.workspace_bytes)});
    return out;
}

}  // namespace

RecordedSpace stored_space(const std::vector<db::Record>& records) {
    if (records.empty()) throw InputError("the store has no such measurement");
    const auto& first = records.front();
    SpaceBuilder builder("the store");
    builder.space.kernel = first.implementation;
    builder.space.device = first.device;
    builder.space.problem = first.call;
    std::vector<std::string> names;
    for (const auto& [name, value] : first.config.values()) names.push_back(name);
    if (names.empty())
        throw InputError("'" + first.implementation + "' has no parameters, so it has no search space");
    builder.set_parameters(std::move(names));
    std::set<std::string> seen;
    const auto add = [&](const db::Record& record) {
        if (seen.insert(record.config.text()).second)
            builder.add([&] { return "record " + std::to_string(record.id); },
                        [&] { return recorded(record); });
    };
    const auto latest = db::latest_records(records);
    for (auto record = latest.rbegin(); record != latest.rend(); ++record) add(**record);
    for (auto record = records.rbegin(); record != records.rend(); ++record)
        if (record->measurement.status != Status::ok) add(*record);
    return builder.finish();
}

}  // namespace ridge::tuner
