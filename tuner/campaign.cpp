// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/call_search.hpp"
#include "tuner/campaign_choice.hpp"
#include "tuner/campaign_plan.hpp"
#include "tuner/crew.hpp"
#include "tuner/schedule.hpp"
#include "tuner/searcher.hpp"
#include "tuner/store_prior.hpp"

namespace ridge::tuner {
namespace {

using Clock = std::chrono::steady_clock;

// Seconds after which a worker that was lost is tried again: a node that reboots needs a minute or two.
const std::vector<double> revival_pauses_s = {1, 5, 20, 60, 120};

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// One session of a campaign: from its start, or from a resume, to its end.
class Session {
  public:
    Session(db::Store& store, std::span<Worker> workers, CampaignOptions options, const CampaignHooks& hooks)
        : store_(store), workers_(workers), options_(std::move(options)), hooks_(hooks) {}

    void begin() {
        prepare();
        campaign_ = {.uuid = db::make_uuid(),
                     .device = device_,
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
        elapsed_before_ = stored.at("elapsed_s").number();
        read_done(stored);
        for (const auto& record : store_.measurements(own_records())) {
            ++next_order_;
            if (record.round == 0) ++known_;
        }
    }

    CampaignResult run() {
        for (const auto& text : plan_.notes) note(text);
        make_schedule();
        save("running");
        try {
            measure_all();
        } catch (...) {
            save("interrupted");
            throw;
        }
        save(stopped_ ? "interrupted" : "finished");
        result_.uuid = campaign_.uuid;
        result_.state = campaign_.state;
        result_.workers = workers_.size();
        result_.cut_by_time = schedule_->cut_by_time();
        result_.wall_s = seconds_since(begin_);
        for (const auto& worker : workers_) result_.worker_restarts += worker.restarts();
        result_.calls = search_results(options_.suite, store_.measurements(own_records()));
        return std::move(result_);
    }

  private:
    void prepare() {
        static_cast<void>(
            make_searcher(options_.searcher));  // an unknown name is refused before anything runs
        for (auto& worker : workers_) take_in(worker.describe());
        flights_.resize(workers_.size());
        lost_.resize(workers_.size());
    }

    // All workers of a campaign are alike: what one measures is told as the device's.
    void take_in(const protocol::Description& description) {
        auto plan = make_plan(options_, description);
        const auto number = std::to_string(environments_.size() + 1);
        if (environments_.empty()) {
            plan_ = std::move(plan);
            device_ = description.device.id;
            store_.put_device(description.device);
        } else if (description.device.id != device_) {
            throw InputError("worker " + number + " is on device '" + description.device.id +
                             "', the first one on '" + device_ + "'; a campaign is of one device");
        } else if (plan.digest != plan_.digest) {
            throw InputError("worker " + number +
                             " has other implementations or search spaces than the first one");
        }
        environments_.push_back(store_.put_environment(description.environment));
    }

    void refuse_changes(const JsonReader& stored) const {
        const auto refuse = [&](const std::string& why) {
            throw InputError("campaign " + campaign_.uuid + " cannot be resumed: " + why +
                             "; begin a new campaign");
        };
        if (campaign_.device != device_)
            refuse("it ran on device '" + campaign_.device + "', this worker is on '" + device_ + "'");
        if (stored.at("spaces_digest").text() != plan_.digest)
            refuse("the worker's implementations or their search spaces have changed since");
    }

    // Former versions went through the calls in order and kept their number alone.
    void read_done(const JsonReader& stored) {
        if (stored.has("done"))
            for (const auto& item : stored.at("done").items())
                done_before_.insert(static_cast<std::size_t>(item.integer()));
        else
            for (std::int64_t i = 0; i < stored.at("calls_done").integer(); ++i)
                done_before_.insert(static_cast<std::size_t>(i));
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
        campaign_.options["calls_done"] = schedule_->done().size();
        campaign_.options["done"] = schedule_->done();
        campaign_.options["elapsed_s"] = elapsed_before_ + seconds_since(begin_);
        store_.put_campaign(campaign_);
    }

    void make_schedule() {
        schedule_.emplace(plan_, options_, workers_.size(), std::move(done_before_),
                          ScheduleHooks{.now_s = [this] { return seconds_since(begin_); },
                                        .search =
                                            [this](const PlannedCall& planned, double deadline_s) {
                                                return std::make_unique<CallSearch>(
                                                    planned, context_of(planned, deadline_s));
                                            },
                                        .finished = [this] { save("running"); }},
                          elapsed_before_);
    }

    void measure_all() {
        Crew crew(workers_, workers_.size() > 1 ? revival_pauses_s : std::vector<double>());
        for (;;) {
            give_work(crew);
            if (in_flight() == 0 && (stopped_ || schedule_->all_done() || awaited_ == 0)) return;
            handle(crew.wait());
        }
    }

    std::size_t in_flight() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(flights_, [](const auto& flight) { return flight.has_value(); }));
    }

