// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/import_space.hpp"
#include "cli/options.hpp"
#include "core/error.hpp"
#include "db/import/google_benchmark.hpp"
#include "db/import/import_file.hpp"
#include "db/import/rules.hpp"
#include "db/store.hpp"
#include "tuner/formats/document.hpp"

namespace ridge::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
    StoreOption store;
    FormatOption format;
    std::vector<std::string> paths;
    db::TableImportOptions table;
    bool rules = false;
};

struct FileLine {
    std::string file, project, device;
    std::size_t rows = 0, values = 0, added = 0, aside = 0;
    std::string remark;  ///< why there is nothing, or what is missing
};

struct Summary {
    std::vector<FileLine> files;
    std::vector<db::RuleCount> aside;  ///< over all files, in the order of the rules
    bool whole = true;
};

reports::Table rules_table() {
    reports::Table table("import_rules", "Rules of the import", {"rule", "optional", "explanation"});
    for (const auto& rule : db::import_rules())
        table.add_row()
            .set("rule", std::string(rule.name))
            .set("optional",
                 std::string(rule.optional ? "--keep " : "") + std::string(rule.optional ? rule.name : "no"))
            .set("explanation", std::string(rule.text));
    return table;
}

void count_rule(Summary& summary, const db::RuleCount& count) {
    for (auto& known : summary.aside)
        if (known.rule == count.rule) {
            known.values += count.values;
            return;
        }
    summary.aside.push_back(count);
}

void add_table(Summary& summary, db::Store& store, const fs::path& path, const ImportOptions& options) {
    const auto report = db::import_table(store, path, options.table);
    FileLine line{report.file, report.project, report.device, report.rows, report.values, report.added, 0,
                  {}};
    for (auto count : report.aside) {
        line.aside += count.values;
        count.example = path.filename().string() + ", " + count.example;
        count_rule(summary, count);
    }
    if (report.imported_before) line.remark = "imported before";
    if (!report.device.empty() && !report.has_data_sheet)
        line.remark =
            "no data sheet of '" + report.device + "' is known, so no time is checked against a floor";
    if (report.cut) line.remark = "cut: its end is missing", summary.whole = false;
    summary.files.push_back(std::move(line));
}

void add_benchmarks(Summary& summary, db::Store& store, const fs::path& path, const ImportOptions& options) {
    const auto device = device_id(store, options.table.device.empty() ? "this" : options.table.device);
    const auto report = db::import_google_benchmark(store, path, device);
    FileLine line{path.string(),
                  "google-benchmark",
                  device,
                  report.rows,
                  report.rows,
                  report.added,
                  report.skipped.size(),
                  report.imported_before ? "imported before" : ""};
    for (const auto& row : report.skipped)
        std::cerr << "ridge: skipped " << row.name << ": " << row.reason << '\n';
    summary.whole = summary.whole && report.skipped.empty();
    summary.files.push_back(std::move(line));
}

void add_space(Summary& summary, db::Store& store, const fs::path& path, const ImportOptions& options) {
    const auto report = import_space(store, path, options.table.device);
    summary.files.push_back({path.string(), "recorded-space", report.device, report.configs, report.configs,
                             report.added, report.dropped, report.imported_before ? "imported before" : ""});
    summary.whole = summary.whole && report.dropped == 0;
}

void add_store(Summary& summary, db::Store& store, const fs::path& path) {
    const db::Store other(path, db::Access::read_only);
    const auto added = store.merge(other);
    summary.files.push_back({path.string(), "ridgepoint", "", added, added, added, 0, {}});
}

bool has_benchmarks(const std::string& text) {
    constexpr std::size_t head = 1U << 16U;  // "context" comes before, and is short
    return text.substr(0, head).find("\"benchmarks\"") != std::string::npos;
}

// Content decides what a file is; a mapping makes it a table.
void add_file(Summary& summary, db::Store& store, const fs::path& path, const ImportOptions& options) {
    const auto text = tuner::read_document(path).text;
    const auto first = text.find_first_not_of(" \t\r\n");
    if (text.starts_with("SQLite format 3")) return add_store(summary, store, path);
    if (!options.table.mapping.empty() || first == std::string::npos || text[first] != '{')
        return add_table(summary, store, path, options);
    if (has_benchmarks(text)) return add_benchmarks(summary, store, path, options);
    add_space(summary, store, path, options);
}

