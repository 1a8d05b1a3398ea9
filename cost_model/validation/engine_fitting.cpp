// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/engine_fitting.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "core/statistics.hpp"

namespace ridge::cost_model {
namespace {

// Widths of priors, standard deviations of the logarithm: of the common value, and of the factors of a
// framework, an architecture, a device, an arithmetic, and a framework on an architecture. 0: no such factor;
// a common value without width is fixed. They say how much of it is known beforehand, and are no fit.
struct FitParameter {
    const char* name;
    double start;
    std::array<double, effect_levels> widths;
};

constexpr double gigabyte = 1e9;

constexpr auto fit_parameters = std::to_array<FitParameter>({
    // Shares of the ceilings.
    {"compute", 0.6, {0.5, 0.3, 0.2, 0.1, 0.2, 0.15}},
    {"memory", 0.8, {0.2, 0.15, 0.1, 0.05, 0.1, 0}},
    {"attention_compute", 0.4, {0.7, 0, 0, 0, 0, 0}},
    {"cache", 1.0, {0.3, 0, 0, 0, 0, 0}},
    {"kernel_share", 1, {0.2, 0.15, 0.1, 0.05, 0, 0}},
    {"tile_rows", 24, {0.7, 0, 0, 0, 0, 0}},
    {"expert_compute", 0.7, {0.5, 0, 0, 0, 0, 0}},
    {"expert_memory", 0.9, {0.3, 0, 0, 0, 0, 0}},
    {"elementwise_memory", 0.6, {0.5, 0, 0, 0, 0, 0}},
    {"convolution_compute", 0.5, {0.5, 0, 0, 0, 0, 0}},
    {"sparse_share", 0.33, {0.5, 0, 0, 0, 0, 0}},
    {"overlap_norm", 3, {}},
    // Times of the engine and its host.
    {"call_s", 2e-6, {1, 0.7, 0, 0, 0, 0}},
    {"host_step_s", 1e-3, {1, 1, 0, 0, 0, 0}},
    {"host_sequence_s", 1e-5, {1, 1, 0, 0, 0, 0}},
    // Links.
    {"direct_latency", 1, {0.5, 0.4, 0, 0, 0, 0}},
    {"pcie_latency", 1, {0.5, 0.4, 0, 0, 0, 0}},
    {"direct_link", 0.6, {0.4, 0, 0, 0, 0, 0}},
    {"pcie_link", 0.6, {0.4, 0, 0, 0, 0, 0}},
    // Memory.
    {"memory_fraction", 0.92, {0.02, 0, 0, 0, 0, 0}},
    {"workspace_bytes", 1.5 * gigabyte, {}},
    {"chunk_tokens", usual_chunk_tokens, {}},
    {"sequence_limit", 2048, {0.5, 0, 0, 0, 0, 0}},
    {"output_reserved", 0.8, {0.2, 0.3, 0, 0, 0, 0}},
    // Requests.
    {"first_token_s", 0.01, {0.7, 0.7, 0, 0, 0, 0}},
    {"first_token_open_s", 0.01, {0.7, 0.7, 0, 0, 0, 0}},
    {"first_token_closed_s", 0.05, {0.7, 0.7, 0, 0, 0, 0}},
    {"admission_s", 1e-3, {1, 1, 0, 0, 0, 0}},
    {"open_queue", 1, {0.7, 0, 0, 0, 0, 0}},
    // Power.
    {"waiting_power", 0.4, {0.3, 0, 0, 0, 0, 0}},
    {"memory_power", 0.65, {0.3, 0, 0, 0, 0, 0}},
    {"compute_power", 1.0, {0.3, 0, 0, 0, 0, 0}},
});

constexpr double usual_error = 0.1;  // of a row's logarithm, beyond which the loss is no longer quadratic

struct Effect {
    EffectKey key;
    double width = 0, start = 0;    // of the logarithm
    std::vector<std::size_t> rows;  // that it has an influence on
};

// Where an effect is not known to be one: of weights that are widened by a kernel of their own, which reads a
// byte and writes two, before the product reads these two.
double expected_factor(const EffectKey& key) {
    const bool widened = key.level == EffectLevel::arithmetic && key.name == "weight8_widened";
    return widened && key.parameter == "memory" ? 1.0 / 5 : 1.0;
}

std::array<std::string, effect_levels> names_of(const RowCase& row, std::string_view parameter) {
    const auto family = family_of(*row.device), framework = generation_name(row.framework, parameter);
    return {"all",
            framework,
            family,
            row.device->device.id,
            arithmetic_name(row.arithmetic, row.framework),
            framework + " " + family};
}

// The loss's quadratic bound about a point: J^T W J and J^T W e with the priors, J and e in units of the
// usual error.
struct Quadratic {
    Eigen::MatrixXd slopes, normal;
    Eigen::VectorXd weight, gradient;
};

class Fitting {
  public:
    Fitting(std::vector<ReadRow*> rows, const EngineFit* start);
    void run(int rounds);
    [[nodiscard]] EngineFit result();

