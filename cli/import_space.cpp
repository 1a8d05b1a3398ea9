// SPDX-License-Identifier: Apache-2.0
#include "cli/import_space.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "db/digest.hpp"
#include "db/import/import_file.hpp"
#include "operators/catalogue.hpp"
#include "operators/program/program_call.hpp"
#include "tuner/formats/document.hpp"
#include "tuner/formats/recorded_file.hpp"

namespace ridge::cli {
namespace {

constexpr std::string_view kind = "recorded-space";

// "4096", "[4096, 4096]": whole numbers become dimensions.
std::vector<Dimension> problem_sizes(const std::string& problem) {
    std::vector<Dimension> out;
    if (!Json::accept(problem)) return out;
    const auto json = parse_json(problem, "problem size");
    const auto add = [&](const Json& value) {
        if (value.is_number_integer() && value.get<std::int64_t>() > 0)
            out.push_back({"size" + std::to_string(out.size()), value.get<std::int64_t>()});
    };
    if (json.is_array())
        for (const auto& value : json) add(value);
    else
        add(json);
    return out;
}

std::string call_of(const tuner::RecordedSpace& space, const std::string& file) {
    if (space.kernel.empty()) throw InputError(file + ": does not name its kernel");
    OperatorCall call{.op = std::string(operators::program_prefix) + space.kernel,
                      .dimensions = problem_sizes(space.problem),
                      .operands = {},
                      .sparsity = {}};
    return operators::canonical(call).text();
}

std::optional<double> energy_of(const tuner::RecordedConfig& config) {
    for (const auto& quantity : config.more)
        if (quantity.unit == "J" && quantity.value > 0) return quantity.value;
    return std::nullopt;
}

Measurement measurement_of(const tuner::RecordedConfig& config) {
    Measurement m;
    m.cache = CacheState::warm;
    m.status = config.status;
    m.reason = config.reason;
    if (config.status != Status::ok) return m;
    m.stop = "count";
    m.samples_s = config.samples_s;
    if (m.samples_s.empty() && config.objective) m.samples_s = {*config.objective};
    m.energy_j = energy_of(config);
    return m;
}

std::vector<db::Record> records_of(const tuner::RecordedSpace& space, const db::Record& common) {
    std::vector<db::Record> out;
    for (const auto& config : space.configs) {
        auto record = common;
        record.config = config.config;
        record.measurement = measurement_of(config);
        record.order_index = static_cast<std::int64_t>(out.size());
        const bool empty = record.measurement.status == Status::ok && record.measurement.samples_s.empty();
        if (!empty) out.push_back(std::move(record));
    }
    return out;
}

}  // namespace

SpaceImport import_space(db::Store& store, const std::filesystem::path& path, const std::string& device) {
    const auto document = tuner::read_document(path);
    const auto space = tuner::read_recorded_space(document);
    if (space.unit != "s")
        throw InputError(path.string() + ": its objective is " + space.objective + " in " + space.unit +
                         "; only times are imported");
    const auto& name = device.empty() ? space.device : device;
    if (name.empty()) throw InputError(path.string() + ": does not name its device; --device does");

    SpaceImport report{.configs = space.configs.size(), .dropped = space.dropped};
    const db::ImportSource source{path.filename().string(), std::string(kind), db::sha256(document.text),
                                  db::timestamp()};
    const auto known = store.import_sources();
    report.imported_before =
        std::ranges::find(known, source.digest, &db::ImportSource::digest) != known.end();
    db::Record common;
    common.device = report.device = db::put_device_named(store, name);
    common.call = call_of(space, path.string());
    common.implementation = space.kernel;
    common.source = source.name + " sha256:" + source.digest.substr(0, 12);
    common.taken_at = source.imported_at;
    if (!report.imported_before) report.added = store.add_import(source, records_of(space, common));
    return report;
}

}  // namespace ridge::cli
