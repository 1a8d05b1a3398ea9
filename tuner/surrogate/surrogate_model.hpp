// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tuner/searcher.hpp"
#include "tuner/surrogate/features.hpp"
#include "tuner/surrogate/gaussian_process.hpp"
#include "tuner/trials.hpp"

namespace ridge::tuner {

/// What the trials of a search let one expect of configurations that were not tried: a Gaussian process of
/// the logarithm of the value, around a prior where there is one, and how likely a configuration is ok at
/// all. In a large space it looks at a sample and the surroundings of the best configurations, drawn anew now
/// and then.
class SurrogateModel {
  public:
    /// `prior` may be empty.
    SurrogateModel(const SearchSpace& space, const Prior& prior);

    /// Takes in what became known since the last time. `random` chooses samples.
    void learn(const Trials& trials, Random& random);

    /// The untried configuration with the greatest expected improvement of the best value (Jones, Schonlau,
    /// Welch 1998), weighed by the chance that it is ok; nothing when every candidate was tried. Needs one ok
    /// trial.
    [[nodiscard]] std::optional<std::size_t> most_promising() const;
    /// Of the given ones the untried one with the least expected value; nothing when there is none among the
    /// candidates.
    [[nodiscard]] std::optional<std::size_t> least_expected(const std::vector<std::size_t>& among) const;

  private:
    void take(const Trials& trials, std::size_t index);
    void rebuild(const Trials& trials, Random& random);
    void choose_candidates(const Trials& trials, Random& random);
    void scale_values(const Trials& trials);
    void observe(const Trials& trials, std::size_t index);
    void weigh(std::size_t index, bool ok);
    /// Whether the candidates are a part of the space only.
    [[nodiscard]] bool sampled() const;
    [[nodiscard]] std::vector<std::size_t> sample_of_observations(const Trials& trials, Random& random) const;
    [[nodiscard]] Eigen::RowVectorXf point(std::size_t index) const;
    [[nodiscard]] Points points(const std::vector<std::size_t>& indices) const;
    [[nodiscard]] double expected_by_prior(std::size_t index) const;
    [[nodiscard]] double standard(const Trials& trials, std::size_t index) const;
    [[nodiscard]] double chance_of_ok(std::size_t row) const;

    const SearchSpace& space_;
    Features features_;
    Prior prior_;
    double prior_usual_ = 0;   // logarithm that stands for a configuration of which the prior knows nothing
    double prior_spread_ = 0;  // standard deviation of the prior's logarithms
    std::size_t taken_ = 0;    // of the trials' history
    std::vector<std::size_t> ok_;
    bool failures_ = false;

    KernelScales scales_;
    std::size_t fitted_on_ = 0;  // ok trials when the scales were fitted last
    double centre_ = 0, spread_ = 1;
    std::optional<double> best_;  // logarithm of the best value

    std::vector<std::size_t> candidates_;
    std::unordered_map<std::size_t, std::size_t> row_of_;
    Points candidate_points_;
    std::vector<char> tried_;          // of each candidate
    Eigen::VectorXf candidate_prior_;  // logarithm expected by the prior
    Eigen::VectorXf weight_ok_, weight_bad_;
    std::optional<GaussianProcess> process_;
};

}  // namespace ridge::tuner
