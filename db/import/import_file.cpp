// SPDX-License-Identifier: Apache-2.0
#include "db/import/import_file.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "db/digest.hpp"
#include "db/import/device_names.hpp"
#include "db/import/mapping.hpp"
#include "db/import/origin.hpp"
#include "db/import/packed_file.hpp"
#include "db/import/read_table.hpp"
#include "db/import/rules.hpp"

namespace ridge::db {
namespace {

namespace fs = std::filesystem;

struct Table : ReadTable {
    CsvMapping mapping;  // where there is one
};

Table table_of(const std::string& text, const FileNames& names, const fs::path& path,
               const TableImportOptions& options) {
    if (options.mapping.empty()) return {recognise_table(text, names, path.string()), {}};
    Table out;
    out.columns = csv_columns(text);
    out.mapping = read_mapping(options.mapping);
    out.kind = out.mapping.table;
    for (const auto& column : out.mapping.required)
        if (std::ranges::find(out.columns, column) == out.columns.end())
            throw InputError(path.string() + ": has no column '" + column + "', which " +
                             options.mapping.string() + " names; it has " + join(out.columns, ", "));
    return out;
}

// The part of a cut file that is whole: up to its last line's end.
std::string_view whole_lines(const UnpackedFile& file) {
    const std::string_view text = file.text;
    return file.cut ? text.substr(0, text.rfind('\n') + 1) : text;
}

Json provenance(const ImportProject& project, const fs::path& path, const Table& table,
                const Timings& timings) {
    Json out = {{"source", project.name}};
    const auto put = [&](const char* key, std::string_view value) {
        if (!value.empty()) out[key] = value;
    };
    put("project", table.mapping.project);
    put("repository", project.repository);
    put("commit", commit_of(project, path));
    put("licence", table.mapping.licence.empty() ? project.licence : table.mapping.licence);
    put("copyright", project.copyright);
    put("framework", timings.implementation());
    put("framework_version", timings.version());
    return out;
}

FoundDevice device_for(const fs::path& path, const Table& table, const TableImportOptions& options) {
    const auto& named = options.device.empty() ? table.mapping.device : options.device;
    if (!named.empty()) return device_of_name(named, table.kind.project);
    if (!options.mapping.empty())
        throw InputError(options.mapping.string() + ": has no key 'device', and --device is not given");
    return device_of_file(path, table.kind.project);
}

// The device as the store has it counts before the data sheet; a figure of the user's own may be in it.
void take_known(FoundDevice& found, Device known) {
    found.device = std::move(known);
    found.has_data_sheet = found.has_data_sheet || !found.device.peak_flops.empty();
}

// Known by content and by what the names around it say: the same table of another device is another one.
// Other rules make another import; what is the same in both is known by its key and added once.
ImportSource source_of(const fs::path& path, const std::string& text, const FoundDevice& found,
                       const Timings& timings, const ImportProject& project, std::vector<std::string> keep) {
    std::ranges::sort(keep);
    const auto meaning = "\n" + found.device.id + " " + timings.implementation() + " " + timings.version() +
                         " " + join(keep, " ");
    return {path.filename().string(), std::string(project.name), sha256(text + meaning), timestamp()};
}

bool is_known(const Store& store, const std::string& digest) {
    const auto sources = store.import_sources();
    return std::ranges::find(sources, digest, &ImportSource::digest) != sources.end();
}

void report_aside(const AsideCounts& aside, TableImportReport& report) {
    for (const auto& rule : import_rules())
        if (const auto found = aside.find(rule.name); found != aside.end())
            report.aside.push_back({found->first, found->second.values, found->second.example});
}

}  // namespace

TableImportReport import_table(Store& store, const fs::path& path, const TableImportOptions& options) {
    const auto keep = rules_to_keep(options.keep);
    const auto file = read_packed_file(path);
    const auto names = file_names(path);
    const auto table = table_of(file.text, names, path, options);
    const auto& project = import_project(table.kind.project);
    auto found = device_for(path, table, options);

    TableImportReport report{.file = path.string(),
                             .project = std::string(project.name),
                             .device = found.device.id,
                             .has_data_sheet = found.has_data_sheet,
                             .cut = file.cut,
                             .aside = {}};
    if (auto known = store.device(found.device.id)) take_known(found, std::move(*known));
    Timings timings(found.has_data_sheet ? &found.device : nullptr, keep);
    table.kind.begin(names, timings);
    const auto source = source_of(path, file.text, found, timings, project, options.keep);
    report.imported_before = is_known(store, source.digest);
    if (report.imported_before) return report;

    report.rows = read_rows(table, whole_lines(file), names, timings);
    if (file.cut) timings.set_aside("cut", 0, "the packed file ends in the middle of a row");

    Record common;
    common.device = found.device.id;
    common.source = source.name + " sha256:" + sha256(file.text).substr(0, 12);
    common.taken_at = source.imported_at;
    auto records = timings.records(common, path.string());
    report.values = timings.values();
    report_aside(timings.aside(), report);
    if (records.empty()) {
        report.device.clear();  // nothing was measured, on no device
        return report;
    }
    if (!store.device(found.device.id)) store.put_device(found.device);
    const auto environment = store.put_environment(provenance(project, path, table, timings));
    for (auto& record : records) record.environment = environment;
    report.added = store.add_import(source, records);
    return report;
}

std::string put_device_named(Store& store, const std::string& name) {
    const auto found = device_of_name(name);
    if (!store.device(found.device.id)) store.put_device(found.device);
    return found.device.id;
}

std::vector<fs::path> tables_below(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code failed;
    for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
        const auto name = entry.path().filename().string();
        const bool table = name.ends_with(".csv") || name.ends_with(".csv.gz");
        if (table && name != "MANIFEST.csv" && entry.is_regular_file(failed)) out.push_back(entry.path());
    }
    if (failed) throw InputError(folder.string() + ": " + failed.message());
    std::ranges::sort(out);
    return out;
}

}  // namespace ridge::db
