// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "db/store.hpp"
#include "tuner/allocation.hpp"
#include "tuner/campaign_plan.hpp"
#include "tuner/lane.hpp"
#include "tuner/race.hpp"

namespace ridge::tuner {

/// What the search on a call needs from around it; the pointed-to objects outlive it.
struct CallContext {
    const Plan* plan = nullptr;
    const CampaignOptions* options = nullptr;
    std::function<Prior(const SuiteCall&, const Candidate&)> prior;
    std::function<bool()> out_of_time;   ///< no further configuration should be begun
    std::optional<double> roof_time_s;   ///< the least time that the roofs allow, where known
    std::vector<db::Record> known = {};  ///< what earlier sessions measured of this call
    std::function<void(const std::string&)> note;
};

/// The search on one call: a lane for each implementation, by turns, then the final of the best ones. It
/// measures nothing itself; several of its configurations may be in flight.
class CallSearch {
  public:
    CallSearch(const PlannedCall& planned, CallContext context);

    /// A configuration to be measured.
    struct Job {
        std::size_t lane = 0;
        std::size_t index = 0;  ///< in the lane's space; of the finalist in a final
        bool final = false;
        protocol::MeasureRequest request;
    };
    /// What to measure next; nothing while others are in flight that have to be waited for, or when it is
    /// over. `beside`: see Lane::next().
    [[nodiscard]] std::optional<Job> next(bool beside);
    /// What an answer is for the store: all but campaign, device, environment, place, moment and source.
    [[nodiscard]] db::Record record_of(const Job& job, Measurement measurement);
    /// Learns from it; `busy_s` are the seconds that the worker took.
    void take(const Job& job, const db::Record& record, double busy_s);
    void give_back(const Job& job);  ///< it was not measured

    /// Proposes nothing any more, and comes to the final.
    void close_lanes();

    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
    [[nodiscard]] bool over() const { return over_ && in_flight_ == 0; }
    [[nodiscard]] bool cut_by_time() const { return cut_; }
    [[nodiscard]] const SuiteCall& call() const { return planned_->call; }
    [[nodiscard]] std::optional<double> best_s() const { return best_s_; }
    /// Whether every lane has had its default configuration, so that further ones are a matter of choice.
    [[nodiscard]] bool begun() const;
    [[nodiscard]] const Course& course() const { return course_; }

  private:
    [[nodiscard]] std::optional<Job> next_of_lanes(bool beside);
    [[nodiscard]] std::optional<Job> job_unless_known(std::size_t lane, std::size_t index);
    [[nodiscard]] std::optional<Job> next_of_final();
    [[nodiscard]] bool is_good_enough() const;
    [[nodiscard]] bool timed_only() const;
    [[nodiscard]] protocol::MeasureRequest request_of(const std::string& implementation,
                                                      const KernelConfig& config) const;
    void begin_final();
    void learn(std::size_t lane, std::size_t index, const db::Record& record);

    const PlannedCall* planned_;
    CallContext context_;
    std::vector<Lane> lanes_;
    std::size_t turn_ = 0;  // lane that is asked next
    std::map<std::string, db::Record> known_;
    std::vector<db::Record> first_, later_;  // ok ones of round 0, and those of later rounds
    std::optional<Race> race_;
    std::size_t in_flight_ = 0;
    std::optional<double> best_s_;
    // The best of this call among the implementations that have something to tune: a library without
    // parameters is measured whole, and a kernel that it beats is still worth tuning.
    std::optional<protocol::Rival> rival_;
    std::optional<double> racing_best_s_;
    Course course_;
    bool cut_ = false, over_ = false;
};

}  // namespace ridge::tuner
