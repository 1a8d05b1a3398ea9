// SPDX-License-Identifier: Apache-2.0
#include "db/export/measurements.hpp"

#include <array>
#include <cmath>

#include "core/text.hpp"

namespace ridge::db {
namespace {

Json optional_number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

// An output that is not a number at all has an infinite error, which JSON cannot hold.
Json error_value(const std::optional<double>& error) {
    if (error && std::isinf(*error)) return "inf";
    return optional_number(error);
}

template <double Summary::*Part>
Json of_summary(const Record& record) {
    return record.summary ? Json((*record.summary).*Part) : Json();
}

template <double Interval::*End>
Json of_interval(const Record& record) {
    return record.summary ? Json(record.summary->interval.*End) : Json();
}

constexpr std::array columns = {
    ExportColumn{"id", "", "row of the store", [](const Record& r) { return Json(r.id); }},
    ExportColumn{"campaign", "", "uuid of the tuning run; empty for an imported row",
                 [](const Record& r) { return Json(r.campaign); }},
    ExportColumn{"device", "", "identifier of the device", [](const Record& r) { return Json(r.device); }},
    ExportColumn{"call", "", "operator call, canonical text", [](const Record& r) { return Json(r.call); }},
    ExportColumn{"implementation", "", "kernel family",
                 [](const Record& r) { return Json(r.implementation); }},
    ExportColumn{"implementation_version", "", "version of the library behind it",
                 [](const Record& r) { return Json(r.implementation_version); }},
    ExportColumn{"config", "", "values of the tunable parameters",
                 [](const Record& r) { return r.config.json(); }},
    ExportColumn{"cache", "", "cold or warm",
                 [](const Record& r) { return Json(name(r.measurement.cache)); }},
    ExportColumn{"round", "", "repetition within the campaign",
                 [](const Record& r) { return Json(r.round); }},
    ExportColumn{"order_index", "", "position within the campaign",
                 [](const Record& r) { return Json(r.order_index); }},
    ExportColumn{"seed", "", "seed of the operands' values", [](const Record& r) { return Json(r.seed); }},
    ExportColumn{"environment", "", "row of the environment record",
                 [](const Record& r) { return Json(r.environment); }},
    ExportColumn{"taken_at", "", "UTC, ISO 8601", [](const Record& r) { return Json(r.taken_at); }},
    ExportColumn{"source", "", "worker and version, or imported file",
                 [](const Record& r) { return Json(r.source); }},
    ExportColumn{"provenance", "", "measured: the table holds nothing else",
                 [](const Record&) { return Json(name(Provenance::measured)); }},
    ExportColumn{"status", "", "ok, invalid, wrong or failed",
                 [](const Record& r) { return Json(name(r.measurement.status)); }},
    ExportColumn{"reason", "", "why it is not ok",
                 [](const Record& r) { return Json(r.measurement.reason); }},
    ExportColumn{"stop", "", "why sampling ended", [](const Record& r) { return Json(r.measurement.stop); }},
    ExportColumn{"count", "", "samples",
                 [](const Record& r) { return Json(r.measurement.samples_s.size()); }},
    ExportColumn{"discarded", "", "disturbed samples that were repeated",
                 [](const Record& r) { return Json(r.measurement.discarded); }},
    ExportColumn{"median_s", "s", "median of the samples", of_summary<&Summary::median>},
    ExportColumn{"low_s", "s", "lower end of the 95 % interval of the median", of_interval<&Interval::low>},
    ExportColumn{"high_s", "s", "upper end of the 95 % interval of the median", of_interval<&Interval::high>},
    ExportColumn{"min_s", "s", "shortest sample", of_summary<&Summary::min>},
    ExportColumn{"max_s", "s", "longest sample", of_summary<&Summary::max>},
    ExportColumn{"spread", "1", "interquartile range over median", of_summary<&Summary::spread>},
    ExportColumn{"error_over_bound", "1", "largest error over its bound; at most 1 is right",
                 [](const Record& r) { return error_value(r.measurement.error); }},
    ExportColumn{"workspace_bytes", "B", "memory beyond operands and output",
                 [](const Record& r) { return Json(r.measurement.workspace_bytes); }},
    ExportColumn{"energy_j", "J", "of one call",
                 [](const Record& r) { return optional_number(r.measurement.energy_j); }},
    ExportColumn{"clock_before_hz", "Hz", "clock before sampling",
                 [](const Record& r) { return optional_number(r.measurement.clock_before_hz); }},
    ExportColumn{"clock_after_hz", "Hz", "clock after sampling",
                 [](const Record& r) { return optional_number(r.measurement.clock_after_hz); }},
    ExportColumn{"memory_bytes_per_s", "B/s", "reads of memory between the samples",
                 [](const Record& r) { return optional_number(r.measurement.memory_bytes_per_s); }},
    ExportColumn{"samples_s", "s", "every sample, in the order taken",
                 [](const Record& r) { return Json(r.measurement.samples_s); }},
};

// Objects (config) as "name=value …", arrays (samples) as numbers between spaces: as the program prints them
// elsewhere.
std::string field(const Json& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_float()) return number_text(value.get<double>());
    if (!value.is_structured()) return value.dump();
    std::vector<std::string> parts;
    for (const auto& [key, part] : value.items())
        parts.push_back(value.is_object() ? key + "=" + field(part) : field(part));
    return join(parts, " ");
}

}  // namespace

std::span<const ExportColumn> export_columns() { return columns; }

std::string measurements_csv(std::span<const Record> records) {
    std::string out;
    for (const auto& column : columns) out += (out.empty() ? "" : ",") + std::string(column.name);
    out += '\n';
    for (const auto& record : records) {
        for (const auto& column : columns)
            out += (&column == columns.data() ? "" : ",") + csv_field(field(column.value(record)));
        out += '\n';
    }
    return out;
}

Json measurements_json(std::span<const Record> records) {
    Json rows = Json::array();
    for (const auto& record : records) {
        Json row = Json::object();
        for (const auto& column : columns) row[std::string(column.name)] = column.value(record);
        rows.push_back(std::move(row));
    }
    Json out = Json::object();
    out["measurements"] = std::move(rows);
    return out;
}

}  // namespace ridge::db
