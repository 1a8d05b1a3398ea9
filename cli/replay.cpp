// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <span>
#include <thread>

#include "cli/late_progress.hpp"
#include "core/statistics.hpp"
#include "core/units.hpp"
#include "tuner/formats/recorded_file.hpp"
#include "tuner/formats/trials_file.hpp"
#include "tuner/score.hpp"

namespace ridge::cli {
namespace {

tuner::RecordedSpace read(const std::string& path) {
    auto space = tuner::read_recorded_space(std::filesystem::path(path));
    for (const auto& note : space.notes) std::cerr << "ridge: " << note << '\n';
    if (space.kernel.empty()) space.kernel = std::filesystem::path(path).filename().string();
    return space;
}

/// Other devices' data for the same kernel, or nothing.
class PriorFiles {
  public:
    explicit PriorFiles(const std::vector<std::string>& paths) {
        for (const auto& path : paths) spaces_.push_back(read(path));
    }
    [[nodiscard]] tuner::Prior of(const tuner::Replay& replay) const {
        return spaces_.empty() ? tuner::Prior() : tuner::prior_from(spaces_, replay.space());
    }

  private:
    std::vector<tuner::RecordedSpace> spaces_;
};

// The trials that were better than all before.
reports::Table improvements(const tuner::Replay& replay, const std::vector<tuner::SimulatedTrial>& trials) {
    reports::Table table("replay", "Improvements",
                         {"evaluation", "elapsed_s", "objective", "optimum_share", "config"});
    const double optimum = replay.values().back();
    std::optional<double> best;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        const auto& trial = trials[i];
        if (!trial.best || trial.best == best) continue;
        best = trial.best;
        table.add_row()
            .set("evaluation", static_cast<double>(i + 1))
            .set("elapsed_s", trial.elapsed_s)
            .set("objective", *best)
            .set("optimum_share", optimum / *best)
            .set("config", replay.space().config(trial.index).text());
    }
    return table;
}

ExitCode replay_once(const ReplayOptions& options) {
    const tuner::Replay replay(read(options.replay));
    const auto searcher = tuner::make_searcher(options.searchers.front());
    tuner::SimulationBudget budget;
    if (options.evaluations > 0) budget.evaluations = static_cast<std::size_t>(options.evaluations);
    if (options.time_s > 0) budget.time_s = options.time_s;
    const auto trials = replay.run(*searcher, options.seed, budget, PriorFiles(options.priors).of(replay));
    options.format.print({improvements(replay, trials)});
    std::cerr << "ridge: " << trials.size() << " of " << replay.space().size() << " configurations tried by "
              << searcher->name() << " in " << quantity(trials.back().elapsed_s, "s")
              << " of recorded time\n";
    return ExitCode::done;
}

constexpr std::array share_ids = {"share_10", "share_25", "share_50", "share_100", "share_200"};
constexpr std::array until_ids = {"until_1", "until_5", "until_10"};

/// Rows of one searcher's scores, and their mean at the end; and the intervals of all figures.
class ScoreTables {
  public:
    void add(const std::string& searcher, const std::string& space, const tuner::SpaceScore& score) {
        add_means(searcher, space, score.score, score.share);
        scores_.set("share_10_median", score.share_median[0]).set("budget_s", score.budget_s);
        scores_.set("evaluations_per_s", static_cast<double>(score.evaluations) / score.search_time_s);
        for (std::size_t i = 0; i < until_ids.size(); ++i) {
            const auto name = "evaluations until within " + percent(tuner::closeness[i]);
            const auto& [low, high] = score.until_interval[i];
            intervals_.add_row().set("searcher", searcher).set("space", space).set("figure", name);
            set_evaluations(scores_, until_ids[i], score.evaluations_until[i]);
            set_evaluations(intervals_, "figure_value", score.evaluations_until[i]);
            set_evaluations(intervals_, "low", low);
            set_evaluations(intervals_, "high", high);
        }
        of_searcher_.push_back(score);
    }

    void add_mean(const std::string& searcher) {
        const auto mean_of = [&](const auto& figure) {
            std::vector<tuner::Figure> figures;
            for (const auto& one : of_searcher_) figures.push_back(figure(one));
            return tuner::mean_figure(figures);
        };
        std::array<tuner::Figure, share_ids.size()> shares;
        for (std::size_t i = 0; i < shares.size(); ++i)
            shares[i] = mean_of([i](const auto& one) { return one.share[i]; });
        add_means(searcher, "mean", mean_of([](const auto& one) { return one.score; }), shares);
        of_searcher_.clear();
    }

    [[nodiscard]] std::vector<reports::Table> tables() const { return {scores_, intervals_}; }

