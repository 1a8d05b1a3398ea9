// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/kernel/transfer.hpp"
#include "operators/catalogue.hpp"
#include "reports/table.hpp"
#include "tuner/suite.hpp"

namespace ridge::cli {
namespace {

struct CalibrateOptions {
    DeviceOptions device;
    FormatOption format;
    std::string suite, output;
    std::size_t budget = 20;
};

struct Candidates {
    std::vector<std::string> calls;
    std::vector<cost_model::TransferEstimate> estimates;
    std::size_t unknown = 0;  // that no other device's kernels say anything about
};

Candidates candidates_of(const tuner::Suite& suite, const cost_model::Transfer& transfer) {
    Candidates out;
    for (const auto& entry : suite.calls) {
        if (auto found = transfer.estimate({.call = operators::parse_call(entry.call)})) {
            out.calls.push_back(entry.call);
            out.estimates.push_back(*std::move(found));
        } else {
            ++out.unknown;
        }
    }
    return out;
}

reports::Table table_of(const Candidates& candidates, const std::vector<std::size_t>& chosen) {
    reports::Table table("calibration", "Calls whose measurement tells most, in order",
                         {"call", "time_s", "time_low_s", "time_high_s", "kernel_regime"});
    constexpr double to_80 = 1.2816;  // of a normal distribution
    for (const auto place : chosen) {
        const auto& found = candidates.estimates[place];
        const double time = std::exp(found.log_time), factor = std::exp(to_80 * found.deviation);
        table.add_row()
            .set("call", candidates.calls[place])
            .set("time_s", time)
            .set("time_low_s", time / factor)
            .set("time_high_s", time * factor)
            .set("kernel_regime", found.regime);
    }
    return table;
}

// The chosen calls as a suite that 'ridge tune' measures.
void write_suite(const std::string& path, const tuner::Suite& from, const Candidates& candidates,
                 const std::vector<std::size_t>& chosen) {
    tuner::Suite suite{.name = from.name + "-calibrate",
                       .version = 1,
                       .description = "Calls of " + from.name + " that tell most about a device",
                       .calls = {},
                       .path = {}};
    for (const auto place : chosen) suite.calls.push_back({.call = candidates.calls[place]});
    write_file(path, suite.json().dump(2) + '\n');
}

ExitCode calibrate(const CalibrateOptions& options) {
    auto devices = options.device.load();
    auto& device = devices.front();
    cost_model::add_fitted(device);
    const auto suite = tuner::load_suite(options.suite);
    const auto candidates = candidates_of(suite, *device.transfer);
    if (candidates.calls.empty())
        throw InputError("--device " + device.device.id + ", a " + device.device.kind +
                         ": the kernels that are known tell nothing of the calls of suite '" + suite.name +
                         "' there; 'ridge tune' measures them, 'ridge train' fits them");
    const auto chosen = device.transfer->most_telling(candidates.estimates, options.budget);
    options.format.print({table_of(candidates, chosen)});
    if (!options.output.empty()) write_suite(options.output, suite, candidates, chosen);
    std::cerr << "ridge: " << chosen.size() << " of " << candidates.calls.size() << " calls chosen for "
              << device.device.id << "; measure them, and 'ridge predict' is calibrated on them\n";
    return chosen.empty() ? ExitCode::incomplete : ExitCode::done;
}

}  // namespace

void add_calibrate(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "calibrate", "Choose the calls whose measurement teaches the cost model most about a device");
    auto options = std::make_shared<CalibrateOptions>();
    options->device.add(*command);
    options->format.add(*command);
    command->add_option("--budget", options->budget, "calls to choose (default: 20)")
        ->check(CLI::PositiveNumber);
    command->add_option("--suite", options->suite, "suite to choose from")->required();
    command->add_option("--output", options->output, "write the chosen calls as a suite to this file");
    command->callback([options, &action] { action = [options] { return calibrate(*options); }; });
}

}  // namespace ridge::cli
