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
    std::string resume;  // uuid, or "latest"; empty: not asked for
    bool go_on = false;
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

const db::Campaign* find_campaign(const std::vector<db::Campaign>& newest_first,
                                  bool (*wanted)(const db::Campaign&, const std::string&),
                                  const std::string& suite_name) {
    for (const auto& campaign : newest_first)
        if (wanted(campaign, suite_name)) return &campaign;
    return nullptr;
}

bool is_unfinished(const db::Campaign& campaign, const std::string&) { return campaign.state != "finished"; }
bool is_of_suite(const db::Campaign& campaign, const std::string& suite_name) {
    return campaign.name == suite_name;
}

// The campaign to go on with; empty when a new one is to begin. Decided before a worker is started.
std::string campaign_to_resume(const db::Store& store, const TuneOptions& options) {
    const auto campaigns = store.campaigns();
    const auto& suite = options.campaign.suite;
    if (options.go_on) {
        const auto* found =
            find_campaign(campaigns, is_of_suite, suite.name + "-" + std::to_string(suite.version));
        return found ? found->uuid : "";
    }
    if (options.resume != "latest") return options.resume;
    const auto* found = find_campaign(campaigns, is_unfinished, "");
    if (!found) throw InputError(store.path().string() + ": there is no unfinished campaign to resume");
    return found->uuid;
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

tuner::CampaignResult run_or_resume(db::Store& store, const TuneOptions& options,
                                    const std::string& resumed) {
    const InterruptGuard interrupt;
    tuner::Worker worker(options.worker.options(&interrupt.flag()));
    Progress progress(options.quiet);
    const auto on_event = hooks(progress, interrupt.flag());
    return resumed.empty() ? tuner::run_campaign(store, worker, options.campaign, on_event)
                           : tuner::resume_campaign(store, worker, resumed, on_event);
}

ExitCode run_tune(TuneOptions options) {
    db::Store store(options.store.path, db::Access::create);
    if (options.resume.empty()) options.campaign.suite = tuner::load_suite(options.suite);
    const auto resumed = campaign_to_resume(store, options);
    if (!resumed.empty() && options.go_on && store.campaign(resumed)->state == "finished") {
        std::cerr << "ridge: campaign " << resumed << " of this suite is finished; nothing to measure\n";
        options.format.print({best_table(store, resumed)});
        return ExitCode::done;
    }
    const auto result = run_or_resume(store, options, resumed);
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
    command.add_option("--implementation", campaign.implementations, "only these (default: all that fit)")
        ->allow_extra_args(false);
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
    command
        ->add_flag("--continue", options->go_on,
                   "go on with the suite's campaign if it is unfinished, do nothing if it is finished, else "
                   "begin one")
        ->excludes(resume);
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, resume, &action] {
        if (resume->count() && options->resume.empty()) options->resume = "latest";
        action = [options] { return run_tune(*options); };
    });
}

}  // namespace ridge::cli
