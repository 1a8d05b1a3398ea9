// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/correction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "cost_model/kernel/correction_sums.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::size_t most_neighbours = 24;  // 32 change the median error by less than 0.1 points
constexpr std::size_t most_axes = 12;
constexpr float widest_half = 40;  // lengths: e^(2 · 40) is a float, and e^-40 of a correlation nothing

// Lower half of a symmetric matrix, row by row.
using Matrix = std::array<std::array<float, most_neighbours>, most_neighbours>;
using Vector = std::array<float, most_neighbours>;

struct Neighbours {
    std::array<std::size_t, most_neighbours> nodes{};
    std::array<float, most_neighbours> distances{};
    std::size_t count = 0;
    float worst = std::numeric_limits<float>::infinity();

    // Keeps the list sorted, nearest first: most candidates are turned away by the first comparison.
    void offer(std::size_t node, float distance) {
        if (count == most_neighbours && distance >= worst) return;
        std::size_t place = count < most_neighbours ? count++ : count - 1;
        for (; place > 0 && distances.at(place - 1) > distance; --place) {
            distances.at(place) = distances.at(place - 1);
            nodes.at(place) = nodes.at(place - 1);
        }
        distances.at(place) = distance;
        nodes.at(place) = node;
        if (count == most_neighbours) worst = distances.back();
    }
};

bool may_use(std::size_t node, const LeftOut& left_out) {
    if (left_out.kept && !(*left_out.kept)[node]) return false;
    if (left_out.node == LeftOut::none) return true;
    if (node == left_out.node) return false;
    return !left_out.sites || (*left_out.sites)[node] != (*left_out.sites)[left_out.node];
}

RIDGE_EVERY_VECTOR_WIDTH
Neighbours nearest_nodes(const std::vector<std::vector<float>>& scaled, std::span<const std::size_t> axes,
                         std::size_t count, std::span<const float> place, const LeftOut& left_out) {
    Neighbours found;
    std::array<float, block> distances{};
    for (std::size_t first = 0; first < count; first += block) {
        const auto here = std::min(block, count - first);
        block_distances(scaled, axes, place, first, here, distances);
        for (std::size_t i = 0; i < here; ++i)
            if (distances[i] < found.worst && may_use(first + i, left_out))
                found.offer(first + i, distances[i]);
    }
    return found;
}

float distance_between(const std::vector<std::vector<float>>& scaled, std::size_t one, std::size_t other) {
    float out = 0;
    for (const auto& column : scaled) out += std::abs(column[one] - column[other]);
    return out;
}

// Correlations among the neighbours, with each one's noise on the diagonal.
void set_correlations(const std::vector<std::vector<float>>& scaled, const Neighbours& near,
                      const std::vector<float>& noise, Matrix& out) {
    for (std::size_t row = 0; row < near.count; ++row) {
        const auto node = near.nodes[row];
        for (std::size_t column = 0; column < row; ++column)
            out[row][column] = std::exp(-distance_between(scaled, node, near.nodes[column]));
        out[row][row] = 1.0F + noise[node];
    }
}

// Cholesky's decomposition in place; the noise on the diagonal keeps every pivot positive.
void decompose(Matrix& matrix, std::size_t count) {
    constexpr float least_pivot = 1e-6F;
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t column = 0; column <= row; ++column) {
            float sum = matrix[row][column];
            for (std::size_t i = 0; i < column; ++i) sum -= matrix[row][i] * matrix[column][i];
            matrix[row][column] =
                row == column ? std::sqrt(std::max(sum, least_pivot)) : sum / matrix[column][column];
        }
}

// Weights w of L · Lᵀ · w = towards.
Vector solved(const Matrix& lower, const Vector& towards, std::size_t count) {
    Vector out = towards;
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t i = 0; i < row; ++i) out[row] -= lower[row][i] * out[i];
        out[row] /= lower[row][row];
    }
    for (std::size_t row = count; row-- > 0;) {
        out[row] /= lower[row][row];
        for (std::size_t i = 0; i < row; ++i) out[i] -= lower[row][i] * out[row];
    }
    return out;
}

// (K + noise)⁻¹ · values, K row by row in its lower half; K is overwritten.
std::vector<double> solve_all(std::vector<double>& matrix, std::vector<double> values) {
    const auto count = values.size();
    for (std::size_t row = 0; row < count; ++row)
        for (std::size_t column = 0; column <= row; ++column) {
            const double* one = &matrix[row * count];
            const double* other = &matrix[column * count];
            const double rest = one[column] - std::inner_product(one, one + column, other, 0.0);
            matrix[row * count + column] =
                row == column ? std::sqrt(std::max(rest, 1e-12)) : rest / other[column];
        }
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t i = 0; i < row; ++i) values[row] -= matrix[row * count + i] * values[i];
        values[row] /= matrix[row * count + row];
    }
    for (std::size_t row = count; row-- > 0;) {
        values[row] /= matrix[row * count + row];
        for (std::size_t i = 0; i < row; ++i) values[i] -= matrix[row * count + i] * values[row];
    }
    return values;
}

