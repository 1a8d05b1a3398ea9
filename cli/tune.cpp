// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "core/units.hpp"
#include "db/store.hpp"
#include "reports/call_table.hpp"
#include "reports/device_report.hpp"
#include "tuner/campaign.hpp"

namespace ridge::cli {
namespace {

struct TuneOptions {
    StoreOption store;
    WorkerOption worker;
    FormatOption format;
    tuner::CampaignOptions campaign;
    std::string suite = "demo";
    std::string resume;  // uuid, or "latest"
    bool resume_or_start = false;
    bool quiet = false;
};

tuner::CampaignHooks hooks(Progress& progress, const std::atomic<bool>& stop) {
    return {.progress =
                [&progress](const tuner::Progress& now) {
                    std::string what = now.last ? now.last->call : "";
                    if (now.best_s) what += ", best " + quantity(*now.best_s, "s");
                    progress.show(now.measured, now.planned, what);
                },
            .note = [](const std::string& note) { std::cerr << "ridge: " << note << '\n'; },
            .stop = &stop};
}

bool has_unfinished(const db::Store& store, const std::string& suite_name) {
    for (const auto& campaign : store.campaigns())
        if (campaign.state != "finished" && campaign.name == suite_name) return true;
    return false;
}

tuner::CampaignResult tune_or_resume(db::Store& store, tuner::Worker& worker, TuneOptions& options,
                                     const tuner::CampaignHooks& hooks) {
    if (!options.resume.empty())
        return tuner::resume_campaign(store, worker, options.resume == "latest" ? "" : options.resume, hooks);
    options.campaign.suite = tuner::load_suite(options.suite);
    const auto& suite = options.campaign.suite;
    if (options.resume_or_start && has_unfinished(store, suite.name + "-" + std::to_string(suite.version)))
        return tuner::resume_campaign(store, worker, "", hooks);
    return tuner::run_campaign(store, worker, options.campaign, hooks);
}

// Which of the calls nobody could run, and why the result is not whole.
bool report_gaps(const tuner::CampaignResult& result) {
    bool whole = true;
    for (const auto& call : result.calls) {
        if (call.best) continue;
        whole = false;
        std::cerr << "ridge: no configuration of '" << call.call.call << "' was ok: " << call.invalid
                  << " invalid, " << call.wrong << " wrong, " << call.failed << " failed\n";
    }
    if (result.cut_by_time)
        std::cerr << "ridge: the time budget ended the search of " << result.cut_by_time << " calls\n";
    return whole;
}

reports::Table best_table(const db::Store& store, const std::string& uuid) {
    const auto ceilings = reports::read_device(store, store.campaign(uuid)->device).model.ceilings;
    return reports::call_table(reports::call_results(store.measurements({.campaign = uuid}), ceilings));
}

ExitCode run_tune(TuneOptions options) {
    const InterruptGuard interrupt;
    db::Store store(options.store.path, db::Access::create);
    tuner::Worker worker(options.worker.options(&interrupt.flag()));
    tuner::CampaignResult result;
    {
        Progress progress(options.quiet);
        result = tune_or_resume(store, worker, options, hooks(progress, interrupt.flag()));
    }
    const auto whole = report_gaps(result);
    options.format.print({best_table(store, result.uuid)});
    std::cerr << "ridge: campaign " << result.uuid << " " << result.state << ", " << result.added
              << " measurements added\n";
    if (result.state == "interrupted") {
        std::cerr << "ridge: what was measured is kept; go on with 'ridge tune --resume'\n";
        return ExitCode::interrupted;
    }
    return whole ? ExitCode::done : ExitCode::incomplete;
}

void add_campaign_options(CLI::App& command, tuner::CampaignOptions& campaign) {
    command.add_option("--searcher", campaign.searcher, "exhaustive or random (default: random)");
    command.add_option("--seed", campaign.seed, "of the searcher and of the operands (default: 1)");
    command.add_option("--max-configs", campaign.max_configs,
                       "for each call and implementation; 0: no limit (default: 16)");
    command.add_option("--time", campaign.time_budget_s, "seconds over all calls; 0: no limit (default: 0)");
    command.add_option("--implementation", campaign.implementations, "only these (default: all that fit)");
    command.add_option("--sample-time", campaign.budget.max_time_s,
                       "seconds of sampling for each configuration (default: 1)");
    command.add_option("--target", campaign.budget.target,
                       "half-width of the median's interval at which sampling stops (default: 0.01)");
    command.add_option("--max-samples", campaign.budget.max_samples, "for each configuration (default: 200)");
    command.add_option("--timeout", campaign.budget.timeout_s,
                       "seconds after which a request is given up (default: 60)");
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("tune", "Find the best kernel configuration for each call of a suite");
    auto options = std::make_shared<TuneOptions>();
    options->store.add(*command);
    options->worker.add(*command);
    options->format.add(*command);
    auto* suite = command->add_option("--suite", options->suite, "name or file of a suite (default: demo)");
    add_campaign_options(*command, options->campaign);
    auto* resume =
        command->add_option("--resume", options->resume,
                            "go on with a campaign, by its uuid; without one, the newest unfinished");
    resume->expected(0, 1)->default_str("latest")->excludes(suite);
    command->add_flag("--resume-or-start", options->resume_or_start,
                      "go on with an unfinished campaign of this suite, or begin one");
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, resume, &action] {
        if (resume->count() && options->resume.empty()) options->resume = "latest";
        action = [options] { return run_tune(*options); };
    });
}

}  // namespace ridge::cli
