// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "tuner/call_search.hpp"
#include "tuner/campaign.hpp"
#include "tuner/campaign_plan.hpp"

namespace ridge::tuner {

/// A configuration to be measured, and the search that wants it.
struct Flight {
    CallSearch* search = nullptr;
    CallSearch::Job job;
};

struct ScheduleHooks {
    std::function<double()> now_s;  ///< since the session began
    /// Begins the search on a call, which should open no further configuration after `deadline_s`.
    std::function<std::unique_ptr<CallSearch>(const PlannedCall& planned, double deadline_s)> search;
    std::function<void()> finished;  ///< a call is over
};

/// Which call a free worker goes for. As many calls are searched at once as there are workers, in the order
/// of the suite; several workers go for one call when no other is left. For the whole suite all calls are
/// searched at once, and after their default configurations each measurement goes where it is expected to
/// bring most.
class Schedule {
  public:
    /// `done` are the calls that earlier sessions finished, `elapsed_before_s` the time that these took. What
    /// is referred to outlives it.
    Schedule(const Plan& plan, const CampaignOptions& options, std::size_t workers,
             std::set<std::size_t> done, ScheduleHooks hooks, double elapsed_before_s);

    /// The next measurement; nothing when there is none before an answer in flight, or none at all.
    [[nodiscard]] std::optional<Flight> next();
    [[nodiscard]] const std::set<std::size_t>& done() const { return done_; }
    [[nodiscard]] bool all_done() const { return done_.size() == plan_.calls.size(); }
    [[nodiscard]] std::size_t cut_by_time() const { return cut_by_time_; }  ///< calls

  private:
    /// A call that is being searched.
    struct Active {
        std::size_t call = 0;
        double deadline_s = 0;
        std::unique_ptr<CallSearch> search;
    };

    bool open_next();
    bool close_finished();
    void end_when_spent();
    [[nodiscard]] double deadline_of(std::size_t call) const;
    [[nodiscard]] std::vector<std::size_t> order_of_asking() const;
    [[nodiscard]] std::vector<double> worths() const;

    const Plan& plan_;
    const CampaignOptions& options_;
    std::size_t workers_;
    std::set<std::size_t> done_;
    ScheduleHooks hooks_;
    double elapsed_before_s_;
    std::vector<Active> active_;
    std::size_t measured_ = 0;  // of the calls that are over
    std::size_t cut_by_time_ = 0;
};

}  // namespace ridge::tuner
