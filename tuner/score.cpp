// SPDX-License-Identifier: Apache-2.0
#include "tuner/score.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t bootstrap_samples = 200;

/// One search of a score: on each point of the time axis the rank of the best value among all values, the
/// worst being 0.
struct Repeat {
    std::vector<double> ranks;
    std::array<double, share_points.size()> share{};
    std::array<double, closeness.size()> until{};
    std::size_t evaluations = 0;
    double search_time_s = 0;
};

/// Proposes what another program's search tried.
class GivenSearcher : public Searcher {
  public:
    explicit GivenSearcher(std::vector<std::size_t> trials) : trials_(std::move(trials)) {}
    [[nodiscard]] std::string_view name() const override { return "given"; }
    void start(const SearchSpace&, std::uint64_t, const Prior&) override { next_ = 0; }
    [[nodiscard]] std::optional<std::size_t> next() override {
        return next_ < trials_.size() ? std::optional(trials_[next_]) : std::nullopt;
    }
    void tell(std::size_t, const Outcome&) override { ++next_; }

  private:
    std::vector<std::size_t> trials_;
    std::size_t next_ = 0;
};

std::unique_ptr<Searcher> searcher_for(const ScoreOptions& options, std::size_t repeat) {
    if (options.given.empty()) return make_searcher(options.searcher);
    return std::make_unique<GivenSearcher>(options.given[repeat]);
}

double rank_of(const Replay& replay, double value) {
    const auto& values = replay.values();  // the worst first
    return static_cast<double>(std::ranges::lower_bound(values, value, std::greater()) - values.begin());
}

std::vector<double> ranks_on(const std::vector<double>& axis_s, const Replay& replay,
                             const std::vector<SimulatedTrial>& trials) {
    std::vector<double> out(axis_s.size(), 0);
    std::size_t trial = 0;
    double rank = 0;
    for (std::size_t i = 0; i < axis_s.size(); ++i) {
        for (; trial < trials.size() && trials[trial].elapsed_s <= axis_s[i]; ++trial)
            if (trials[trial].best) rank = rank_of(replay, *trials[trial].best);
        out[i] = rank;
    }
    return out;
}

double share_after(const std::vector<SimulatedTrial>& trials, std::size_t evaluations, double optimum) {
    if (trials.empty()) return 0;
    const auto& last = trials[std::min(evaluations, trials.size()) - 1];
    return last.best ? optimum / *last.best : 0;
}

double evaluations_until(const std::vector<SimulatedTrial>& trials, double value) {
    const auto found = std::ranges::find_if(
        trials, [&](const SimulatedTrial& trial) { return trial.best && *trial.best <= value; });
    return found == trials.end() ? infinity : static_cast<double>(found - trials.begin() + 1);
}

// Of this thread.
double processor_time_s() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Repeat one_repeat(const Replay& replay, const ScoreOptions& options, const std::vector<double>& axis_s,
                  std::size_t number, const Prior& prior) {
    const auto searcher = searcher_for(options, number);
    double begin_s = processor_time_s();
    // To the end of the budget, and to the last of the share points if that is later.
    auto trials = replay.run(*searcher, options.seed + number, {.time_s = axis_s.back()}, prior);
    if (trials.size() < share_points.back()) {
        begin_s = processor_time_s();
        trials = replay.run(*searcher, options.seed + number, {.evaluations = share_points.back()}, prior);
    }
    Repeat out;
    out.search_time_s = processor_time_s() - begin_s;
    out.evaluations = trials.size();
    out.ranks = ranks_on(axis_s, replay, trials);
    const double optimum = replay.values().back();
    for (std::size_t i = 0; i < share_points.size(); ++i)
        out.share[i] = share_after(trials, share_points[i], optimum);
    for (std::size_t i = 0; i < closeness.size(); ++i)
        out.until[i] = evaluations_until(trials, optimum * (1 + closeness[i]));
    return out;
}

std::vector<Repeat> all_repeats(const Replay& replay, const ScoreOptions& options,
                                const std::vector<double>& axis_s, const Prior& prior) {
    std::vector<Repeat> out(options.repeats);
    std::atomic<std::size_t> next = 0;
    std::exception_ptr error;
    std::mutex guard;
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < out.size(); i = next++)
                out[i] = one_repeat(replay, options, axis_s, i, prior);
        } catch (...) {
            const std::lock_guard lock(guard);
            error = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < options.threads; ++i) threads.emplace_back(work);
        work();
    }
    if (error) std::rethrow_exception(error);
    return out;
}

std::vector<double> time_axis(const Replay& replay, const ScoreOptions& options) {
    const double first = budget_s(replay, options.first_cutoff), last = budget_s(replay, options.cutoff);
    std::vector<double> axis;
    for (std::size_t i = 0; i < options.resolution; ++i)
        axis.push_back(first +
                       (last - first) * static_cast<double>(i) / static_cast<double>(options.resolution - 1));
    return axis;
}

/// The score of a set of repeats: their mean rank at each time is turned back into a value and compared with
/// the baseline.
double score_of(const Replay& replay, const std::vector<double>& baseline, const std::vector<Repeat>& repeats,
                const std::vector<std::size_t>& chosen) {
    const auto& values = replay.values();
    const double optimum = values.back();
    double sum = 0;
    for (std::size_t i = 0; i < baseline.size(); ++i) {
        double rank = 0;
        for (const auto one : chosen) rank += repeats[one].ranks[i];
        rank = std::round(rank / static_cast<double>(chosen.size()));
        const double found = values[std::min(values.size() - 1, static_cast<std::size_t>(rank))];
        const double room = baseline[i] - optimum;
        sum += room > 0 ? (baseline[i] - found) / room : (found <= optimum ? 1 : 0);
    }
    return sum / static_cast<double>(baseline.size());
}

