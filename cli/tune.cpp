// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <optional>
#include <span>

#include "cli/commands.hpp"
#include "cli/crew_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/options.hpp"
#include "cli/program_options.hpp"
#include "cli/progress.hpp"
#include "cli/replay.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/device_model.hpp"
#include "db/store.hpp"
#include "operators/catalogue.hpp"
#include "reports/call_results.hpp"
#include "reports/call_table.hpp"
#include "reports/device_report.hpp"
#include "reports/pareto_table.hpp"
#include "tuner/campaign.hpp"
#include "tuner/campaign_choice.hpp"
#include "tuner/searcher.hpp"

namespace ridge::cli {
namespace {

struct TuneOptions {
    StoreOption store;
    CrewOptions crew;
    FormatOption format;
    tuner::CampaignOptions campaign;
    ReplayOptions replay;
    ProgramOptions program;
    std::string suite = "demo";
    std::string objectives = "time";  // by commas
    std::string resume;               // uuid, or "latest"; empty: not asked for
    bool go_on = false;
    bool quiet = false;
};

/// What is known of a device before a campaign: the least time that its measured roofs allow a call, and what
/// the cost model expects of a configuration.
class Expectation {
  public:
    Expectation(const db::Store& store, const std::string& device)
        : model_(cost_model::load_measured_device(store, device)) {}

    std::optional<double> least_s(const tuner::SuiteCall& suite_call) const {
        if (!model_) return std::nullopt;
        const auto work = operators::work(operators::parse_call(suite_call.call));
        const auto roof = reports::attainable(work, suite_call.cache, *model_);
        if (!roof || roof->provenance != Provenance::measured) return std::nullopt;
        return (work.flop > 0 ? work.flop : work.bytes()) / roof->rate;
    }

    tuner::ConfigModel model(const tuner::SuiteCall& call, const std::string& implementation) const {
        if (!model_) return [](const KernelConfig&) { return std::optional<double>(); };
        return tuner::kernel_model_of(call, implementation, *model_);
    }

