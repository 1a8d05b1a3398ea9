// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/campaign_choice.hpp"
#include "tuner/campaign_plan.hpp"
#include "tuner/race.hpp"
#include "tuner/random.hpp"
#include "tuner/searcher.hpp"
#include "tuner/store_prior.hpp"

namespace ridge::tuner {
namespace {

using Clock = std::chrono::steady_clock;

// A searcher may meet many configurations that do not fit a call; this many proposals for each one that
// counts are looked at.
constexpr std::int64_t proposals_per_config = 16;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string key_of(const SuiteCall& call, const std::string& implementation, const std::string& config) {
    return call.call + "\n" + std::string(name(call.cache)) + "\n" + implementation + "\n" + config;
}

Outcome outcome_of(const db::Record& record) {
    Outcome outcome{.status = record.measurement.status, .value = {}};
    if (record.summary) outcome.value = record.summary->median;
    return outcome;
}

/// Search of one implementation on one call.
struct Lane {
    const Candidate* candidate = nullptr;
    std::unique_ptr<Searcher> searcher;
    std::int64_t proposed = 0, counted = 0, failures = 0;
    std::int64_t vain = 0;  // proposals since the last better one
    std::optional<double> best_s = {};
    bool over = false;
};

/// One session of a campaign: from its start, or from a resume, to its end.
class Session {
  public:
    Session(db::Store& store, Worker& worker, CampaignOptions options, const CampaignHooks& hooks)
        : store_(store), worker_(worker), options_(std::move(options)), hooks_(hooks) {}

    void begin() {
        prepare();
        campaign_ = {.uuid = db::make_uuid(),
                     .device = description_.device.id,
                     .name = options_.suite.name + "-" + std::to_string(options_.suite.version),
                     .options = Json::object(),
                     .state = "running",
                     .started_at = db::timestamp()};
    }

    void go_on(const db::Campaign& campaign) {
        prepare();
        campaign_ = campaign;
        const JsonReader stored(campaign.options, "campaign " + campaign.uuid + ", options");
        refuse_changes(stored);
        done_before_ = static_cast<std::size_t>(stored.at("calls_done").integer());
        elapsed_before_ = stored.at("elapsed_s").number();
        for (const auto& record : store_.measurements(own_records())) {
            ++next_order_;
            if (record.round > 0) continue;
            known_[key_of({record.call, record.measurement.cache, 1}, record.implementation,
                          record.config.text())] = outcome_of(record);
        }
    }

    CampaignResult run() {
        for (const auto& text : plan_.notes) note(text);
        calls_done_ = done_before_;
        save("running");
        try {
            measure_all();
        } catch (const Stopped&) {
            stopped_ = true;
        } catch (...) {
            save("interrupted");
            throw;
        }
        save(stopped_ ? "interrupted" : "finished");
        result_.uuid = campaign_.uuid;
        result_.state = campaign_.state;
        result_.worker_restarts = worker_.restarts();
        result_.calls = search_results(options_.suite, store_.measurements(own_records()));
        return std::move(result_);
    }

  private:
    void prepare() {
        static_cast<void>(
            make_searcher(options_.searcher));  // an unknown name is refused before anything runs
        description_ = worker_.describe();
        plan_ = make_plan(options_, description_);
        store_.put_device(description_.device);
        environment_ = store_.put_environment(description_.environment);
    }

    void refuse_changes(const JsonReader& stored) const {
        const auto refuse = [&](const std::string& why) {
            throw InputError("campaign " + campaign_.uuid + " cannot be resumed: " + why +
                             "; begin a new campaign");
        };
        if (campaign_.device != description_.device.id)
            refuse("it ran on device '" + campaign_.device + "', this worker is on '" +
                   description_.device.id + "'");
        if (stored.at("spaces_digest").text() != plan_.digest)
            refuse("the worker's implementations or their search spaces have changed since");
    }

    db::Filter own_records() const {
        db::Filter filter;
        filter.campaign = campaign_.uuid;
        return filter;
    }

    void save(const std::string& state) {
        campaign_.state = state;
        campaign_.options = options_.json();
        campaign_.options["spaces_digest"] = plan_.digest;
        campaign_.options["calls_done"] = calls_done_;
        campaign_.options["elapsed_s"] = elapsed_before_ + seconds_since(begin_);
        store_.put_campaign(campaign_);
    }

    void measure_all() {
        for (; calls_done_ < plan_.calls.size() && !stopped_; save("running")) {
            measure_call(plan_.calls[calls_done_]);
            if (!stopped_) ++calls_done_;
        }
    }

    void measure_call(const PlannedCall& planned) {
        call_deadline_s_ = seconds_since(begin_) + share_of_time();
        best_s_.reset();
        rival_.reset();
        racing_best_s_.reset();
        bool cut = false;
        auto lanes = make_lanes(planned);
        const auto open = [](const Lane& lane) { return !lane.over; };
        while (std::ranges::any_of(lanes, open) && !stopped_ && !is_good_enough(planned.call))
            for (auto& lane : lanes)
                if (open(lane) && !stopped_ && !is_good_enough(planned.call))
                    cut = !step(planned.call, lane) || cut;
        if (cut && !stopped_) ++result_.cut_by_time;
        if (!cut && !stopped_ && options_.finalists > 0) run_final(planned);
    }