void add_folder(Summary& summary, db::Store& store, const fs::path& folder, const ImportOptions& options) {
    const auto files = db::tables_below(folder);
    if (files.empty()) throw InputError(folder.string() + ": has no table (*.csv, *.csv.gz) in it");
    for (const auto& file : files) try {
            add_table(summary, store, file, options);
        } catch (const InputError& error) {
            summary.whole = false;
            summary.files.push_back({file.string(), "", "", 0, 0, 0, 0, error.what()});
            std::cerr << "ridge: " << error.what() << '\n';
        }
}

reports::Table files_table(const Summary& summary) {
    reports::Table table(
        "imported", "Files",
        {"file", "project", "device", "rows", "values", "measurements_added", "set_aside", "remark"});
    for (const auto& line : summary.files)
        table.add_row()
            .set("file", line.file)
            .set("project", line.project)
            .set("device", line.device)
            .set("rows", static_cast<double>(line.rows))
            .set("values", static_cast<double>(line.values))
            .set("measurements_added", static_cast<double>(line.added))
            .set("set_aside", static_cast<double>(line.aside))
            .set("remark", line.remark);
    return table;
}

reports::Table aside_table(const Summary& summary) {
    reports::Table table("set_aside", "Set aside", {"rule", "values", "explanation", "example"});
    for (const auto& rule : db::import_rules())
        for (const auto& count : summary.aside)
            if (count.rule == rule.name)
                table.add_row()
                    .set("rule", count.rule)
                    .set("values", static_cast<double>(count.values))
                    .set("explanation", std::string(rule.text))
                    .set("example", count.example);
    return table;
}

void print_totals(const Summary& summary) {
    FileLine sum;
    for (const auto& line : summary.files)
        sum.rows += line.rows, sum.values += line.values, sum.added += line.added, sum.aside += line.aside;
    std::cerr << "ridge: " << summary.files.size() << " files, " << sum.rows << " rows with " << sum.values
              << " times, " << sum.added << " measurements added, " << sum.aside << " times set aside\n";
}

ExitCode import_paths(const ImportOptions& options) {
    if (options.rules) {
        options.format.print({rules_table()});
        return ExitCode::done;
    }
    if (options.paths.empty()) throw InputError("import: name a file or folder to read, or ask for --rules");
    // Before a store is made that nothing would be put into.
    (void)db::rules_to_keep(options.table.keep);
    std::error_code ignored;
    for (const auto& path : options.paths)
        if (!fs::exists(path, ignored)) throw InputError(path + ": there is no such file or folder");
    auto store = options.store.create();
    Summary summary;
    for (const auto& path : options.paths) {
        if (fs::is_directory(path, ignored))
            add_folder(summary, store, path, options);
        else
            add_file(summary, store, path, options);
    }
    std::vector<reports::Table> tables = {files_table(summary)};
    if (auto aside = aside_table(summary); !aside.empty()) tables.push_back(std::move(aside));
    options.format.print(tables);
    print_totals(summary);
    return summary.whole ? ExitCode::done : ExitCode::incomplete;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("import",
                                       "Read measurements of others into the store: tables of "
                                       "aiconfigurator, NeuSight, Vidur, LLMServingSim and "
                                       "LLMCompass, any table with a mapping, JSON of Google Benchmark, "
                                       "caches of Kernel Tuner, other stores");
    auto options = std::make_shared<ImportOptions>();
    options->store.add(*command);
    options->format.add(*command);
    command->add_option("paths", options->paths, "files, or folders whose tables are read");
    command->add_option(
        "--device", options->table.device,
        "device that they were measured on (default: what the file or its folders are named after; "
        "for Google Benchmark: this)");
    command->add_option("--mapping", options->table.mapping,
                        "JSON file that says what the columns of a table mean");
    command
        ->add_option("--keep", options->table.keep, "rule to switch off, so that what it sets aside is read")
        ->allow_extra_args(false);
    command->add_flag("--rules", options->rules,
                      "list the rules by which times are set aside, and read nothing");
    command->callback([options, &action] { action = [options] { return import_paths(*options); }; });
}

}  // namespace ridge::cli
