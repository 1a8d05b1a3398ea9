// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/statistics.hpp"
#include "tuner/simulation.hpp"

/// How good a searcher is on recorded spaces, by the performance-over-time score of Willemsen et al., "A
/// methodology for comparing auto-tuning optimization algorithms", Future Generation Computer Systems 2024,
/// and by plain figures (docs/tuning.md).
namespace ridge::tuner {

/// Configurations that other programs' searches tried, in order: indices in Replay::space().
using GivenTrials = std::vector<std::vector<std::size_t>>;

struct ScoreOptions {
    std::string searcher;
    /// Not empty: these searches are scored instead of the searcher's, one for each repeat.
    GivenTrials given = {};
    std::size_t repeats = 50;
    std::uint64_t seed = 1;      ///< of the first repeat; the others count up
    double cutoff = 0.95;        ///< p: the share of the way from median to optimum that ends the budget
    double first_cutoff = 0.01;  ///< where the time axis begins, as such a share
    std::size_t resolution = 1000;
    std::size_t threads = 1;
};

/// The recorded time in which random search is expected to get the share `cutoff` of the way from the median
/// to the optimum.
[[nodiscard]] double budget_s(const Replay& replay, double cutoff);

/// What random search without replacement is expected to find; `replay` outlives it.
class RandomBaseline {
  public:
    explicit RandomBaseline(const Replay& replay);
    /// The value after `time_s` seconds of recorded costs.
    [[nodiscard]] double at(double time_s) const;

  private:
    const std::vector<double>& values_;
    double per_value_s_ = 0;
};

inline constexpr std::array<std::size_t, 5> share_points = {10, 25, 50, 100, 200};
inline constexpr std::array<double, 3> closeness = {0.01, 0.05, 0.10};

/// A figure over the repeats, and what bootstrap samples of these make of it.
struct Figure {
    double value = 0;
    std::vector<double> resampled;
    [[nodiscard]] Interval interval() const;  ///< the middle 95 % of the samples
};

/// Of several spaces, each with repeats of its own: the spaces are these, the repeats could have been others.
[[nodiscard]] Figure mean_figure(std::span<const Figure> figures);

struct SpaceScore {
    /// Mean over the budget of (baseline - found) / (baseline - optimum); 1: the optimum at once.
    Figure score;
    double budget_s = 0;
    /// Optimum over best value after share_points evaluations: mean over the repeats, and the median.
    std::array<Figure, share_points.size()> share;
    std::array<double, share_points.size()> share_median{};
    /// Median over the repeats of the evaluations until the best is within `closeness` of the optimum, and
    /// its 95 % interval (median_interval); infinite where fewer get there within the longest search.
    std::array<double, closeness.size()> evaluations_until{};
    std::array<Interval, closeness.size()> until_interval{};
    std::size_t evaluations = 0;  ///< of all repeats
    double search_time_s = 0;     ///< processor time that the searches took, summed over the repeats
};

/// Runs options.repeats searches on a recorded space, in options.threads threads. `prior` may be empty.
[[nodiscard]] SpaceScore score(const Replay& replay, const ScoreOptions& options, const Prior& prior = {});

}  // namespace ridge::tuner