    void give_work(Crew& crew) {
        for (std::size_t worker = 0; worker < crew.size() && !stopped_; ++worker) {
            if (flights_[worker] || lost_[worker]) continue;
            auto flight = schedule_->next();
            if (!flight) return;
            if (stop_requested()) {
                flight->search->give_back(flight->job);
                stopped_ = true;
                return;
            }
            crew.measure(worker, flight->job.request);
            flights_[worker] = std::move(flight);
        }
    }

    CallContext context_of(const PlannedCall& planned, double deadline_s) {
        const auto& call = planned.call;
        const auto roof_time_s = hooks_.roof_time_s ? hooks_.roof_time_s(call) : std::nullopt;
        if (options_.good_enough > 0 && !roof_time_s)
            note("'" + call.call +
                 "' has no measured roof, so that its search ends by its other budgets only; "
                 "'ridge roof' measures them");
        auto own = own_records();
        own.call = call.call;
        own.cache = call.cache;
        return {.plan = &plan_,
                .options = &options_,
                .prior = [this](const SuiteCall& of,
                                const Candidate& candidate) { return prior_for(of, candidate); },
                .out_of_time =
                    [this, deadline_s] {
                        return options_.time_budget_s > 0 && seconds_since(begin_) >= deadline_s;
                    },
                .roof_time_s = roof_time_s,
                .known = known_ > 0 ? store_.measurements(own) : std::vector<db::Record>(),
                .note = [this](const std::string& text) { note(text); }};
    }

    Prior prior_for(const SuiteCall& call, const Candidate& candidate) const {
        if (!options_.use_prior) return {};
        auto known = store_prior(store_, device_, call, candidate.info.name, candidate.space).prior;
        if (known || !hooks_.model) return known;
        return model_prior(candidate.space, hooks_.model(call, candidate.info.name));
    }

    void handle(Crew::Answer answer) {
        result_.busy_s += answer.busy_s;
        auto flight = std::exchange(flights_[answer.worker], std::nullopt);
        const auto who = "worker " + std::to_string(answer.worker + 1);
        if (flight && answer.event != Crew::Event::measured) flight->search->give_back(flight->job);
        switch (answer.event) {
            case Crew::Event::measured:
                return keep(*flight, answer);
            case Crew::Event::stopped:
                stopped_ = true;
                return;
            case Crew::Event::broken:
                std::rethrow_exception(answer.error);
            case Crew::Event::lost:
                lost_[answer.worker] = true;
                loss_ = answer.error;
                ++awaited_;
                if (workers_.size() > 1) note(who + " was lost: " + answer.reason);
                return;
            case Crew::Event::back:
                lost_[answer.worker] = false;
                --awaited_;
                return note(who + " is there again");
            case Crew::Event::gone:
                --awaited_;
                if (workers_.size() > 1) note(who + " was given up: " + answer.reason);
                if (std::ranges::all_of(lost_, [](bool lost) { return lost; }) && awaited_ == 0)
                    std::rethrow_exception(loss_);
                return;
        }
    }

