// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/surrogate_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tuner/neighbours.hpp"

namespace ridge::tuner {
namespace {

// A suggestion takes time in proportion to candidates times observations: these keep it at milliseconds.
constexpr std::size_t max_candidates = 6000;
constexpr std::size_t max_observations = 256;
// Of a full model the best half and a random quarter stay.
constexpr std::size_t kept_best = max_observations / 2, kept_others = max_observations / 4;
// The likelihood is looked at some fifty times, each in time proportional to the cube of this.
constexpr std::size_t max_fit = 120;
// Scales are fitted again when there are this many times the trials of the last time.
constexpr double refit_growth = 1.3;
// Around so many of the best configurations every neighbour is a candidate.
constexpr std::size_t explored_best = 16;
// Over this distance in the features a configuration speaks for others being ok or not; without any it is ok.
constexpr float failure_length = 0.15F;
constexpr float failure_doubt = 0.5F;
constexpr std::size_t prior_sample = 512;
// What is expected of the variance counts as so many trials: a prior may be off by its own spread, which the
// first few trials, alike by choice, do not refute; without one, a single trial, or several alike, say
// nothing.
constexpr double trials_of_prior = 5, trials_of_none = 1;
// Two devices differ, with half of the variance, by what each parameter brings on its own.
constexpr double additive_with_prior = 0.5;

// Density and distribution of the standard normal.
double density(double u) { return std::exp(-u * u / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2; }
double distribution(double u) { return std::erfc(-u / std::numbers::sqrt2) / 2; }

// For u below -6 the difference of the exact terms is lost to rounding; the first term of its series is not.
double expected_improvement(double u, double deviation) {
    return deviation * (u > -6 ? u * distribution(u) + density(u) : density(u) / (u * u));
}

struct Moments {
    double mean = 0, deviation = 0;
};

Moments moments(const std::vector<double>& values) {
    Moments out;
    for (const double value : values) out.mean += value / static_cast<double>(values.size());
    for (const double value : values) out.deviation += (value - out.mean) * (value - out.mean);
    out.deviation = std::sqrt(out.deviation / static_cast<double>(values.size()));
    return out;
}

}  // namespace

SurrogateModel::SurrogateModel(const SearchSpace& space, const Prior& prior)
    : space_(space), features_(space), prior_(prior) {
    scales_.length = Eigen::VectorXf::Constant(static_cast<Eigen::Index>(features_.size()), 0.5F);
    if (!prior_) return;
    // The same sample whatever the search's seed is: it only sets a scale.
    Random random(1);
    std::vector<double> logarithms;
    for (std::size_t i = 0; i < prior_sample; ++i)
        if (const auto value = prior_(space.random_index(random))) logarithms.push_back(std::log(*value));
    if (logarithms.empty()) {
        prior_ = {};
        return;
    }
    scales_.additive = additive_with_prior;
    scales_.parameter = features_.parameter_of();
    const auto [mean, deviation] = moments(logarithms);
    prior_usual_ = mean, prior_spread_ = deviation;
}

double SurrogateModel::expected_by_prior(std::size_t index) const {
    if (!prior_) return 0;
    const auto value = prior_(index);
    return value ? std::log(*value) : prior_usual_;
}

Eigen::RowVectorXf SurrogateModel::point(std::size_t index) const {
    Eigen::RowVectorXf out(static_cast<Eigen::Index>(features_.size()));
    features_.write(space_.choice(index), {out.data(), features_.size()});
    return out;
}

Points SurrogateModel::points(const std::vector<std::size_t>& indices) const {
    Points out(static_cast<Eigen::Index>(indices.size()), static_cast<Eigen::Index>(features_.size()));
    for (std::size_t i = 0; i < indices.size(); ++i)
        out.row(static_cast<Eigen::Index>(i)) = point(indices[i]);
    return out;
}

void SurrogateModel::learn(const Trials& trials, Random& random) {
    const auto& history = trials.history();
    const auto first = taken_;
    const bool failed_before = failures_;
    for (; taken_ < history.size(); ++taken_) {
        const auto index = history[taken_];
        if (std::isfinite(trials.value(index)))
            ok_.push_back(index);
        else
            failures_ = true;
    }
    if (ok_.empty()) return;
    const bool grown = static_cast<double>(ok_.size()) >= refit_growth * static_cast<double>(fitted_on_);
    const bool full = process_ && process_->observations() + (history.size() - first) > max_observations;
    if (grown || full || failures_ != failed_before) return rebuild(trials, random);
    const auto best_before = best_;
    for (auto i = first; i < history.size(); ++i) take(trials, history[i]);
    // The surroundings of a new best configuration are not all among the candidates of a sample.
    if (sampled() && best_ != best_before) rebuild(trials, random);
}

void SurrogateModel::take(const Trials& trials, std::size_t index) {
    if (const auto row = row_of_.find(index); row != row_of_.end()) tried_[row->second] = 1;
    const bool ok = std::isfinite(trials.value(index));
    if (failures_) weigh(index, ok);
    if (ok) observe(trials, index);
}

bool SurrogateModel::sampled() const { return space_.size() > max_candidates; }

std::vector<std::size_t> SurrogateModel::sample_of_observations(const Trials& trials, Random& random) const {
    auto sample = ok_;
    if (sample.size() <= kept_best + kept_others) return sample;
    std::ranges::stable_sort(sample, {}, [&](std::size_t index) { return trials.value(index); });
    for (std::size_t i = kept_best; i < kept_best + kept_others; ++i)
        std::swap(sample[i], sample[i + static_cast<std::size_t>(below(random, sample.size() - i))]);
    sample.resize(kept_best + kept_others);
    return sample;
}

// Chooses candidates and observations anew, fits the scales when there is enough new to go by, and begins
// again.
void SurrogateModel::rebuild(const Trials& trials, Random& random) {
    scale_values(trials);
    const auto sample = sample_of_observations(trials, random);
    if (static_cast<double>(ok_.size()) >= refit_growth * static_cast<double>(fitted_on_)) {
        auto part = sample;
        for (std::size_t i = 0; part.size() > max_fit && i < max_fit; ++i)
            std::swap(part[i], part[i + static_cast<std::size_t>(below(random, part.size() - i))]);
        part.resize(std::min(part.size(), max_fit));
        Eigen::VectorXd values(static_cast<Eigen::Index>(part.size()));
        for (std::size_t i = 0; i < part.size(); ++i)
            values[static_cast<Eigen::Index>(i)] = standard(trials, part[i]);
        if (part.size() > 2 && features_.size() > 0)
            scales_ = fit_scales(points(part), values, scales_, features_.scale_of());
        fitted_on_ = ok_.size();
    }
    choose_candidates(trials, random);
    process_.emplace(candidate_points_, scales_, max_observations);
    for (const auto index : sample) process_->observe(point(index), standard(trials, index));
}

void SurrogateModel::scale_values(const Trials& trials) {
    std::vector<double> values;
    best_.reset();
    for (const auto index : ok_) {
        const double value = std::log(trials.value(index));
        best_ = std::min(value, best_.value_or(value));
        values.push_back(value - expected_by_prior(index));
    }
    const auto [mean, deviation] = moments(values);
    centre_ = mean;
    spread_ = prior_ ? prior_spread_ : deviation;
    if (!(spread_ > 0)) spread_ = 1;
}

double SurrogateModel::standard(const Trials& trials, std::size_t index) const {
    return (std::log(trials.value(index)) - expected_by_prior(index) - centre_) / spread_;
}

void SurrogateModel::choose_candidates(const Trials& trials, Random& random) {
    candidates_.clear();
    row_of_.clear();
    const auto add = [&](std::size_t index) {
        if (!trials.known(index) && row_of_.emplace(index, candidates_.size()).second)
            candidates_.push_back(index);
    };
    if (!sampled()) {
        for (std::size_t index = 0; index < space_.size(); ++index) add(index);
    } else {
        auto best = ok_;
        const auto count = std::min(explored_best, best.size());
        std::ranges::partial_sort(best, best.begin() + static_cast<std::ptrdiff_t>(count), {},
                                  [&](std::size_t index) { return trials.value(index); });
        for (std::size_t i = 0; i < count; ++i)
            for (const auto neighbour : one_apart(space_, best[i]))
                if (candidates_.size() < max_candidates / 2) add(neighbour);
        for (auto left = max_candidates - candidates_.size(); left > 0; --left)
            add(space_.random_index(random));
    }
    candidate_points_ = points(candidates_);
    tried_.assign(candidates_.size(), 0);
    const auto rows = static_cast<Eigen::Index>(candidates_.size());
    candidate_prior_.setZero(rows);
    for (std::size_t i = 0; prior_ && i < candidates_.size(); ++i)
        candidate_prior_[static_cast<Eigen::Index>(i)] =
            static_cast<float>(expected_by_prior(candidates_[i]));
    weight_ok_.setZero(rows);
    weight_bad_.setZero(rows);
    if (!failures_) return;
    for (std::size_t i = 0; i < taken_; ++i)
        weigh(trials.history()[i], std::isfinite(trials.value(trials.history()[i])));
}

void SurrogateModel::observe(const Trials& trials, std::size_t index) {
    process_->observe(point(index), standard(trials, index));
    best_ = std::min(*best_, std::log(trials.value(index)));
}

// Adds what an ok or failed trial says about the candidates near it.
void SurrogateModel::weigh(std::size_t index, bool ok) {
    const auto at = point(index);
    const Eigen::VectorXf squared = (candidate_points_.rowwise() - at).rowwise().squaredNorm();
    auto& weight = ok ? weight_ok_ : weight_bad_;
    weight.array() += (squared.array() * (-0.5F / (failure_length * failure_length))).exp();
}

double SurrogateModel::chance_of_ok(std::size_t row) const {
    if (!failures_) return 1;
    const auto i = static_cast<Eigen::Index>(row);
    return static_cast<double>((failure_doubt + weight_ok_[i]) /
                               (failure_doubt + weight_ok_[i] + weight_bad_[i]));
}

std::optional<std::size_t> SurrogateModel::most_promising() const {
    std::optional<std::size_t> best_row;
    double best = -std::numeric_limits<double>::infinity();
    const auto seen = static_cast<double>(process_->observations());
    const double expected = prior_ ? trials_of_prior : trials_of_none;
    const double unit = spread_ * std::sqrt((process_->amplitude() * seen + expected) / (seen + expected));
    for (std::size_t row = 0; row < candidates_.size(); ++row) {
        if (tried_[row]) continue;
        const auto i = static_cast<Eigen::Index>(row);
        const double mean = static_cast<double>(candidate_prior_[i]) + centre_ +
                            spread_ * static_cast<double>(process_->mean()[i]);
        const double deviation =
            unit * std::sqrt(std::max(1e-10, static_cast<double>(process_->variance()[i])));
        const double gain = expected_improvement((*best_ - mean) / deviation, deviation) * chance_of_ok(row);
        if (gain > best || !best_row) best = gain, best_row = row;
    }
    return best_row ? std::optional(candidates_[*best_row]) : std::nullopt;
}

std::optional<std::size_t> SurrogateModel::least_expected(const std::vector<std::size_t>& among) const {
    std::optional<std::size_t> out;
    double least = std::numeric_limits<double>::infinity();
    for (const auto index : among) {
        const auto found = row_of_.find(index);
        if (found == row_of_.end() || tried_[found->second]) continue;
        const auto i = static_cast<Eigen::Index>(found->second);
        const double mean =
            static_cast<double>(candidate_prior_[i]) / spread_ + static_cast<double>(process_->mean()[i]);
        if (mean < least) least = mean, out = index;
    }
    return out;
}

}  // namespace ridge::tuner
