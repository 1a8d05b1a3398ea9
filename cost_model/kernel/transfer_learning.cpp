// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_learning.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/statistics.hpp"
#include "cost_model/kernel/calibration_trial.hpp"
#include "cost_model/kernel/parallel.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_devices = 3;  // that a value is learned from
constexpr std::size_t least_calls = 10;   // of a device, for it to count
constexpr std::size_t most_points = 60;   // of one device, operator and class: each is tried often

// One value among which a member is chosen.
template <class Settings>
struct Choice {
    double Settings::*member;
    std::vector<double> values;
};

// Coordinate by coordinate, twice; a value is only taken where it lessens the loss by a hundredth or more.
template <class Settings, class Loss>
Settings best_of(Settings best, const std::vector<Choice<Settings>>& choices, const Loss& loss) {
    constexpr double worthwhile = 0.01;
    double least = loss(best);
    for (int sweep = 0; sweep < 2; ++sweep)
        for (const auto& [member, values] : choices)
            for (const double value : values) {
                auto tried = best;
                tried.*member = value;
                const double found = loss(tried);
                if (found < least - worthwhile * std::abs(least)) best = tried, least = found;
            }
    return best;
}

const std::vector<Choice<Likeness>> likeness_choices = {
    {&Likeness::family, {0, 0.5, 1, 2}},
    {&Likeness::figures, {0, 0.125, 0.25, 0.5}},
    {&Likeness::power, {0, 0.25, 0.5, 1}},
    {&Likeness::implementation, {0, 0.5, 1}},
    {&Likeness::correction, {0.3, 0.6, 1}},
    {&Likeness::median, {0, 0.5, 1}},
    {&Likeness::throttling, {throttling_exponents.begin(), throttling_exponents.end()}}};

const std::vector<Choice<TransferPrior>> prior_choices = {
    {&TransferPrior::level, {0.05, 0.1, 0.2, 0.35, 0.6}},
    {&TransferPrior::local, {0.05, 0.1, 0.2, 0.35, 0.6}},
    {&TransferPrior::parameters, {0, 0.5, 1, 2}},
    {&TransferPrior::noise, {0.03, 0.06, 0.12, 0.25}},
    {&TransferPrior::reach, {1, 2, 4}}};

// As Transfer::estimate() does, from answers that are known.
std::optional<double> blended(const std::vector<SourceAnswer>& answers, const std::string& without,
                              const Likeness& likeness) {
    std::vector<SourceFitness> fitness;
    for (const auto& one : answers)
        if (one.device != without) fitness.push_back(one.fitness);
    if (fitness.empty()) return std::nullopt;
    auto weights = source_weights(fitness, likeness);
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers[i].device == without)
            weights.insert(weights.begin() + static_cast<std::ptrdiff_t>(i), 0.0);
    return blend(answers, weights, likeness);
}

std::vector<TransferSource> all_but(std::vector<TransferSource> sources, const std::string& device) {
    std::erase_if(sources, [&](const TransferSource& one) { return one.facts.device.id == device; });
    return sources;
}

// An even share of them.
void thin(std::vector<CalibrationPoint>& points) {
    if (points.size() <= most_points) return;
    std::vector<CalibrationPoint> few;
    for (std::size_t i = 0; i < most_points; ++i) few.push_back(points[i * points.size() / most_points]);
    points = std::move(few);
}

struct PriorClass {
    std::string regime;
    bool same_family = false;
    auto operator<=>(const PriorClass&) const = default;
};

// Trials of one class on each device and operator that the others were asked for.
struct Trials {
    std::set<std::string> devices;
    std::vector<std::shared_ptr<const CalibrationTrial>> each;
    void add(const Trials& others) {
        devices.insert(others.devices.begin(), others.devices.end());
        each.insert(each.end(), others.each.begin(), others.each.end());
    }
};

// Of the calls that are measured of an operator, each of its classes gets a share.
std::size_t share_of(std::size_t points, std::size_t all) {
    constexpr std::size_t least = 3;
    return std::max(least, calls_to_calibrate * points / all);
}