    void keep(Flight& flight, Crew::Answer& answer) {
        auto record = flight.search->record_of(flight.job, std::move(answer.measurement));
        record.campaign = campaign_.uuid;
        record.device = device_;
        record.order_index = next_order_++;
        record.environment = environments_[answer.worker];
        record.taken_at = db::timestamp();
        record.source = workers_[answer.worker].source();
        commit(record);
        refuse_unknown_objective(record);
        flight.search->take(flight.job, record, answer.busy_s);
        report(record, flight.search->best_s());
    }

    void commit(const db::Record& record) {
        if (store_.add(std::span(&record, 1)) == 0)
            throw EnvironmentError("campaign " + campaign_.uuid + ": '" + record.call + "' with " +
                                   record.implementation + " " + record.config.text() +
                                   " is in the store already; is another process running this campaign?");
        ++result_.added;
    }

    void refuse_unknown_objective(const db::Record& record) const {
        if (!record.summary) return;
        for (const auto objective : options_.objectives)
            if (!db::value(record, objective))
                throw EnvironmentError("objective '" + std::string(db::name(objective)) +
                                       "': the worker's answer for '" + record.call + "' with " +
                                       record.implementation + " does not tell it; 'ridge doctor' says " +
                                       "which counters are readable here");
    }

    bool stop_requested() const { return hooks_.stop && hooks_.stop->load(); }

    void report(const db::Record& record, std::optional<double> best_s) {
        if (!hooks_.progress) return;
        Progress progress;
        progress.calls_done = schedule_->done().size();
        progress.calls_total = plan_.calls.size();
        progress.measured = known_ + result_.added;
        progress.planned = std::max(plan_.planned, progress.measured);
        progress.elapsed_s = seconds_since(begin_);
        progress.rate_per_s = static_cast<double>(result_.added) / std::max(progress.elapsed_s, 1e-9);
        progress.remaining_s =
            static_cast<double>(progress.planned - progress.measured) / progress.rate_per_s;
        if (options_.time_budget_s > 0)
            progress.remaining_s = std::clamp(options_.time_budget_s - elapsed_before_ - progress.elapsed_s,
                                              0.0, *progress.remaining_s);
        progress.last = &record;
        progress.best_s = best_s;
        hooks_.progress(progress);
    }

    void note(const std::string& text) {
        result_.notes.push_back(text);
        if (hooks_.note) hooks_.note(text);
    }

    db::Store& store_;
    std::span<Worker> workers_;
    CampaignOptions options_;
    const CampaignHooks& hooks_;
    Clock::time_point begin_ = Clock::now();
    Plan plan_;
    db::Campaign campaign_;
    std::string device_;
    std::vector<std::int64_t> environments_;  // of each worker
    std::size_t known_ = 0;                   // measured by earlier sessions
    std::int64_t next_order_ = 0;
    std::set<std::size_t> done_before_;  // calls
    double elapsed_before_ = 0;
    std::optional<Schedule> schedule_;
    std::vector<std::optional<Flight>> flights_;  // of each worker
    std::vector<bool> lost_;
    std::size_t awaited_ = 0;  // lost workers that may come back
    std::exception_ptr loss_;
    bool stopped_ = false;
    CampaignResult result_;
};

}  // namespace

CampaignResult run_campaign(db::Store& store, std::span<Worker> workers, const CampaignOptions& options,
                            const CampaignHooks& hooks) {
    check_options(options);
    auto fitting = options;
    fitting.budget.min_samples = std::min(options.budget.min_samples, options.budget.max_samples);
    Session session(store, workers, std::move(fitting), hooks);
    session.begin();
    return session.run();
}

CampaignResult resume_campaign(db::Store& store, std::span<Worker> workers, const std::string& uuid,
                               const CampaignHooks& hooks) {
    const auto campaign = find_campaign(store, uuid);
    const auto options =
        CampaignOptions::from_json(JsonReader(campaign.options, "campaign " + campaign.uuid + ", options"));
    refuse_changed_suite(options.suite, campaign.uuid);
    Session session(store, workers, options, hooks);
    session.go_on(campaign);
    return session.run();
}

}  // namespace ridge::tuner