  private:
    void add_means(const std::string& searcher, const std::string& space, const tuner::Figure& score,
                   std::span<const tuner::Figure> shares) {
        scores_.add_row().set("searcher", searcher).set("space", space).set("score", score.value);
        scores_.set("score_low", score.interval().low).set("score_high", score.interval().high);
        for (std::size_t i = 0; i < share_ids.size(); ++i) {
            const auto name =
                "share of the optimum after " + std::to_string(tuner::share_points[i]) + " evaluations";
            const auto [low, high] = shares[i].interval();
            intervals_.add_row().set("searcher", searcher).set("space", space).set("figure", name);
            scores_.set(share_ids[i], shares[i].value);
            for (const auto& [id, value] :
                 {std::pair("figure_value", shares[i].value), std::pair("low", low), std::pair("high", high)})
                intervals_.set(id, value).shown_as(id, percent(value));
        }
    }

    static void set_evaluations(reports::Table& table, std::string_view id, double evaluations) {
        if (std::isfinite(evaluations))
            table.set(id, evaluations);
        else
            table.missing(id, "too few of the searches got there");
    }

    reports::Table scores_ = {"score",
                              "Score of searchers on recorded spaces",
                              {"searcher", "space", "score", "score_low", "score_high", "share_10",
                               "share_10_median", "share_25", "share_50", "share_100", "share_200", "until_1",
                               "until_5", "until_10", "budget_s", "evaluations_per_s"}};
    reports::Table intervals_ = {"score-intervals",
                                 "95 % intervals over the repeats",
                                 {"searcher", "space", "figure", "figure_value", "low", "high"}};
    std::vector<tuner::SpaceScore> of_searcher_;
};

tuner::GivenTrials indices_in(const tuner::SearchSpace& space,
                              const std::vector<tuner::TrialList>& searches) {
    tuner::GivenTrials out;
    for (const auto& search : searches) {
        if (search.configs.empty() || search.strategy != searches.front().strategy)
            throw InputError("every search should have trials and the strategy of the first one, '" +
                             searches.front().strategy + "'");
        std::set<std::size_t> seen;
        auto& trials = out.emplace_back();
        for (const auto& config : search.configs) {
            const auto index = space.index(config);
            if (!index)
                throw InputError("the search tried '" + config.text() + "', which is not in the space");
            if (seen.insert(*index).second) trials.push_back(*index);
        }
    }
    return out;
}

ExitCode score_given(const ReplayOptions& options) {
    if (options.score.size() != 1)
        throw InputError("--trials are of one space; --score names " + std::to_string(options.score.size()));
    const tuner::Replay replay(read(options.score.front()));
    const auto searches = tuner::read_trials(options.trials);
    tuner::ScoreOptions how;
    how.given = indices_in(replay.space(), searches);
    how.repeats = how.given.size();
    how.seed = options.seed;
    how.cutoff = options.cutoff;
    ScoreTables scores;
    scores.add(searches.front().strategy, std::filesystem::path(options.score.front()).filename().string(),
               tuner::score(replay, how));
    options.format.print(scores.tables());
    return ExitCode::done;
}

ExitCode score_all(const ReplayOptions& options) {
    if (!options.trials.empty()) return score_given(options);
    const PriorFiles prior(options.priors);
    std::vector<std::pair<std::string, tuner::Replay>> spaces;
    for (const auto& path : options.score)
        spaces.emplace_back(std::filesystem::path(path).filename().string(), tuner::Replay(read(path)));
    ScoreTables scores;
    LateProgress progress(options.quiet);
    std::size_t done = 0;
    for (const auto& searcher : options.searchers) {
        tuner::ScoreOptions how;
        how.searcher = searcher;
        how.seed = options.seed;
        how.repeats = static_cast<std::size_t>(options.repeats);
        how.cutoff = options.cutoff;
        how.threads = std::max(1U, std::thread::hardware_concurrency());
        for (const auto& [name, replay] : spaces) {
            progress.show(done++, options.searchers.size() * spaces.size(), searcher + " on " + name);
            scores.add(searcher, name, tuner::score(replay, how, prior.of(replay)));
        }
        scores.add_mean(searcher);
    }
    options.format.print(scores.tables());
    return ExitCode::done;
}

}  // namespace

ExitCode run_replay(const ReplayOptions& options) {
    if (options.repeats < 1)
        throw InputError("--repeats is " + std::to_string(options.repeats) + ", should be 1 or more");
    if (options.evaluations < 0 || !(options.time_s >= 0))
        throw InputError("--max-configs and --time should be 0 or more");
    for (const auto& name : options.searchers) static_cast<void>(tuner::make_searcher(name));
    return options.score.empty() ? replay_once(options) : score_all(options);
}

}  // namespace ridge::cli