void add_trials(std::map<PriorClass, Trials>& all, const LearningDevice& device, const Transfer& transfer) {
    std::map<std::string, std::map<PriorClass, std::vector<CalibrationPoint>>> operators;
    std::map<std::string, std::size_t> counts;
    for (const auto& call : device.calls)
        if (auto found = transfer.estimate(call.query)) {
            const double ratio = call.log_time - found->log_time;
            ++counts[found->op];
            auto& points = operators[found->op][{found->regime, found->same_family}];
            points.push_back({std::move(*found), ratio});
        }
    for (auto& [op, classes] : operators)
        for (auto& [key, points] : classes) {
            if (points.size() < least_calls) continue;
            const auto budget = share_of(points.size(), counts[op]);
            thin(points);
            all[key].devices.insert(device.facts.device.id);
            all[key].each.push_back(
                std::make_shared<CalibrationTrial>(points, std::min(budget, points.size() / 2)));
        }
}

TransferPrior learned_prior(const Trials& trials, TransferPrior start) {
    return best_of(start, prior_choices, [&](const TransferPrior& prior) {
        double loss = 0;
        for (const auto& one : trials.each) loss += one->loss(prior);
        return loss / static_cast<double>(trials.each.size());
    });
}

}  // namespace

TransferLearning::TransferLearning(std::vector<LearningDevice> devices, std::vector<TransferSource> sources)
    : devices_(std::move(devices)), sources_(std::move(sources)) {
    for (std::size_t i = 0; i < devices_.size(); ++i)
        for (const auto& call : devices_[i].calls) asked_.push_back({i, &call, {}});
    std::vector<Transfer> transfers;
    for (const auto& device : devices_) transfers.emplace_back(device.facts, sources_);
    for_each_parallel(asked_.size(), [&](std::size_t i) {
        asked_[i].answers = transfers[asked_[i].device].answers(asked_[i].call->query);
    });
}

// Mean over the devices, so that one with many calls counts no more than another, of the median error.
double TransferLearning::likeness_loss(const std::string& regime, const std::string& without,
                                       const Likeness& likeness) const {
    std::map<std::size_t, std::vector<double>> errors;
    for (const auto& one : asked_) {
        if (one.call->regime != regime || devices_[one.device].facts.device.id == without) continue;
        if (const auto found = blended(one.answers, without, likeness))
            errors[one.device].push_back(std::abs(*found - one.call->log_time));
    }
    std::erase_if(errors, [](const auto& entry) { return entry.second.size() < least_calls; });
    if (errors.size() < least_devices) return 0;
    double sum = 0;
    for (const auto& [device, each] : errors) sum += median(each);
    return sum / static_cast<double>(errors.size());
}

void TransferLearning::learn_likeness(TransferPolicy& policy, const std::string& regime,
                                      const std::string& without) const {
    policy.set(regime, best_of(Likeness{}, likeness_choices, [&](const Likeness& likeness) {
                   return likeness_loss(regime, without, likeness);
               }));
}

// A class that too few devices tell of has the prior that those of all regimes tell of.
void TransferLearning::learn_priors(TransferPolicy& policy, const std::string& without) const {
    const auto sources = all_but(sources_, without);
    std::map<PriorClass, Trials> classes;
    for (const auto& device : devices_)
        if (device.facts.device.id != without)
            add_trials(classes, device, Transfer(device.facts, sources, policy));
    for (const bool same : {true, false}) {
        Trials together;
        for (const auto& [key, trials] : classes)
            if (key.same_family == same) together.add(trials);
        const PriorClass any{TransferPolicy::any_regime, same};
        if (!together.each.empty()) classes[any] = std::move(together);
    }
    for (const auto& [key, trials] : classes)
        if (trials.devices.size() >= least_devices)
            policy.set(key.regime, key.same_family,
                       learned_prior(trials, TransferPolicy().prior(key.regime, key.same_family)));
}

TransferPolicy TransferLearning::without(const std::string& device) const {
    std::set<std::string> regimes;
    for (const auto& one : asked_) regimes.insert(one.call->regime);
    TransferPolicy out;
    for (const auto& regime : regimes) learn_likeness(out, regime, device);
    learn_priors(out, device);
    return out;
}

}  // namespace ridge::cost_model