  private:
    void collect_effects();
    [[nodiscard]] double residual(std::size_t row);
    [[nodiscard]] std::vector<double> residuals();
    [[nodiscard]] double loss(const std::vector<double>& residuals) const;
    void set(std::size_t effect, double logarithm);
    [[nodiscard]] Eigen::MatrixXd jacobian(const std::vector<double>& here);
    [[nodiscard]] Quadratic quadratic(const std::vector<double>& here);
    [[nodiscard]] std::vector<double> left_out_residuals();
    bool improve(double& damping);
    void add_error_factors();

    std::vector<ReadRow*> rows_;
    EngineFit fit_;
    std::vector<Effect> effects_;
    std::vector<double> at_;  // logarithms
    std::map<std::pair<std::string, const DeviceModel*>, EngineParameters> engines_;
};

Fitting::Fitting(std::vector<ReadRow*> rows, const EngineFit* start) : rows_(std::move(rows)) {
    for (const auto& one : fit_parameters) fit_.set_effect({EffectLevel::all, "all", one.name}, one.start);
    collect_effects();
    for (std::size_t i = 0; i < effects_.size(); ++i) {
        const auto& key = effects_[i].key;
        const auto known = start ? start->effects().find(key) : fit_.effects().end();
        const bool from_start = start && known != start->effects().end();
        at_.push_back(0);
        set(i, from_start ? std::log(known->second) : effects_[i].start);
    }
}

void Fitting::collect_effects() {
    std::map<EffectKey, Effect> found;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        const auto& asked = *rows_[row]->reading.row_case;
        for (const auto& parameter : fit_parameters) {
            if (!depends_on(asked.framework, parameter.name)) continue;
            const auto names = names_of(asked, parameter.name);
            for (std::size_t level = 0; level < effect_levels; ++level) {
                if (parameter.widths[level] <= 0) continue;
                const EffectKey key{static_cast<EffectLevel>(level), names[level], parameter.name};
                auto& effect = found[key];
                effect.key = key;
                effect.width = parameter.widths[level];
                effect.start = std::log(level == 0 ? parameter.start : expected_factor(key));
                effect.rows.push_back(row);
            }
        }
    }
    for (auto& [key, effect] : found) effects_.push_back(std::move(effect));
}

void Fitting::set(std::size_t effect, double logarithm) {
    at_[effect] = logarithm;
    fit_.set_effect(effects_[effect].key, std::exp(logarithm));
    engines_.clear();
}

double Fitting::residual(std::size_t row) {
    auto& read = *rows_[row];
    auto& asked = *read.reading.row_case;
    const auto key = std::pair(asked.framework, asked.device);
    auto found = engines_.find(key);
    if (found == engines_.end())
        found = engines_.emplace(key, fit_.parameters(asked.framework, *asked.device)).first;
    const auto predicted = predict_row(asked, read.row, found->second);
    return predicted && *predicted > 0 && std::isfinite(*predicted) ? std::log(*predicted / read.row.value)
                                                                    : 0;
}

std::vector<double> Fitting::residuals() {
    std::vector<double> out(rows_.size());
    for (std::size_t row = 0; row < rows_.size(); ++row) out[row] = residual(row);
    return out;
}

double Fitting::loss(const std::vector<double>& residuals) const {
    double sum = 0;
    for (const double r : residuals) sum += 2 * (std::sqrt(1 + std::pow(r / usual_error, 2)) - 1);
    for (std::size_t i = 0; i < effects_.size(); ++i)
        sum += std::pow((at_[i] - effects_[i].start) / effects_[i].width, 2);
    return sum;
}

Eigen::MatrixXd Fitting::jacobian(const std::vector<double>& here) {
    constexpr double step = 1e-3;
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(rows_.size()),
                                                static_cast<Eigen::Index>(effects_.size()));
    for (std::size_t i = 0; i < effects_.size(); ++i) {
        const double before = at_[i];
        set(i, before + step);
        for (const auto row : effects_[i].rows)
            out(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(i)) =
                (residual(row) - here[row]) / step;
        set(i, before);
    }
    return out;
}

