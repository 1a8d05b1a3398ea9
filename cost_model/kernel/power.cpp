// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/power.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features/device_limits.hpp"
#include "cost_model/kernel/power_points.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

PowerCoefficients mean_coefficients(const PowerModel& model) {
    PowerCoefficients mean;
    const double share = 1 / static_cast<double>(model.groups.size());
    for (const auto& group : model.groups) {
        const auto& one = group.coefficients;
        mean.idle_w += share * one.idle_w;
        mean.compute_w += share * one.compute_w;
        mean.memory_w += share * one.memory_w;
        mean.busy_w += share * one.busy_w;
        mean.launch_s += share * one.launch_s;
    }
    return mean;
}

const PowerGroup& widest(const PowerModel& model) {
    return *std::ranges::max_element(model.groups, {}, &PowerGroup::factor_95);
}

Interval around(double value, double factor, double limit) {
    return {value / factor, std::max(value, std::min(limit, value * factor))};
}

}  // namespace

Activity activity_of(const OperatorCall& call, double time_s, const Machine& machine) {
    const auto work = operators::work(call);
    return {.compute_share = compute_seconds(work.flop, work.compute, machine) / time_s,
            .memory_share = memory_seconds(work.bytes(), CacheState::cold, machine) / time_s,
            .time_s = time_s};
}

double PowerCoefficients::watts(const Activity& activity) const {
    const double busy = 1 - std::min(1.0, launch_s / activity.time_s);
    return idle_w + compute_w * activity.compute_share + memory_w * activity.memory_share + busy_w * busy;
}

const PowerGroup* PowerModel::find(const OperatorCall& call) const {
    const auto found = std::ranges::find(groups, power_key(call), &PowerGroup::key);
    return found == groups.end() ? nullptr : &*found;
}

PowerModel transfer_power(const PowerModel& from, const std::string& device, double limit_w) {
    // 80 and 95 % of the GB200's calls are within these of the B200's model with the limits' ratio (the one
    // pair of devices with measured power; docs/formulas.md).
    constexpr double transfer_factor_80 = 1.65, transfer_factor_95 = 2.1;
    PowerModel out{.device = device, .limit_w = limit_w, .groups = without_points(from).groups};
    const double ratio = limit_w / from.limit_w;
    for (auto& group : out.groups) {
        auto& one = group.coefficients;
        for (double* watts : {&one.idle_w, &one.compute_w, &one.memory_w, &one.busy_w}) *watts *= ratio;
        group.factor_80 = std::max(group.factor_80, transfer_factor_80);
        group.factor_95 = std::max(group.factor_95, transfer_factor_95);
    }
    return out;
}

std::optional<PowerPrediction> predict_power(const PowerModel& model, const OperatorCall& call, double time_s,
                                             const Machine& machine) {
    if (model.groups.empty()) return std::nullopt;
    const auto* group = model.find(call);
    const auto coefficients = group ? group->coefficients : mean_coefficients(model);
    double watts = coefficients.watts(activity_of(call, time_s, machine));
    if (group) watts *= std::exp(neighbour_residual(group->points, power_coordinates(call, time_s)));
    watts = std::min(watts, model.limit_w);
    const auto& errors = group ? *group : widest(model);
    return PowerPrediction{.power_w = watts,
                           .interval_80 = around(watts, errors.factor_80, model.limit_w),
                           .interval_95 = around(watts, errors.factor_95, model.limit_w),
                           .of_group = group != nullptr,
                           .basis = group ? "power of " + group->key + " by what it is busy with"
                                          : "mean over the operators whose power was measured"};
}

}  // namespace ridge::cost_model
