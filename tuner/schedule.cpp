// SPDX-License-Identifier: Apache-2.0
#include "tuner/schedule.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ridge::tuner {

Schedule::Schedule(const Plan& plan, const CampaignOptions& options, std::size_t workers,
                   std::set<std::size_t> done, ScheduleHooks hooks, double elapsed_before_s)
    : plan_(plan),
      options_(options),
      workers_(workers),
      done_(std::move(done)),
      hooks_(std::move(hooks)),
      elapsed_before_s_(elapsed_before_s) {}

std::optional<Flight> Schedule::next() {
    const auto most = options_.whole_suite ? plan_.calls.size() : workers_;
    for (;;) {
        while (active_.size() < most && open_next()) {
        }
        end_when_spent();
        for (const bool beside : {false, true})
            for (const auto place : order_of_asking())
                if (auto job = active_[place].search->next(beside && workers_ > 1))
                    return Flight{active_[place].search.get(), std::move(*job)};
        if (!close_finished()) return std::nullopt;
    }
}

bool Schedule::open_next() {
    const auto is_active = [&](std::size_t call) {
        return std::ranges::find(active_, call, &Active::call) != active_.end();
    };
    std::size_t call = 0;
    while (call < plan_.calls.size() && (done_.contains(call) || is_active(call))) ++call;
    if (call == plan_.calls.size()) return false;
    const double deadline_s = deadline_of(call);
    active_.push_back(
        {.call = call, .deadline_s = deadline_s, .search = hooks_.search(plan_.calls[call], deadline_s)});
    return true;
}

// Whether a call that is over has made room for another one.
bool Schedule::close_finished() {
    const auto before = done_.size();
    for (const auto& active : active_) {
        if (!active.search->over()) continue;
        if (active.search->cut_by_time()) ++cut_by_time_;
        done_.insert(active.call);
        measured_ += active.search->course().best.size();
    }
    std::erase_if(active_, [](const Active& active) { return active.search->over(); });
    if (done_.size() > before) hooks_.finished();
    return done_.size() > before;
}

// What is left of the workers' time is shared among the calls that are not begun, by their weights; one
// worker at a time is on a call.
double Schedule::deadline_of(std::size_t call) const {
    const double now = hooks_.now_s();
    const double left = std::max(0.0, options_.time_budget_s - elapsed_before_s_ - now);
    if (options_.whole_suite) return now + left;
    double weights = 0, spoken_for = 0;
    for (std::size_t i = 0; i < plan_.calls.size(); ++i) {
        const auto active = std::ranges::find(active_, i, &Active::call);
        if (active != active_.end())
            spoken_for += std::max(0.0, active->deadline_s - now);
        else if (!done_.contains(i))
            weights += plan_.calls[i].call.weight;
    }
    const double whole = left * static_cast<double>(workers_) - spoken_for;
    return now + std::clamp(whole * plan_.calls[call].call.weight / weights, 0.0, left);
}

// The calls with the fewest configurations in flight first; for the whole suite, after the default
// configurations of all, those where most is to be gained.
std::vector<std::size_t> Schedule::order_of_asking() const {
    std::vector<std::size_t> order(active_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (options_.whole_suite) {
        const auto worth = worths();
        std::ranges::stable_sort(order, std::greater(), [&](std::size_t place) { return worth[place]; });
    } else {
        std::ranges::stable_sort(order, {},
                                 [&](std::size_t place) { return active_[place].search->in_flight(); });
    }
    return order;
}

std::vector<double> Schedule::worths() const {
    std::vector<Course> courses;
    for (const auto& active : active_) courses.push_back(active.search->course());
    auto worth = expected_gains(courses);
    for (std::size_t i = 0; i < worth.size(); ++i) {
        const auto& course = courses[i];
        if (options_.time_budget_s > 0 && course.spent_s > 0)
            worth[i] *= static_cast<double>(course.best.size()) / course.spent_s;
        if (!active_[i].search->begun()) worth[i] = std::numeric_limits<double>::infinity();
    }
    return worth;
}

// When the suite's measurements are spent, what is left are the finals.
void Schedule::end_when_spent() {
    if (!options_.whole_suite || options_.max_configs == 0) return;
    auto measured = measured_;
    for (const auto& active : active_)
        measured += active.search->course().best.size() + active.search->in_flight();
    if (measured < plan_.planned) return;
    for (auto& active : active_)
        if (active.search->begun()) active.search->close_lanes();
}

}  // namespace ridge::tuner
