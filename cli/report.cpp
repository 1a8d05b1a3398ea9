// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/break_even_case.hpp"
#include "cli/commands.hpp"
#include "cli/cost_options.hpp"
#include "cli/version.hpp"
#include "reports/call_table.hpp"
#include "reports/cost_tables.hpp"
#include "reports/device_report.hpp"
#include "reports/report.hpp"

namespace ridge::cli {
namespace {

struct ReportOptions {
    CostOptions cost;
    FormatOption format;
    std::string output = "ridge-report";
    bool summary = false;
};

// What fits a terminal: each of the report's tables with the columns that matter most.
void print_summary(const reports::ReportInput& input, const FormatOption& format) {
    std::vector<reports::Table> tables;
    for (const auto& device : input.devices) {
        tables.push_back(reports::roof_table(device).selected(
            {"roof_kind", "mix", "precision", "level", "rate", "rate_low", "rate_high"}));
        tables.push_back(reports::call_table(device.calls)
                             .selected({"call", "cache", "implementation", "time_s", "flop_rate",
                                        "roof_share", "limiter"}));
        tables.push_back(reports::fit_table(device));
    }
    tables.push_back(reports::cost_summary(input.costs));
    format.print(tables);
}

// Of the devices that have a price to own and one to rent; the others are left out.
std::vector<reports::BreakEvenCase> break_evens(const CostOptions& options) {
    std::vector<reports::BreakEvenCase> out;
    const auto models = options.devices.load();
    for (std::size_t i = 0; i < models.size(); ++i) {
        const NamedDevice device{options.devices.devices[i], models[i]};
        const bool priced = (models[i].purchase || !options.money.purchases.empty()) && models[i].price;
        if (priced) out.push_back(break_even_case(device, device, options.devices.devices, options.money));
    }
    return out;
}

ExitCode write(const ReportOptions& options) {
    const db::Store store(options.cost.devices.store.path, db::Access::read_only);
    auto input = reports::gather_report(store, options.cost.evaluate(), std::string("ridge ") + version);
    input.money.currency = options.cost.money.shown();
    input.break_evens = break_evens(options.cost);
    const auto files = reports::write_report(input, options.output);
    if (options.summary)
        print_summary(input, options.format);
    else
        std::cout << files.front().string() << '\n';
    std::cerr << "ridge: " << files.size() << " files written to " << options.output << '\n';
    return report_refusals(input.costs);
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "report", "Write roofline, best configurations and cost as one HTML page, CSV and JSON");
    auto options = std::make_shared<ReportOptions>();
    options->cost.add(*command);
    options->format.add(*command);
    command->add_option("--output", options->output, "folder to write to (default: ridge-report)");
    command->add_flag("--summary", options->summary, "print the most important tables besides");
    command->callback([options, &action] { action = [options] { return write(*options); }; });
}

}  // namespace ridge::cli
