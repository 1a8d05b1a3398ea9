// SPDX-License-Identifier: Apache-2.0
#include "db/import/google_benchmark.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "db/digest.hpp"
#include "db/import/benchmark_name.hpp"

namespace ridge::db {
namespace {

constexpr const char* kind = "google-benchmark";

struct TimeUnit {
    std::string_view name;
    double seconds;
};
constexpr std::array time_units = {TimeUnit{"ns", 1e-9}, TimeUnit{"us", 1e-6}, TimeUnit{"ms", 1e-3},
                                   TimeUnit{"s", 1.0}};

// Rows of one benchmark: its repetitions.
struct Group {
    BenchmarkName name;
    std::vector<double> samples_s;
    std::string failure;
};

struct Rows {
    std::vector<std::string> order;  ///< names of the groups as they come
    std::map<std::string, Group> groups;
    std::vector<SkippedRow> skipped;
};

double seconds_of(const JsonReader& row) {
    const auto unit = row.text_or("time_unit", "ns");
    const auto* found = std::ranges::find(time_units, std::string_view(unit), &TimeUnit::name);
    if (found == time_units.end()) row.at("time_unit").fail("ns, us, ms or s");
    const double seconds = row.at("real_time").positive() * found->seconds;
    if (!std::isfinite(seconds) || seconds <= 0) row.at("real_time").fail("a time that can be measured");
    return seconds;
}

bool flag(const JsonReader& row, const char* key) {
    const auto found = row.find(key);
    return found && found->boolean();
}

// Empty when the row is a repetition.
std::string reason_to_skip(const JsonReader& row) {
    const auto type = row.text_or("run_type", "iteration");
    if (type == "aggregate") return "an aggregate of repetitions; the repetitions themselves are read";
    if (type != "iteration") return "run_type '" + type + "' is not known; known: iteration, aggregate";
    if (flag(row, "skipped"))
        return "the benchmark skipped itself: " + row.text_or("skip_message", "no message");
    return {};
}

void add_row(Rows& rows, const JsonReader& row) {
    const auto full_name = row.text_or("run_name", row.at("name").text());
    if (const auto reason = reason_to_skip(row); !reason.empty()) {
        rows.skipped.push_back({full_name, reason});
        return;
    }
    const auto name = parse_benchmark_name(full_name);
    const bool failed = flag(row, "error_occurred");
    const double sample = failed ? 0.0 : seconds_of(row);
    const auto [place, is_new] = rows.groups.try_emplace(full_name, Group{name, {}, {}});
    if (is_new) rows.order.push_back(full_name);
    if (failed)
        place->second.failure = row.text_or("error_message", "the benchmark reported an error");
    else
        place->second.samples_s.push_back(sample);
}

std::string name_of(const Json& row, std::size_t index) {
    const auto found = row.is_object() ? row.find("name") : row.end();
    if (row.is_object() && found != row.end() && found->is_string()) return found->get<std::string>();
    return "benchmarks[" + std::to_string(index) + "]";
}

Rows read_rows(const std::vector<JsonReader>& benchmarks) {
    Rows rows;
    for (std::size_t i = 0; i < benchmarks.size(); ++i) {
        try {
            add_row(rows, benchmarks[i]);
        } catch (const InputError& error) {
            rows.skipped.push_back({name_of(benchmarks[i].raw(), i), error.what()});
        }
    }
    return rows;
}

Measurement measurement_from(const Group& group) {
    Measurement m;
    m.cache = group.name.cache;
    m.status = group.failure.empty() ? Status::ok : Status::failed;
    m.reason = group.failure;
    if (m.status == Status::ok) m.samples_s = group.samples_s, m.stop = "count";
    return m;
}

// Benchmarks that differ only in further parts are rounds of one configuration.
std::vector<Record> records_from(const Rows& rows, const Record& common) {
    std::map<std::string, std::int64_t> rounds;
    std::vector<Record> out;
    for (const auto& full_name : rows.order) {
        const auto& group = rows.groups.at(full_name);
        Record record = common;
        record.call = group.name.call;
        record.implementation = group.name.implementation;
        record.config = group.name.config;
        record.measurement = measurement_from(group);
        const auto key = record.call + "/" + record.implementation + "/" + record.config.text() + "/" +
                         std::string(name(record.measurement.cache));
        record.round = rounds[key]++;
        record.order_index = static_cast<std::int64_t>(out.size());
        out.push_back(std::move(record));
    }
    return out;
}

Json context_of(const JsonReader& document) {
    const auto context = document.find("context");
    return {{"source", kind}, {"context", context ? context->raw() : Json::object()}};
}

std::string taken_at(const JsonReader& document) {
    const auto context = document.find("context");
    if (!context || !context->raw().is_object()) return {};
    return utc_time(context->text_or("date", ""));
}

}  // namespace

ImportReport import_google_benchmark(Store& store, const std::filesystem::path& path,
                                     const std::string& device) {
    const auto content = read_file(path);
    const auto json = parse_json(content, path.string());
    const JsonReader document(json, path.string());
    const auto benchmarks = document.at("benchmarks").items();
    if (!store.device(device))
        throw InputError(store.path().string() + ": device '" + device + "' is not in the store");

    ImportReport report;
    report.source = {path.filename().string(), kind, sha256(content), timestamp()};
    report.rows = benchmarks.size();
    auto rows = read_rows(benchmarks);
    report.skipped = std::move(rows.skipped);

    Record common;
    common.device = device;
    common.source = report.source.name + " sha256:" + report.source.digest.substr(0, 12);
    common.taken_at = taken_at(document);
    const auto sources = store.import_sources();
    report.imported_before = std::ranges::any_of(
        sources, [&](const ImportSource& known) { return known.digest == report.source.digest; });
    if (report.imported_before || rows.order.empty()) return report;
    common.environment = store.put_environment(context_of(document));
    report.added = store.add_import(report.source, records_from(rows, common));
    return report;
}

}  // namespace ridge::db
