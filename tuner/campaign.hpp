// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "db/objectives.hpp"
#include "db/store.hpp"
#include "tuner/model_prior.hpp"
#include "tuner/suite.hpp"
#include "tuner/worker.hpp"

namespace ridge::tuner {

/// What a campaign does; kept in the store, and what a resume repeats.
struct CampaignOptions {
    Suite suite;
    std::string searcher = "portfolio";
    std::uint64_t seed = 1;  ///< of the searchers and of the operands; below 2^63
    std::int64_t max_configs =
        16;  ///< answers other than invalid for each call and implementation; 0: no limit
    double time_budget_s =
        0;  ///< over all calls; 0: no limit. Default configurations are measured even beyond it
    std::vector<std::string> implementations;  ///< names; empty: all that fit
    std::int64_t give_up_after = 5;  ///< failures in a row of one implementation on one call; 0: never
    protocol::Budget budget;         ///< of each measurement; min_samples is lowered to max_samples
    /// Configurations in a row that bring nothing better, after which an implementation's search on a call
    /// ends; 0: never.
    std::int64_t patience = 0;
    /// Share of the least time that the roofs allow (CampaignHooks::roof_time_s) at which the search on a
    /// call ends; 0: never.
    double good_enough = 0;
    bool use_prior = true;  ///< searches begin with what the store knows of other devices and calls nearby
    bool race = true;  ///< a configuration is given up as soon as it cannot beat the best one of its call
    /// The best configurations of a call that cannot be told apart are measured again, taking turns: at most
    /// so many; 0: none.
    std::int64_t finalists = 4;
    /// What a configuration should be good at. With more than time alone nothing is raced, and there is no
    /// final.
    std::vector<db::Objective> objectives = {db::Objective::time};
    /// What counts is the weighted sum over all calls: max_configs and time_budget_s are those of the whole
    /// suite, and each measurement goes to the call where it is expected to take most off that sum.
    bool whole_suite = false;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static CampaignOptions from_json(const JsonReader& json);
};

/// Throws InputError naming the option, its value and what would be right.
void check_options(const CampaignOptions& options);

/// State after an answer was committed.
struct Progress {
    std::size_t calls_done = 0, calls_total = 0;
    std::size_t measured = 0;           ///< answers in the store, those of earlier sessions included
    std::size_t planned = 0;            ///< at most, should no call be cut short
    double elapsed_s = 0;               ///< of this session
    double rate_per_s = 0;              ///< answers of this session over its time
    std::optional<double> remaining_s;  ///< from rate and time budget, the smaller one
    const db::Record* last = nullptr;   ///< the answer
    std::optional<double> best_s;       ///< best median of this call so far
};

struct CampaignHooks {
    /// Called between measurements only, never while the worker works.
    std::function<void(const Progress&)> progress;
    /// A sentence about something left out: an implementation given up, a call that nobody can run.
    std::function<void(const std::string&)> note;
    /// The least time that the measured roofs of the device allow for a call, where they are known; a
    /// function of the call.
    std::function<std::optional<double>(const SuiteCall& call)> roof_time_s;
    /// What a model expects of an implementation's configurations on a call; asked where the store knows
    /// nothing to begin with.
    std::function<ConfigModel(const SuiteCall& call, const std::string& implementation)> model;
    /// Ends the campaign after the measurement in flight; give the worker the same flag to end it within.
    const std::atomic<bool>* stop = nullptr;
};

/// What a campaign found for one call of its suite.
struct SearchResult {
    SuiteCall call;
    std::optional<db::BestConfig> best;  ///< nothing when no configuration was ok
    std::optional<double>
        default_median_s;  ///< of the best one's implementation with its default configuration
    std::size_t ok = 0, invalid = 0, wrong = 0, failed = 0;
    std::string first_reason;  ///< of the first answer that was not ok; empty without one

    /// Time with the default configuration over the best time; nothing when either is missing.
    [[nodiscard]] std::optional<double> gain() const;
};

struct CampaignResult {
    std::string uuid;
    std::string state;                ///< "finished" or "interrupted"
    std::vector<SearchResult> calls;  ///< in the order of the suite
    std::vector<std::string> notes;
    std::size_t added = 0;  ///< answers of this session
    std::int64_t worker_restarts = 0;
    std::size_t cut_by_time = 0;  ///< calls whose search the time budget ended
    std::size_t workers = 1;
    double wall_s = 0;  ///< of this session
    double busy_s = 0;  ///< of it, in requests to workers, summed over these

    /// Share of the time that workers were there in which they had something to do.
    [[nodiscard]] double busy_share() const;
};

/// Sum over the calls of weight times time, of those for which both times are known.
struct SuiteTotal {
    double default_s = 0;  ///< with the default configurations
    double best_s = 0;
    std::size_t calls = 0, missing = 0;
};
[[nodiscard]] SuiteTotal suite_total(const std::vector<SearchResult>& results);

/// Measures configurations of every implementation that fits, interleaving implementations; every answer is
/// committed as it comes. A worker takes a call after the other; where there are more workers than calls
/// left, several measure different configurations of one. All workers have to be of one device and have the
/// same implementations. Throws InputError when nothing can be run or an option is wrong, and
/// EnvironmentError when the last worker is lost or none can tell an objective; whatever ends it early leaves
/// the campaign "interrupted" in the store, and it can be resumed.
CampaignResult run_campaign(db::Store& store, std::span<Worker> workers, const CampaignOptions& options,
                            const CampaignHooks& hooks);

/// Goes on with a campaign: its uuid, the unique beginning of one, or "" for the newest unfinished one.
/// Nothing that is in the store is measured again. Throws InputError when there is none, or when device,
/// suite file or search spaces have changed since.
CampaignResult resume_campaign(db::Store& store, std::span<Worker> workers, const std::string& uuid,
                               const CampaignHooks& hooks);

/// What the records of a campaign say of each call of its suite: the first record of an implementation on a
/// call is its default configuration.
[[nodiscard]] std::vector<SearchResult> search_results(const Suite& suite,
                                                       const std::vector<db::Record>& records);

}  // namespace ridge::tuner
