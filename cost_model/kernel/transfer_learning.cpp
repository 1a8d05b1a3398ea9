// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer_learning.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/statistics.hpp"
#include "cost_model/kernel/parallel.hpp"
#include "cost_model/kernel/prior_evidence.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_devices = 3;  // that a value is learned from
constexpr std::size_t least_calls = 10;   // of a device, for it to count
constexpr std::size_t most_points = 60;  // of one device, operator and family: their matrix is inverted often

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
    {&TransferPrior::noise, {0.03, 0.06, 0.12}},
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

// Of one device and operator each, that the others were asked for.
using PriorPoints = std::map<PriorClass, std::vector<std::vector<CalibrationPoint>>>;

PriorPoints points_of(const LearningDevice& device, const Transfer& transfer) {
    std::map<PriorClass, std::map<std::string, std::vector<CalibrationPoint>>> by_operator;
    for (const auto& call : device.calls)
        if (auto found = transfer.estimate(call.query)) {
            const PriorClass key{found->regime, found->same_family};
            const double ratio = call.log_time - found->log_time;
            by_operator[key][found->op].push_back({std::move(*found), ratio});
        }
    PriorPoints out;
    for (auto& [key, operators] : by_operator)
        for (auto& [op, points] : operators)
            if (points.size() >= least_calls) {
                thin(points);
                out[key].push_back(std::move(points));
            }
    return out;
}

TransferPrior learned_prior(const std::vector<std::vector<CalibrationPoint>>& sets, TransferPrior start) {
    std::vector<PriorEvidence> evidence;
    for (const auto& points : sets) evidence.emplace_back(points);
    return best_of(start, prior_choices, [&](const TransferPrior& prior) {
        double loss = 0;
        for (const auto& one : evidence) loss -= one.log_evidence(prior);
        return loss / static_cast<double>(evidence.size());
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

void TransferLearning::learn_priors(TransferPolicy& policy, const std::string& without) const {
    const auto sources = all_but(sources_, without);
    PriorPoints all;
    std::map<PriorClass, std::set<std::string>> devices;
    for (const auto& device : devices_) {
        const auto& id = device.facts.device.id;
        if (id == without) continue;
        for (auto& [key, sets] : points_of(device, Transfer(device.facts, sources, policy))) {
            devices[key].insert(id);
            for (const auto& points : sets) all[key].push_back(points);
        }
    }
    for (const auto& [key, sets] : all)
        if (devices[key].size() >= least_devices)
            policy.set(key.regime, key.same_family,
                       learned_prior(sets, TransferPolicy().prior(key.regime, key.same_family)));
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