    // The best configurations that cannot be told apart take turns until they can, or the budget of each is
    // spent: no drift favours one of them, and the winner's time is not the luckiest of many.
    void run_final(const PlannedCall& planned) {
        auto filter = own_records();
        filter.call = planned.call.call;
        filter.cache = planned.call.cache;
        auto records = store_.measurements(filter);
        if (std::ranges::any_of(records, [](const auto& record) { return record.round > 0; })) return;
        std::erase_if(records,
                      [&](const auto& record) { return !is_tunable(plan_, planned, record.implementation); });
        records = finalists(std::move(records), static_cast<std::size_t>(options_.finalists));
        records = race(std::move(records), options_.budget,
                       [&](const db::Record& record, const protocol::Budget& share) {
                           if (stop_requested()) throw Stopped();
                           auto request = request_of(planned.call, record.implementation, record.config);
                           request.budget = share;
                           return worker_.measure(request);
                       });
        for (auto& record : records) {
            record.order_index = next_order_++;
            record.taken_at = db::timestamp();
        }
        result_.added += store_.add(records);
    }

    // What is left of the time budget is shared among the calls that are left, by their weights.
    double share_of_time() const {
        double weights = 0;
        for (std::size_t i = calls_done_; i < plan_.calls.size(); ++i) weights += plan_.calls[i].call.weight;
        const double left = options_.time_budget_s - elapsed_before_ - seconds_since(begin_);
        return std::max(0.0, left) * plan_.calls[calls_done_].call.weight / weights;
    }

    std::vector<Lane> make_lanes(const PlannedCall& planned) const {
        std::vector<Lane> lanes;
        for (const auto index : planned.candidates) {
            Lane lane{.candidate = &plan_.candidates[index], .searcher = make_searcher(options_.searcher)};
            const auto who = key_of(planned.call, lane.candidate->info.name, std::to_string(options_.seed));
            lane.searcher->start(lane.candidate->space, hash_text(who),
                                 prior_for(planned.call, *lane.candidate));
            lanes.push_back(std::move(lane));
        }
        return lanes;
    }

    Prior prior_for(const SuiteCall& call, const Candidate& candidate) const {
        if (!options_.use_prior) return {};
        return store_prior(store_, campaign_.device, call, candidate.info.name, candidate.space).prior;
    }

    // The next configuration of a lane, from the store or the worker; false when the time budget ends the
    // lane.
    bool step(const SuiteCall& call, Lane& lane) {
        const auto index = exhausted(lane) ? std::nullopt : lane.searcher->next();
        if (!index) {
            lane.over = true;
            return true;
        }
        const auto config = lane.candidate->space.config(*index);
        const auto& implementation = lane.candidate->info.name;
        const auto found = known_.find(key_of(call, implementation, config.text()));
        if (found == known_.end() && out_of_time(lane)) {
            lane.over = true;
            return false;
        }
        if (found == known_.end() && stop_requested()) {
            stopped_ = true;
            return true;
        }
        const auto outcome = found != known_.end() ? found->second : measure(call, *lane.candidate, config);
        if (outcome.value && (!best_s_ || *outcome.value < *best_s_)) best_s_ = outcome.value;
        lane.searcher->tell(*index, outcome);
        account(call, lane, outcome);
        return true;
    }

    // Whether the best time has the wanted share of the time that the roofs allow at least.
    bool is_good_enough(const SuiteCall& call) const {
        if (options_.good_enough <= 0 || !best_s_ || !hooks_.roof_time_s) return false;
        const auto least_s = hooks_.roof_time_s(call);
        return least_s && *least_s >= options_.good_enough * *best_s_;
    }

    bool exhausted(const Lane& lane) const {
        if (options_.patience > 0 && lane.vain >= options_.patience) return true;
        return options_.max_configs > 0 && (lane.counted >= options_.max_configs ||
                                            lane.proposed >= options_.max_configs * proposals_per_config);
    }

    bool out_of_time(const Lane& lane) const {
        return options_.time_budget_s > 0 && lane.proposed > 0 && seconds_since(begin_) >= call_deadline_s_;
    }

    bool stop_requested() const { return hooks_.stop && hooks_.stop->load(); }

    void account(const SuiteCall& call, Lane& lane, const Outcome& outcome) {
        ++lane.proposed;
        const bool better = outcome.value && (!lane.best_s || *outcome.value < *lane.best_s);
        if (better) lane.best_s = outcome.value;
        lane.vain = better ? 0 : lane.vain + 1;
        if (outcome.status != Status::invalid) ++lane.counted;
        lane.failures = outcome.status == Status::failed ? lane.failures + 1 : 0;
        if (options_.give_up_after == 0 || lane.failures < options_.give_up_after) return;
        lane.over = true;
        note("implementation '" + lane.candidate->info.name + "' was given up on '" + call.call + "' after " +
             std::to_string(lane.failures) + " failures in a row");
    }

