// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "db/import/google_benchmark.hpp"
#include "db/store.hpp"

namespace ridge::cli {
namespace {

struct ImportOptions {
    StoreOption store;
    std::vector<std::string> files;
    std::string device = "this";
};

void print(const std::string& file, const db::ImportReport& report) {
    std::cout << file << ": " << report.rows << " rows, " << report.added << " measurements added, "
              << report.skipped.size() << " rows skipped"
              << (report.imported_before ? " (imported before)" : "") << '\n';
    for (const auto& row : report.skipped)
        std::cerr << "ridge: skipped " << row.name << ": " << row.reason << '\n';
}

ExitCode import_files(const ImportOptions& options) {
    db::Store store(options.store.path, db::Access::read_write);
    const auto device = device_id(store, options.device);
    bool whole = true;
    for (const auto& file : options.files) {
        const auto report = db::import_google_benchmark(store, file, device);
        print(file, report);
        whole = whole && report.skipped.empty();
    }
    return whole ? ExitCode::done : ExitCode::incomplete;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
    auto* command =
        app.add_subcommand("import", "Read measurements from the JSON of Google Benchmark into the store");
    auto options = std::make_shared<ImportOptions>();
    options->store.add(*command);
    command->add_option("files", options->files, "files to read")->required();
    command->add_option("--device", options->device,
                        "device of the store that they were measured on (default: this)");
    command->callback([options, &action] { action = [options] { return import_files(*options); }; });
}

}  // namespace ridge::cli