std::vector<double> column_of(const std::vector<CorrectionNode>& nodes, std::size_t axis) {
    std::vector<double> out;
    for (const auto& node : nodes) out.push_back(node.axes.at(axis));
    return out;
}

std::vector<double> values_of(const std::vector<CorrectionNode>& nodes, double CorrectionNode::*member) {
    std::vector<double> out;
    for (const auto& node : nodes) out.push_back(node.*member);
    return out;
}

// In logarithms, since a runaway's noise is thousands of times that of the others.
std::vector<double> log_noises(const std::vector<CorrectionNode>& nodes) {
    constexpr double least = 1e-4;
    std::vector<double> out;
    for (const auto& node : nodes) out.push_back(std::log(std::max(least, node.noise)));
    return out;
}

}  // namespace

Correction::Correction(std::vector<std::string> axes, std::vector<double> lengths,
                       const std::vector<CorrectionNode>& nodes)
    : axes_(std::move(axes)), lengths_(std::move(lengths)) {
    if (axes_.size() != lengths_.size() || axes_.size() > most_axes)
        throw InputError("a correction has " + std::to_string(axes_.size()) + " axes and " +
                         std::to_string(lengths_.size()) + " lengths");
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) places_.emplace_back(column_of(nodes, axis));
    const auto residuals = values_of(nodes, &CorrectionNode::residual);
    residuals_ = PackedColumn(residuals);
    noises_ = PackedColumn(log_noises(nodes));
    if (!nodes.empty()) mean_ = median(residuals);
    unpack();
}

void Correction::unpack() {
    scaled_.clear();
    varying_.clear();
    noise_.clear();
    weight_.clear();
    for (std::size_t i = 0; i < weights_.size(); ++i)
        weight_.push_back(static_cast<float>(weights_[i] + weight_rests_[i]));
    for (std::size_t i = 0; i < noises_.size(); ++i)
        noise_.push_back(static_cast<float>(std::exp(noises_[i])));
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        auto& column = scaled_.emplace_back();
        column.reserve(places_[axis].size());
        for (std::size_t i = 0; i < places_[axis].size(); ++i)
            column.push_back(static_cast<float>(places_[axis][i] / lengths_[axis]));
        if (std::ranges::adjacent_find(column, std::not_equal_to<>{}) != column.end())
            varying_.push_back(axis);
        fill_up(column);
    }
    fill_up(weight_);
    set_powers();
}

void Correction::set_powers() {
    powers_.clear();
    if (weight_.empty()) return;
    for (const auto axis : varying_) {
        const std::span nodes(scaled_[axis].data(), size());
        const auto [low, high] = std::ranges::minmax(nodes);
        if (high - low > 2 * widest_half) return powers_.clear();
        auto& one = powers_.emplace_back(Powers{.middle = (low + high) / 2, .up = {}, .down = {}});
        for (const float node : nodes) {
            one.up.push_back(std::exp(node - one.middle));
            one.down.push_back(std::exp(one.middle - node));
        }
        fill_up(one.up);
        fill_up(one.down);
    }
}

float Correction::weighted_powers(std::span<const float> place) const {
    std::array<AxisPowers, most_axes> axes{};
    for (std::size_t i = 0; i < powers_.size(); ++i) {
        const auto& nodes = powers_[i];
        const float from = std::clamp(place[varying_[i]] - nodes.middle, -2 * widest_half, 2 * widest_half);
        axes.at(i) = {nodes.up.data(), nodes.down.data(), std::exp(from), std::exp(-from)};
    }
    return sum_of_products({axes.data(), powers_.size()}, weight_);
}

CorrectionValue Correction::at(std::span<const double> place, const LeftOut& left_out) const {
    if (place.size() != axes_.size())
        throw InputError("a place has " + std::to_string(place.size()) + " axes, the correction " +
                         std::to_string(axes_.size()));
    std::array<float, most_axes> scaled{};
    for (std::size_t axis = 0; axis < place.size(); ++axis)
        scaled.at(axis) = static_cast<float>(place[axis] / lengths_[axis]);
    return at_scaled({scaled.data(), place.size()}, left_out);
}

void Correction::solve() {
    std::vector<double> matrix(size() * size()), values(size());
    for (std::size_t row = 0; row < size(); ++row) {
        values[row] = residuals_[row] - mean_;
        for (std::size_t column = 0; column < row; ++column)
            matrix[row * size() + column] =
                std::exp(-static_cast<double>(distance_between(scaled_, row, column)));
        matrix[row * size() + row] = 1.0 + static_cast<double>(noise_[row]);
    }
    auto weights = solve_all(matrix, std::move(values));
    weights_ = PackedColumn(weights);
    // Weights alternate and nearly cancel, so that they need more than 16 bits.
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] -= weights_[i];
    weight_rests_ = PackedColumn(weights);
    unpack();
}

float Correction::common_distance(std::span<const float> place) const {
    float out = 0;
    auto next = varying_.begin();
    for (std::size_t axis = 0; axis < scaled_.size(); ++axis)
        if (next != varying_.end() && *next == axis)
            ++next;
        else if (size() > 0)
            out += std::abs(scaled_[axis].front() - place[axis]);
    return out;
}