// What `of` says of all repeats, and of repeats drawn anew, with replacement, again and again. Every space
// draws the same repeats, by the same seed: repeat k of each was run with the same seed (one_repeat), so that
// searches of alike spaces (a kernel on two devices) go well or badly together. mean_figure adds the draws in
// this order and so keeps what repeats have in common; drawn apart, the same space recorded twice would count
// as twice the evidence. Where repeats have nothing in common, their products cancel in the mean.
template <typename Of>
Figure bootstrap(std::size_t repeats, std::uint64_t seed, const Of& of) {
    Random random(seed);
    std::vector<std::size_t> chosen(repeats);
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    Figure out{.value = of(chosen), .resampled = {}};
    for (std::size_t sample = 0; sample < bootstrap_samples; ++sample) {
        for (auto& one : chosen) one = static_cast<std::size_t>(below(random, repeats));
        out.resampled.push_back(of(chosen));
    }
    return out;
}

Figure mean_of(const std::vector<double>& values, std::uint64_t seed) {
    return bootstrap(values.size(), seed, [&](const std::vector<std::size_t>& chosen) {
        double sum = 0;
        for (const auto one : chosen) sum += values[one];
        return sum / static_cast<double>(chosen.size());
    });
}

// Half of the repeats got there: the middle one, or the later of the two middle ones, since some may be
// infinite.
double upper_median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void check(const ScoreOptions& options) {
    const auto refuse = [](const std::string& what) { throw InputError("score: " + what); };
    if (options.repeats == 0) refuse("repeats is 0, should be at least 1");
    if (!options.given.empty() && options.given.size() != options.repeats)
        refuse("there are " + std::to_string(options.given.size()) + " searches for " +
               std::to_string(options.repeats) + " repeats");
    if (options.resolution < 2) refuse("resolution should be at least 2");
    if (!(options.first_cutoff > 0 && options.first_cutoff < options.cutoff && options.cutoff < 1))
        refuse("the cut-offs should satisfy 0 < first < last < 1");
}

}  // namespace

double budget_s(const Replay& replay, double cutoff) {
    const auto& values = replay.values();
    const double optimum = values.back(), middle = values[values.size() / 2];
    const double target = optimum + (middle - optimum) * (1 - cutoff);
    const auto first = std::ranges::find_if(values, [&](double value) { return value <= target; });
    const auto place = static_cast<double>(first - values.begin() + 1);
    const double evaluations = std::ceil(place / (static_cast<double>(values.size()) + 1 - place));
    std::vector<double> costs;
    for (std::size_t i = 0; i < replay.space().size(); ++i) costs.push_back(replay.cost_s(i));
    return evaluations * median(costs);
}

RandomBaseline::RandomBaseline(const Replay& replay) : values_(replay.values()) {
    std::vector<double> good, bad;
    for (std::size_t i = 0; i < replay.space().size(); ++i)
        (replay.outcome(i).value ? good : bad).push_back(replay.cost_s(i));
    const double share_bad = static_cast<double>(bad.size()) / static_cast<double>(replay.space().size());
    per_value_s_ = mean(good) + (bad.empty() ? 0 : share_bad * mean(bad));
}

double RandomBaseline::at(double time_s) const {
    const auto count = static_cast<double>(values_.size());
    const double drawn = std::max(1.0, std::round(time_s / per_value_s_));
    const double rank = std::min(count - 1, std::round(drawn * (count + 1) / (drawn + 1)));
    return values_[static_cast<std::size_t>(rank)];
}

Interval Figure::interval() const { return {quantile(resampled, 0.025), quantile(resampled, 0.975)}; }

Figure mean_figure(std::span<const Figure> figures) {
    const auto count = static_cast<double>(figures.size());
    Figure out{.value = 0, .resampled = std::vector<double>(bootstrap_samples, 0)};
    for (const auto& one : figures) {
        out.value += one.value / count;
        for (std::size_t i = 0; i < bootstrap_samples; ++i) out.resampled[i] += one.resampled[i] / count;
    }
    return out;
}

SpaceScore score(const Replay& replay, const ScoreOptions& options, const Prior& prior) {
    check(options);
    const auto axis_s = time_axis(replay, options);
    const RandomBaseline random(replay);
    std::vector<double> baseline;
    for (const double time_s : axis_s) baseline.push_back(random.at(time_s));
    const auto repeats = all_repeats(replay, options, axis_s, prior);

    SpaceScore out;
    out.budget_s = axis_s.back();
    out.score = bootstrap(repeats.size(), options.seed, [&](const std::vector<std::size_t>& chosen) {
        return score_of(replay, baseline, repeats, chosen);
    });
    const auto column = [&](const auto& of) {
        std::vector<double> values;
        for (const auto& repeat : repeats) values.push_back(of(repeat));
        return values;
    };
    for (std::size_t i = 0; i < share_points.size(); ++i) {
        const auto shares = column([i](const Repeat& repeat) { return repeat.share[i]; });
        out.share[i] = mean_of(shares, options.seed);
        out.share_median[i] = median(shares);
    }
    for (std::size_t i = 0; i < closeness.size(); ++i) {
        const auto evaluations = column([i](const Repeat& repeat) { return repeat.until[i]; });
        out.evaluations_until[i] = upper_median(evaluations);
        out.until_interval[i] = median_interval(evaluations);
    }
    for (const auto& repeat : repeats) {
        out.evaluations += repeat.evaluations;
        out.search_time_s += repeat.search_time_s;
    }
    return out;
}

}  // namespace ridge::tuner