    protocol::MeasureRequest request_of(const SuiteCall& call, const std::string& implementation,
                                        const KernelConfig& config) const {
        return {.id = 0,
                .call = call.call,
                .implementation = implementation,
                .config = config,
                .cache = call.cache,
                .seed = options_.seed,
                .verify = true,
                .budget = options_.budget};
    }

    Outcome measure(const SuiteCall& call, const Candidate& candidate, const KernelConfig& config) {
        auto request = request_of(call, candidate.info.name, config);
        const bool races = options_.race && is_tunable(candidate);
        if (races) request.budget.rival = rival_;
        const auto record = record_of(request, candidate.info, worker_.measure(request));
        commit(record);
        if (races && record.summary && (!racing_best_s_ || record.summary->median < *racing_best_s_)) {
            racing_best_s_ = record.summary->median;
            rival_ = rival_of(record.measurement.samples_s);
        }
        report(record);
        return outcome_of(record);
    }

    db::Record record_of(const protocol::MeasureRequest& request, const protocol::ImplementationInfo& info,
                         Measurement measurement) {
        db::Record record;
        record.campaign = campaign_.uuid;
        record.device = campaign_.device;
        record.call = request.call;
        record.implementation = info.name;
        record.implementation_version = info.version;
        record.config = request.config;
        record.order_index = next_order_++;
        record.seed = request.seed;
        record.environment = environment_;
        record.taken_at = db::timestamp();
        record.source = worker_.source();
        if (measurement.status == Status::ok) record.summary = summarize(measurement.samples_s);
        record.measurement = std::move(measurement);
        return record;
    }

    void commit(const db::Record& record) {
        if (store_.add(std::span(&record, 1)) == 0)
            throw EnvironmentError("campaign " + campaign_.uuid + ": '" + record.call + "' with " +
                                   record.implementation + " " + record.config.text() +
                                   " is in the store already; is another process running this campaign?");
        ++result_.added;
    }

    void report(const db::Record& record) {
        if (!hooks_.progress) return;
        Progress progress;
        progress.calls_done = calls_done_;
        progress.calls_total = plan_.calls.size();
        progress.measured = known_.size() + result_.added;
        progress.planned = std::max(plan_.planned, progress.measured);
        progress.elapsed_s = seconds_since(begin_);
        progress.rate_per_s = static_cast<double>(result_.added) / std::max(progress.elapsed_s, 1e-9);
        progress.remaining_s =
            static_cast<double>(progress.planned - progress.measured) / progress.rate_per_s;
        if (options_.time_budget_s > 0)
            progress.remaining_s = std::clamp(options_.time_budget_s - elapsed_before_ - progress.elapsed_s,
                                              0.0, *progress.remaining_s);
        progress.last = &record;
        progress.best_s = best_s_;
        if (record.summary)
            progress.best_s = std::min(record.summary->median, best_s_.value_or(record.summary->median));
        hooks_.progress(progress);
    }

    void note(const std::string& text) {
        result_.notes.push_back(text);
        if (hooks_.note) hooks_.note(text);
    }

    db::Store& store_;
    Worker& worker_;
    CampaignOptions options_;
    const CampaignHooks& hooks_;
    Clock::time_point begin_ = Clock::now();
    protocol::Description description_;
    Plan plan_;
    db::Campaign campaign_;
    std::int64_t environment_ = 0;
    std::map<std::string, Outcome> known_;  // of earlier sessions, by key_of()
    std::int64_t next_order_ = 0;
    std::size_t done_before_ = 0, calls_done_ = 0;
    double elapsed_before_ = 0, call_deadline_s_ = 0;
    std::optional<double> best_s_;
    // The best of this call among the implementations that have something to tune: a library without
    // parameters is measured whole, and a kernel that it beats is still worth tuning.
    std::optional<protocol::Rival> rival_;
    std::optional<double> racing_best_s_;
    bool stopped_ = false;
    CampaignResult result_;
};

}  // namespace

CampaignResult run_campaign(db::Store& store, Worker& worker, const CampaignOptions& options,
                            const CampaignHooks& hooks) {
    check_options(options);
    auto fitting = options;
    fitting.budget.min_samples = std::min(options.budget.min_samples, options.budget.max_samples);
    Session session(store, worker, std::move(fitting), hooks);
    session.begin();
    return session.run();
}

CampaignResult resume_campaign(db::Store& store, Worker& worker, const std::string& uuid,
                               const CampaignHooks& hooks) {
    const auto campaign = find_campaign(store, uuid);
    const auto options =
        CampaignOptions::from_json(JsonReader(campaign.options, "campaign " + campaign.uuid + ", options"));
    refuse_changed_suite(options.suite, campaign.uuid);
    Session session(store, worker, options, hooks);
    session.go_on(campaign);
    return session.run();
}

}  // namespace ridge::tuner