double Correction::weighted(std::span<const float> place) const {
    const float common = common_distance(place);
    const float near = common > 0 ? std::exp(-common) : 1.0F;
    const float sum =
        powers_.empty() ? weighted_sum(scaled_, varying_, weight_, place) : weighted_powers(place);
    return mean_ + static_cast<double>(near * sum);
}

double Correction::residual_at(std::span<const double> place) const {
    if (weight_.empty()) return at(place).residual;
    std::array<float, most_axes> scaled{};
    for (std::size_t axis = 0; axis < scaled_.size(); ++axis)
        scaled[axis] = static_cast<float>(place[axis] / lengths_[axis]);
    return weighted({scaled.data(), scaled_.size()});
}

CorrectionValue Correction::at_node(std::size_t node, const LeftOut& left_out) const {
    std::array<float, most_axes> scaled{};
    for (std::size_t axis = 0; axis < scaled_.size(); ++axis) scaled.at(axis) = scaled_[axis][node];
    return at_scaled({scaled.data(), scaled_.size()}, left_out);
}

double Correction::octaves_to(std::size_t node, std::span<const float> place) const {
    double largest = 0;
    for (std::size_t axis = 0; axis < scaled_.size(); ++axis)
        largest = std::max(largest, std::abs(scaled_[axis][node] - place[axis]) * lengths_[axis]);
    return largest;
}

CorrectionValue Correction::at_scaled(std::span<const float> place, const LeftOut& left_out) const {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    auto near = nearest_nodes(scaled_, varying_, size(), place, left_out);
    if (near.count == 0)
        return {.residual = mean_, .variance = 1, .nearest = 0, .distance = infinite, .octaves = infinite};
    const float common = common_distance(place);
    for (std::size_t i = 0; i < near.count; ++i) near.distances[i] += common;
    Vector towards{};
    for (std::size_t i = 0; i < near.count; ++i) towards[i] = std::exp(-near.distances[i]);
    Matrix matrix{};
    set_correlations(scaled_, near, noise_, matrix);
    decompose(matrix, near.count);
    const auto weights = solved(matrix, towards, near.count);
    double residual = mean_, explained = 0;
    for (std::size_t i = 0; i < near.count; ++i) {
        residual += static_cast<double>(weights[i]) * (residuals_[near.nodes[i]] - mean_);
        explained += static_cast<double>(weights[i] * towards[i]);
    }
    // Leaving nodes out needs the neighbours; else the weights of all nodes say it more exactly.
    const bool all = !weight_.empty() && left_out.node == LeftOut::none && !left_out.kept;
    return {.residual = all ? weighted(place) : residual,
            .variance = std::clamp(1.0 - explained, 0.0, 1.0),
            .nearest = near.nodes[0],
            .distance = near.distances[0],
            .octaves = octaves_to(near.nodes[0], place)};
}

std::vector<CorrectionNode> Correction::nodes() const {
    std::vector<CorrectionNode> out;
    for (std::size_t i = 0; i < size(); ++i) {
        CorrectionNode node;
        for (const auto& column : places_) node.axes.push_back(column[i]);
        node.residual = residuals_[i];
        node.noise = noise_[i];
        out.push_back(std::move(node));
    }
    return out;
}

bool Correction::corrects() const {
    for (std::size_t i = 0; i < size(); ++i)
        if (residuals_[i] != 0) return true;
    return false;
}

Json Correction::json() const {
    Json axes = Json::array();
    for (std::size_t axis = 0; axis < axes_.size(); ++axis)
        axes.push_back({{"name", axes_[axis]}, {"length", lengths_[axis]}, {"nodes", places_[axis].json()}});
    Json out = {{"mean", mean_}, {"axes", axes}, {"residuals", residuals_.json()}, {"noise", noises_.json()}};
    if (weights_.size() > 0) out["weights"] = weights_.json(), out["weight_rests"] = weight_rests_.json();
    return out;
}

Correction Correction::from_json(const JsonReader& json) {
    Correction out;
    out.mean_ = json.at("mean").number();
    out.residuals_ = PackedColumn::from_json(json.at("residuals"));
    out.noises_ = PackedColumn::from_json(json.at("noise"));
    for (const auto& axis : json.at("axes").items()) {
        out.axes_.push_back(axis.at("name").text());
        out.lengths_.push_back(axis.at("length").positive());
        out.places_.push_back(PackedColumn::from_json(axis.at("nodes")));
        if (out.places_.back().size() != out.size() || out.noises_.size() != out.size() ||
            out.axes_.size() > most_axes)
            throw InputError("a correction's columns differ in length, or there are too many");
    }
    if (const auto weights = json.find("weights")) {
        out.weights_ = PackedColumn::from_json(*weights);
        out.weight_rests_ = PackedColumn::from_json(json.at("weight_rests"));
    }
    if (out.weights_.size() > 0 &&
        (out.weights_.size() != out.size() || out.weight_rests_.size() != out.size()))
        throw InputError("a correction has " + std::to_string(out.size()) + " nodes and " +
                         std::to_string(out.weights_.size()) + " weights");
    out.unpack();
    return out;
}

}  // namespace ridge::cost_model
