// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <map>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "core/statistics.hpp"
#include "db/store.hpp"
#include "reports/device_report.hpp"
#include "tuner/worker.hpp"

namespace ridge::cli {
namespace {

struct RoofOptions {
    StoreOption store;
    WorkerOption worker;
    FormatOption format;
    double seconds = 1.0;
    bool quiet = false;
};

Roof roof_from(const protocol::RoofAnswer& answer, const RoofProbe& probe, const std::string& source) {
    const auto summary = summarize(answer.rates);
    return {.probe = probe,
            .provenance = Provenance::measured,
            .rate = summary.median,
            .rate_low = summary.interval.low,
            .rate_high = summary.interval.high,
            .samples = answer.rates,
            .source = source};
}

// What no round could measure; returns how many.
std::size_t report_missing(const std::map<std::string, std::string>& reasons,
                           const std::map<std::string, double>& best) {
    std::size_t missing = 0;
    for (const auto& [probe, reason] : reasons) {
        if (best.contains(probe)) continue;
        std::cerr << "ridge: roof '" << probe << "' is missing: " << reason << '\n';
        ++missing;
    }
    return missing;
}

// What else runs on the machine only ever lowers a roof: it is looked for in two rounds, some seconds apart.
constexpr int rounds = 2;

// Each roof is stored as soon as it is known, and again when a later round finds a higher one; returns how
// many could not be measured.
std::size_t measure_roofs(tuner::Worker& worker, db::Store& store, const RoofOptions& options,
                          const std::atomic<bool>& stop) {
    const auto description = worker.describe();
    store.put_device(description.device);
    const auto environment = store.put_environment(description.environment);
    Progress progress(options.quiet);
    std::size_t done = 0;
    std::map<std::string, double> best;          // rate by probe
    std::map<std::string, std::string> reasons;  // why a probe had none, the latest
    for (int round = 0; round < rounds; ++round)
        for (const auto& probe : description.roofs) {
            if (stop) break;
            progress.show(done++, rounds * description.roofs.size(), probe.text());
            const auto answer = worker.roof({.probe = probe, .budget = {.max_time_s = options.seconds}});
            if (answer.status != Status::ok) {
                reasons[probe.text()] = answer.reason;
                continue;
            }
            const auto roof = roof_from(answer, probe, worker.source());
            auto& known = best[probe.text()];
            if (roof.rate <= known) continue;
            known = roof.rate;
            store.add_roofs(description.device.id, environment, std::vector{roof});
        }
    options.format.print({reports::roof_table(reports::read_device(store, description.device.id))});
    return report_missing(reasons, best);
}

ExitCode run_roof(const RoofOptions& options) {
    const InterruptGuard interrupt;
    auto store = options.store.create();
    tuner::Worker worker(options.worker.options(&interrupt.flag()));
    try {
        const auto missing = measure_roofs(worker, store, options, interrupt.flag());
        if (interrupt.flag()) return ExitCode::interrupted;
        return missing ? ExitCode::incomplete : ExitCode::done;
    } catch (const tuner::Stopped&) {
        return ExitCode::interrupted;
    }
}

}  // namespace

void add_roof(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "roof", "Measure the roofs of a device: bandwidth by memory level, FLOP/s by precision");
    auto options = std::make_shared<RoofOptions>();
    options->store.add(*command);
    options->worker.add(*command);
    options->format.add(*command);
    command->add_option("--seconds", options->seconds, "time to sample each roof for (default: 1)")
        ->check(CLI::PositiveNumber);
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &action] { action = [options] { return run_roof(*options); }; });
}

}  // namespace ridge::cli
