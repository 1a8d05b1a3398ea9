// SPDX-License-Identifier: Apache-2.0
#include "profiler/sampler.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::profiler {
namespace {

constexpr double warm_up_s = 0.005;  // enough for the clock to rise and the thread pool to wake
constexpr int warm_up_runs = 2;
constexpr int most_warm_up_runs = 100'000;
constexpr std::int64_t discards_per_sample = 3;

struct Sample {
    double elapsed_s = 0;
    double waited_s = 0;
    std::optional<double> energy_j;
};

std::optional<double> energy_now(const Timer& timer) {
    return timer.energy_j ? timer.energy_j() : std::nullopt;
}

Sample take(const Timer& timer, const TimedWork& work, std::int64_t runs) {
    if (work.make_cold) work.make_cold();
    const double waited_before = timer.waited_s ? timer.waited_s() : 0.0;
    const auto energy_before = energy_now(timer);
    const double start = timer.now_s();
    for (std::int64_t i = 0; i < runs; ++i) work.run();
    Sample sample;
    sample.elapsed_s = timer.now_s() - start;
    const auto energy_after = energy_now(timer);
    if (energy_before && energy_after) sample.energy_j = *energy_after - *energy_before;
    sample.waited_s = timer.waited_s ? timer.waited_s() - waited_before : 0.0;
    return sample;
}

// A single try that was disturbed would pass for long enough; one that takes a good part of the time budget
// is believed at once, so that long kernels are not run in vain.
double shortest_of_three(const Timer& timer, const TimedWork& work, std::int64_t runs, double max_time_s) {
    double shortest_s = take(timer, work, runs).elapsed_s;
    for (int i = 1; i < 3 && shortest_s < 0.1 * max_time_s; ++i)
        shortest_s = std::min(shortest_s, take(timer, work, runs).elapsed_s);
    return shortest_s;
}

// Runs in one warm sample: enough for clock_steps_per_sample, found by growing tenfold at most, which also
// warms up.
std::int64_t calibrate(const Timer& timer, const TimedWork& work, double max_time_s) {
    const double wanted_s = clock_steps_per_sample * timer.resolution_s;
    constexpr std::int64_t most_runs = 1'000'000;
    std::int64_t runs = 1;
    for (;;) {
        const double elapsed_s = shortest_of_three(timer, work, runs, max_time_s);
        if (elapsed_s >= wanted_s || runs >= most_runs) return runs;
        const double growth = elapsed_s > 0 ? std::clamp(1.2 * wanted_s / elapsed_s, 1.2, 10.0) : 10.0;
        runs = std::min(most_runs, static_cast<std::int64_t>(std::ceil(static_cast<double>(runs) * growth)));
    }
}

void warm_up(const Timer& timer, const TimedWork& work, double max_time_s) {
    const double start = timer.now_s();
    const double enough_s = std::min(warm_up_s, 0.1 * max_time_s);
    for (int i = 0; i < warm_up_runs || (i < most_warm_up_runs && timer.now_s() - start < enough_s); ++i) {
        work.run();
        if (timer.now_s() - start > max_time_s) return;
    }
}

bool is_usable(const Sample& sample, const Timer& timer) {
    return sample.elapsed_s >= timer.resolution_s && sample.waited_s <= disturbed_share * sample.elapsed_s;
}

std::string no_sample_reason(std::int64_t discarded) {
    return "no undisturbed sample: in all " + std::to_string(discarded) +
           " taken, threads waited for a core longer than 2 % of the time or the run was shorter than the "
           "clock can tell; "
           "is other work running on this machine?";
}

// The energy of one run, where every sample kept has one and the counter moved at all.
class EnergySum {
  public:
    void add(const std::optional<double>& energy_j, std::int64_t runs) {
        complete_ = complete_ && energy_j.has_value();
        total_j_ += energy_j.value_or(0.0);
        runs_ += runs;
    }
    [[nodiscard]] std::optional<double> per_run() const {
        if (!complete_ || runs_ == 0 || total_j_ <= 0) return std::nullopt;
        return total_j_ / static_cast<double>(runs_);
    }

  private:
    bool complete_ = true;
    double total_j_ = 0;
    std::int64_t runs_ = 0;
};

}  // namespace

Sampling sample(const Timer& timer, const TimedWork& work, const protocol::Budget& budget) {
    warm_up(timer, work, budget.max_time_s);
    const std::int64_t runs = work.make_cold ? 1 : calibrate(timer, work, budget.max_time_s);
    Sampling sampling;
    EnergySum energy;
    const double start = timer.now_s();
    while (sampling.stop == Stop::go_on) {
        const auto one = take(timer, work, runs);
        if (is_usable(one, timer)) {
            sampling.samples_s.push_back(one.elapsed_s / static_cast<double>(runs));
            energy.add(one.energy_j, runs);
        } else {
            ++sampling.discarded;
        }
        const auto kept = static_cast<std::int64_t>(sampling.samples_s.size());
        sampling.stop = decide(sampling.samples_s, timer.now_s() - start, budget);
        if (sampling.stop == Stop::go_on &&
            sampling.discarded >= discards_per_sample * std::max(kept, budget.min_samples))
            break;
    }
    if (sampling.samples_s.empty())
        sampling.reason = no_sample_reason(sampling.discarded);
    else if (sampling.stop == Stop::go_on)
        sampling.stop = Stop::budget;
    sampling.energy_j = energy.per_run();
    return sampling;
}

}  // namespace ridge::profiler