  private:
    std::optional<cost_model::DeviceModel> model_;
};

tuner::CampaignHooks hooks(Progress& progress, const Expectation& expectation,
                           const std::atomic<bool>& stop) {
    return {.progress =
                [&progress](const tuner::Progress& now) {
                    std::string what = now.last ? now.last->call : "";
                    if (now.best_s) what += ", best " + quantity(*now.best_s, "s");
                    progress.show(now.measured, now.planned, what);
                },
            .note = [](const std::string& note) { std::cerr << "ridge: " << note << '\n'; },
            .roof_time_s = [&expectation](const tuner::SuiteCall& call) { return expectation.least_s(call); },
            .model = [&expectation](const tuner::SuiteCall& call,
                                    const std::string& name) { return expectation.model(call, name); },
            .stop = &stop};
}

// The newest campaign of the suite on the worker's device, for --continue.
std::optional<db::Campaign> campaign_of(const db::Store& store, const tuner::Suite& suite,
                                        const std::string& device) {
    for (const auto& campaign : store.campaigns())
        if (campaign.name == suite.name + "-" + std::to_string(suite.version) && campaign.device == device)
            return campaign;
    return std::nullopt;
}

// Which of the calls nobody could run, and why the result is not whole.
bool report_gaps(const tuner::CampaignResult& result) {
    bool whole = true;
    for (const auto& call : result.calls) {
        if (call.best) continue;
        whole = false;
        std::cerr << "ridge: no configuration of '" << call.call.call << "' was ok: " << call.invalid
                  << " invalid, " << call.wrong << " wrong, " << call.failed << " failed"
                  << (call.first_reason.empty() ? "" : "; the first: " + call.first_reason) << '\n';
    }
    if (result.cut_by_time)
        std::cerr << "ridge: the time budget ended the search of " << result.cut_by_time << " calls\n";
    return whole;
}

// What the campaign was to find: the fastest configurations, or those that are good at what was asked for.
reports::Table best_table(const db::Store& store, const std::string& uuid) {
    const auto campaign = store.campaign(uuid);
    const auto options =
        tuner::CampaignOptions::from_json(JsonReader(campaign->options, "campaign " + campaign->uuid));
    if (db::text(options.objectives) != db::name(db::Objective::time))
        return reports::pareto_table(store.measurements({.campaign = uuid}), options.objectives);
    return reports::call_table(reports::read_campaign(store, uuid));
}

// The suite as a whole, and where the time went.
void report_totals(const tuner::CampaignResult& result) {
    const auto total = tuner::suite_total(result.calls);
    if (total.calls > 1)
        std::cerr << "ridge: the suite's calls by weight take " << quantity(total.best_s, "s")
                  << ", with the "
                  << "default configurations " << quantity(total.default_s, "s") << ": "
                  << significant(total.default_s / total.best_s) << " times as long"
                  << (total.missing ? " (" + std::to_string(total.missing) + " calls are not in it)" : "")
                  << '\n';
    if (result.added)
        std::cerr << "ridge: " << percent(result.busy_share()) << " of the time of "
                  << (result.workers == 1 ? "the worker" : std::to_string(result.workers) + " workers")
                  << " went into measuring\n";
}

ExitCode report(const db::Store& store, const tuner::CampaignResult& result, const FormatOption& format) {
    const auto whole = report_gaps(result);
    format.print({best_table(store, result.uuid)});
    report_totals(result);
    std::cerr << "ridge: campaign " << result.uuid << " " << result.state << ", " << result.added
              << " measurements added\n";
    if (result.state == "finished") return whole ? ExitCode::done : ExitCode::incomplete;
    std::cerr << "ridge: what was measured is kept; go on with 'ridge tune --resume'\n";
    return ExitCode::interrupted;
}

ExitCode report_finished(const db::Store& store, const db::Campaign& campaign, const FormatOption& format) {
    std::cerr << "ridge: this suite was measured on this device by campaign " << campaign.uuid << " of "
              << campaign.started_at
              << "; nothing to do ('ridge tune --suite' without --continue measures anew)\n";
    format.print({best_table(store, campaign.uuid)});
    return ExitCode::done;
}

// A campaign that other kernels or another suite began cannot go on; what it measured stays, and a new one
// begins.
tuner::CampaignResult go_on_or_begin(db::Store& store, std::span<tuner::Worker> workers,
                                     const TuneOptions& options, const std::string& uuid,
                                     const tuner::CampaignHooks& hooks) {
    try {
        return tuner::resume_campaign(store, workers, uuid, hooks);
    } catch (const InputError& error) {
        std::cerr << "ridge: a new campaign begins, since the unfinished one cannot go on: " << error.what()
                  << '\n';
        return tuner::run_campaign(store, workers, options.campaign, hooks);
    }
}

// The same name may have been given to another program, or its commands may have changed.
bool measures_another(const db::Store& store, const db::Campaign& campaign,
                      const std::optional<operators::Program>& program) {
    if (!program) return false;
    const auto before = program_of(store, campaign.uuid);
    return !before || before->json() != program->json();
}

ExitCode tune(db::Store& store, const TuneOptions& options, const std::optional<operators::Program>& program,
              const std::atomic<bool>& stop) {
    StartedCrew crew(options.crew, program, options.campaign.budget.timeout_s, stop);
    auto& workers = crew.workers();
    Progress progress(options.quiet);
    const Expectation expectation(store, crew.device());
    const auto on_event = hooks(progress, expectation, stop);
    if (!options.resume.empty())
        return report(store, tuner::resume_campaign(store, workers, options.resume, on_event),
                      options.format);
    const auto former =
        options.go_on ? campaign_of(store, options.campaign.suite, crew.device()) : std::nullopt;
    if (!former || measures_another(store, *former, program))
        return report(store, tuner::run_campaign(store, workers, options.campaign, on_event), options.format);
    if (former->state == "finished") return report_finished(store, *former, options.format);
    return report(store, go_on_or_begin(store, workers, options, former->uuid, on_event), options.format);
}

void add_replay_options(CLI::App& command, ReplayOptions& replay) {
    auto* once = command.add_option(
        "--replay", replay.replay,
        "search a recorded space (a file that 'ridge space show' reads) instead of a worker");
    command
        .add_option("--score", replay.score,
                    "score the searcher over many repeated searches of recorded spaces, given as files")
        ->excludes(once);
    command
        .add_option(
            "--prior", replay.priors,
            "with --replay and --score: a recorded space of the same kernel on another device; several, "
            "each with the option's name before it, are taken together")
        ->allow_extra_args(false);
    command.add_option(
        "--trials", replay.trials,
        "with --score of one space: the configurations that another program's searches tried, to score these "
        "(bench/peers/kernel_tuner_trials.py writes such a file)");
    command.add_option("--repeats", replay.repeats, "with --score: searches of each space (default: 50)");
    command.add_option(
        "--cutoff", replay.cutoff,
        "with --score: the budget is the time in which random search is expected to come so far "
        "from the median to the optimum (default: 0.95)");
}

// Replays share the words of a campaign: who searches, from which seed, and for how long.
ReplayOptions replay_options(const TuneOptions& options, bool limited) {
    auto replay = options.replay;
    for (const auto name : split(options.campaign.searcher, ',')) replay.searchers.emplace_back(name);
    replay.seed = options.campaign.seed;
    replay.evaluations = limited ? options.campaign.max_configs : 0;
    replay.time_s = options.campaign.time_budget_s;
    replay.format = options.format;
    replay.quiet = options.quiet;
    return replay;
}

ExitCode run_tune(TuneOptions options) {
    std::optional<operators::Program> program;
    if (options.program.wanted()) program = options.program.program();
    if (program && options.campaign.good_enough > 0)
        throw InputError(
            "--good-enough is a share of a roof, and how much work a program of your own does is not known; "
            "--time, --max-configs and --patience end its search");
    options.campaign.objectives = db::parse_objectives(options.objectives);
    auto store = options.store.create();
    if (!options.resume.empty()) {
        options.resume = tuner::find_campaign(store, options.resume == "latest" ? "" : options.resume).uuid;
        program = program_of(store, options.resume);
        if (program) refuse_changed_source(*program, options.resume);
    } else {
        options.campaign.suite = program ? suite_of(*program) : tuner::load_suite(options.suite);
        tuner::check_options(options.campaign);
    }
    const InterruptGuard interrupt;
    try {
        return tune(store, options, program, interrupt.flag());
    } catch (const tuner::Stopped&) {
        return ExitCode::interrupted;
    }
}

std::string searcher_names() {
    std::vector<std::string> names;
    for (const auto& info : tuner::searchers()) names.emplace_back(info.name);
    return join(names, ", ");
}

void add_campaign_options(CLI::App& command, tuner::CampaignOptions& campaign) {
    command.add_option(
        "--searcher", campaign.searcher,
        searcher_names() + " (default: " + campaign.searcher + "); with --score several, by commas");
    command.add_option("--seed", campaign.seed, "of the searcher and of the operands (default: 1)");
    command.add_option("--max-configs", campaign.max_configs,
                       "for each call and implementation; 0: no limit (default: 16)");
    command.add_option("--time", campaign.time_budget_s, "seconds over all calls; 0: no limit (default: 0)");
    command.add_flag("--whole-suite", campaign.whole_suite,
                     "what counts is the weighted time of the suite: measurements go to the calls where they "
                     "are expected to take most off it, out of one budget for all");
    command.add_option("--implementation", campaign.implementations, "only these (default: all that fit)")
        ->allow_extra_args(false);
    command.add_option("--sample-time", campaign.budget.max_time_s,
                       "seconds of sampling for each configuration (default: 1)");
    command.add_option("--target", campaign.budget.target,
                       "half-width of the median's interval at which sampling stops (default: 0.01)");
    command.add_option("--max-samples", campaign.budget.max_samples, "for each configuration (default: 200)");
    command.add_option("--patience", campaign.patience,
                       "configurations in a row that bring nothing better, after which a search ends; 0: "
                       "never (default: 0)");
    command.add_option(
        "--good-enough", campaign.good_enough,
        "share of what the measured roofs allow, such as 0.9, at which the search on a call ends; 0: never "
        "(default: 0); not with --command and --source");
    command.add_flag("!--no-prior", campaign.use_prior,
                     "searches take no account of what the store knows of other devices and of calls nearby");
    command.add_flag("!--no-race", campaign.race,
                     "measure every configuration to the end, also when it cannot be the best any more");
    command.add_option(
        "--finalists", campaign.finalists,
        "best configurations that are measured again, taking turns, when they cannot be told apart; 0: none "
        "(default: 4)");
    command.add_option("--timeout", campaign.budget.timeout_s,
                       "seconds after which a request is given up (default: 60)");
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("tune", "Find the best kernel configuration for each call of a suite");
    auto options = std::make_shared<TuneOptions>();
    options->store.add(*command);
    options->crew.add(*command);
    options->format.add(*command);
    auto* suite = command->add_option("--suite", options->suite, "name or file of a suite (default: demo)");
    add_campaign_options(*command, options->campaign);
    add_replay_options(*command, options->replay);
    options->program.add(*command);
    for (const auto* mine : {"--command", "--source"})
        command->get_option(mine)->excludes(suite)->excludes(command->get_option("--worker"));
    auto* resume =
        command->add_option("--resume", options->resume,
                            "go on with a campaign, by its uuid; without one, the newest unfinished");
    resume->expected(0, 1)->default_str("latest")->excludes(suite)->excludes(command->get_option("--command"),
                                                                             command->get_option("--source"));
    command
        ->add_flag("--continue", options->go_on,
                   "go on with the suite's campaign if it is unfinished, do nothing if it is finished, else "
                   "begin one")
        ->excludes(resume);
    command->add_option("--objective", options->objectives,
                        "what a configuration should be good at: time, energy or workspace; several by "
                        "commas give those that no other one beats in all of them (default: time)");
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, resume, command, &action] {
        for (const auto* word : {"--prior", "--trials", "--repeats", "--cutoff"})
            if (command->count(word) > 0 && !options->replay.wanted())
                throw CLI::ValidationError(word, "goes with --replay or --score");
        if (options->replay.wanted()) {
            const bool limited = command->count("--max-configs") > 0;
            action = [options, limited] { return run_replay(replay_options(*options, limited)); };
            return;
        }
        if (resume->count() && options->resume.empty()) options->resume = "latest";
        action = [options] { return run_tune(*options); };
    });
}

}  // namespace ridge::cli
