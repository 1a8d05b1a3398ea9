// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "cost_model/kernel/power_points.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t terms = 4;  // idle, compute, memory, busy
using Vector = std::array<double, terms>;

struct Sample {
    Activity activity;
    double power_w = 0;
    double weight = 1;
};

using Samples = std::vector<Sample>;

Vector regressors(const Activity& activity, double launch_s) {
    return {1, activity.compute_share, activity.memory_share, 1 - std::min(1.0, launch_s / activity.time_s)};
}

PowerCoefficients coefficients_from(const Vector& values, double launch_s) {
    return {.idle_w = values[0],
            .compute_w = values[1],
            .memory_w = values[2],
            .busy_w = values[3],
            .launch_s = launch_s};
}

struct NormalEquations {
    std::array<Vector, terms> matrix{};
    Vector right{};
};

// Of errors relative to the measured power.
NormalEquations normal_equations(const Samples& samples, double launch_s) {
    NormalEquations out;
    for (const auto& sample : samples) {
        const auto x = regressors(sample.activity, launch_s);
        const double weight = sample.weight / (sample.power_w * sample.power_w);
        for (std::size_t i = 0; i < terms; ++i) {
            out.right[i] += weight * x[i] * sample.power_w;
            for (std::size_t j = 0; j < terms; ++j) out.matrix[i][j] += weight * x[i] * x[j];
        }
    }
    return out;
}

// Coordinate descent, which is exact for a positive definite matrix under bounds (Franc et al. 2005).
Vector non_negative(const NormalEquations& equations, Vector values) {
    constexpr int rounds = 400;
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < terms; ++i) {
            double rest = equations.right[i];
            for (std::size_t j = 0; j < terms; ++j)
                if (j != i) rest -= equations.matrix[i][j] * values[j];
            if (equations.matrix[i][i] > 0) values[i] = std::max(0.0, rest / equations.matrix[i][i]);
        }
    return values;
}

// Huber's weights at 10 % of the measured power.
void reweigh(Samples& samples, const PowerCoefficients& coefficients) {
    constexpr double knee = 0.1;
    for (auto& sample : samples) {
        const double error = std::abs(coefficients.watts(sample.activity) / sample.power_w - 1);
        sample.weight = error > knee ? knee / error : 1;
    }
}

PowerCoefficients fit_at(Samples samples, double launch_s, double limit_w) {
    constexpr int reweightings = 5;
    Vector values = {0.3 * limit_w, 0.3 * limit_w, 0.3 * limit_w, 0};
    for (int i = 0; i < reweightings; ++i) {
        values = non_negative(normal_equations(samples, launch_s), values);
        reweigh(samples, coefficients_from(values, launch_s));
    }
    return coefficients_from(values, launch_s);
}

// The launch is the shortest time measured: power at it is idle power, by definition, since idle and busy
// power and the launch could not be told apart by a fit.
PowerCoefficients fit_coefficients(const Samples& samples, double limit_w) {
    double launch_s = samples.front().activity.time_s;
    for (const auto& sample : samples) launch_s = std::min(launch_s, sample.activity.time_s);
    return fit_at(samples, launch_s, limit_w);
}

// ceil((n + 1) · share)-th smallest, as the finite-sample quantile of conformal intervals (Vovk et al. 2005).
double conformal(const std::vector<double>& sorted, double share) {
    const auto rank = static_cast<std::size_t>(std::ceil((static_cast<double>(sorted.size()) + 1) * share));
    return std::exp(sorted[std::min(rank, sorted.size()) - 1]);
}

std::vector<double> left_out_errors(const PowerGroup& group) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < group.points.size(); ++i)
        errors.push_back(std::abs(group.points[i].log_residual -
                                  neighbour_residual(group.points, group.points[i].coordinates, i)));
    return errors;
}

std::vector<double> bare_errors(const PowerGroup& group) {
    std::vector<double> errors;
    for (const auto& point : group.points) errors.push_back(std::abs(point.log_residual));
    return errors;
}

void set_intervals(PowerGroup& group, std::vector<double> errors) {
    std::ranges::sort(errors);
    group.factor_80 = conformal(errors, 0.80);
    group.factor_95 = conformal(errors, 0.95);
}