Quadratic Fitting::quadratic(const std::vector<double>& here) {
    Quadratic out;
    out.slopes = jacobian(here) / usual_error;
    const auto rows = static_cast<Eigen::Index>(here.size());
    out.weight.resize(rows);
    Eigen::VectorXd error(rows);
    for (Eigen::Index i = 0; i < rows; ++i) {
        error(i) = here[static_cast<std::size_t>(i)] / usual_error;
        out.weight(i) = 1 / std::sqrt(1 + error(i) * error(i));
    }
    out.normal = out.slopes.transpose() * out.weight.asDiagonal() * out.slopes;
    out.gradient = out.slopes.transpose() * out.weight.asDiagonal() * error;
    for (std::size_t i = 0; i < effects_.size(); ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        const double precision = 1 / (effects_[i].width * effects_[i].width);
        out.normal(at, at) += precision;
        out.gradient(at) += precision * (at_[i] - effects_[i].start);
    }
    return out;
}

// One step of Levenberg and Marquardt on the loss's quadratic bound; whether it was worth going on.
bool Fitting::improve(double& damping) {
    constexpr double least_gain = 1e-4, longest_step = 0.5;
    constexpr int tries = 6;
    const auto here = residuals();
    const double before = loss(here);
    const auto bound = quadratic(here);
    const auto start = at_;
    for (int attempt = 0; attempt < tries; ++attempt) {
        Eigen::MatrixXd damped = bound.normal;
        damped.diagonal() *= 1 + damping;
        const Eigen::VectorXd step = damped.ldlt().solve(-bound.gradient);
        for (std::size_t i = 0; i < at_.size(); ++i)
            set(i, start[i] + std::clamp(step(static_cast<Eigen::Index>(i)), -longest_step, longest_step));
        const double after = loss(residuals());
        if (after < before) {
            damping = std::max(damping / 4, 1e-4);
            return before - after > least_gain * before;
        }
        damping *= 8;
    }
    for (std::size_t i = 0; i < at_.size(); ++i) set(i, start[i]);
    return false;
}

void Fitting::run(int rounds) {
    double damping = 0.01;
    for (int round = 0; round < rounds; ++round)
        if (!improve(damping)) return;
}

// Residuals by fits that have not seen the row itself, to first order: r / (1 - h), h the row's leverage.
std::vector<double> Fitting::left_out_residuals() {
    constexpr double most_leverage = 0.9;
    auto out = residuals();
    const auto bound = quadratic(out);
    const Eigen::MatrixXd solved = bound.normal.ldlt().solve(bound.slopes.transpose());
    for (std::size_t row = 0; row < out.size(); ++row) {
        const auto at = static_cast<Eigen::Index>(row);
        const double leverage = bound.weight(at) * bound.slopes.row(at).dot(solved.col(at));
        out[row] /= 1 - std::clamp(leverage, 0.0, most_leverage);
    }
    return out;
}

// What four of five measurements lie between that the fit has not seen, as factors of the prediction.
void Fitting::add_error_factors() {
    constexpr std::size_t least_rows = 20;
    std::map<std::string, std::vector<double>> ratios;
    const auto errors = left_out_residuals();
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        const double ratio = std::exp(-errors[row]);
        ratios["all"].push_back(ratio);
        ratios[error_kind(rows_[row]->reading.row_case->regime, rows_[row]->row.metric)].push_back(ratio);
    }
    for (auto& [kind, values] : ratios) {
        if (kind != "all" && values.size() < least_rows) continue;
        std::ranges::sort(values);
        fit_.set_error_factors(kind, {quantile(values, 0.1), quantile(values, 0.9)});
    }
}

EngineFit Fitting::result() {
    add_error_factors();
    return fit_;
}

}  // namespace

EngineFit fit_engines(std::vector<ReadRow*> rows, const EngineFit* start) {
    constexpr int rounds = 40, rounds_from_near = 6;
    Fitting fitting(std::move(rows), start);
    fitting.run(start ? rounds_from_near : rounds);
    return fitting.result();
}

std::vector<ReadRow*> training_rows(std::vector<ReadRow>& rows) {
    std::vector<ReadRow*> out;
    for (auto& one : rows)
        if (one.reading.row_case && !one.row.is_test()) out.push_back(&one);
    return out;
}

std::vector<RowPrediction> leave_out(std::vector<ReadRow>& rows, const EngineFit& start,
                                     const LeaveOutKey& key) {
    const auto all = training_rows(rows);
    std::set<std::string> groups;
    for (const auto* one : all) groups.insert(key(*one));
    std::vector<RowPrediction> out;
    for (const auto& group : groups) {
        auto kept = all;
        std::erase_if(kept, [&](const ReadRow* one) { return key(*one) == group; });
        if (kept.empty()) continue;
        const auto fit = fit_engines(kept, &start);
        for (auto* one : all)
            if (key(*one) == group) out.push_back(predict_published(*one, fit));
    }
    return out;
}

}  // namespace ridge::cost_model