PowerGroup fit_group(const std::string& key, const std::vector<const PowerRow*>& rows, const Machine& machine,
                     double limit_w) {
    Samples samples;
    for (const auto* row : rows)
        samples.push_back({activity_of(row->call, row->time_s, machine), row->power_w, 1});
    PowerGroup group{
        .key = key, .coefficients = fit_coefficients(samples, limit_w), .points = {}, .calls = rows.size()};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double watts = std::min(limit_w, group.coefficients.watts(samples[i].activity));
        group.points.push_back({power_coordinates(rows[i]->call, rows[i]->time_s),
                                std::log(rows[i]->power_w / std::max(1e-9, watts))});
    }
    set_intervals(group, left_out_errors(group));
    return group;
}

Json group_json(const PowerGroup& group) {
    const auto& one = group.coefficients;
    Json out = {
        {"calls_of", group.key},        {"idle_w", one.idle_w},         {"compute_w", one.compute_w},
        {"memory_w", one.memory_w},     {"busy_w", one.busy_w},         {"launch_s", one.launch_s},
        {"factor_80", group.factor_80}, {"factor_95", group.factor_95}, {"fitted_on_calls", group.calls}};
    if (group.points.empty()) return out;
    Json points = Json::array();
    for (const auto& point : group.points) {
        Json line = point.coordinates;
        line.push_back(point.log_residual);
        points.push_back(std::move(line));
    }
    out["points"] = std::move(points);
    return out;
}

PowerPoint point_from(const JsonReader& json) {
    PowerPoint point;
    for (const auto& value : json.items()) point.coordinates.push_back(value.number());
    if (point.coordinates.empty()) json.fail("coordinates and a residual");
    point.log_residual = point.coordinates.back();
    point.coordinates.pop_back();
    return point;
}

PowerGroup group_from(const JsonReader& json) {
    PowerGroup group{.key = json.at("calls_of").text(),
                     .coefficients = {.idle_w = json.amount_or("idle_w", 0),
                                      .compute_w = json.amount_or("compute_w", 0),
                                      .memory_w = json.amount_or("memory_w", 0),
                                      .busy_w = json.amount_or("busy_w", 0),
                                      .launch_s = json.amount_or("launch_s", 0)},
                     .points = {},
                     .factor_80 = json.at("factor_80").positive(),
                     .factor_95 = json.at("factor_95").positive(),
                     .calls = static_cast<std::size_t>(json.count_or("fitted_on_calls", 0))};
    if (const auto points = json.find("points"))
        for (const auto& point : points->items()) group.points.push_back(point_from(point));
    return group;
}

}  // namespace

PowerModel fit_power(const std::vector<PowerRow>& rows, const Machine& machine, double limit_w) {
    if (!(limit_w > 0))
        throw InputError("device '" + machine.device.id + "': a power limit (tdp_w) above 0 is needed");
    std::map<std::string, std::vector<const PowerRow*>> grouped;
    for (const auto& row : rows)
        if (row.time_s > 0 && row.power_w > 0) grouped[power_key(row.call)].push_back(&row);
    PowerModel model{.device = machine.device.id, .limit_w = limit_w, .groups = {}};
    for (const auto& [key, members] : grouped)
        if (members.size() >= least_power_calls)
            model.groups.push_back(fit_group(key, members, machine, limit_w));
    return model;
}

PowerModel without_points(const PowerModel& model) {
    auto out = model;
    for (auto& group : out.groups) {
        if (group.points.empty()) continue;
        set_intervals(group, bare_errors(group));
        group.points.clear();
    }
    return out;
}

Json PowerModel::json() const {
    Json list = Json::array();
    for (const auto& group : groups) list.push_back(group_json(group));
    return {{"device", device}, {"limit_w", limit_w}, {"groups", list}};
}

PowerModel PowerModel::from_json(const JsonReader& json) {
    PowerModel model{
        .device = json.at("device").text(), .limit_w = json.at("limit_w").positive(), .groups = {}};
    for (const auto& group : json.at("groups").items()) model.groups.push_back(group_from(group));
    return model;
}

}  // namespace ridge::cost_model
