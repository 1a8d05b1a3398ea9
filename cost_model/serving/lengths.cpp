// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/lengths.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "cost_model/serving/draws.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr int mean_points = 4096;

std::int64_t length_at(const JsonReader& json) {
    const auto value = json.integer();
    if (value < 1 || value > longest_length)
        json.fail("a whole number between 1 and " + std::to_string(longest_length));
    return value;
}

Lengths uniform_from(const JsonReader& json) {
    const auto ends = json.items();
    if (ends.size() != 2) json.fail("two lengths, the least and the most");
    const auto least = length_at(ends[0]), most = length_at(ends[1]);
    if (least > most) json.fail("two lengths of which the first is not the longer");
    return Lengths::uniform(least, most);
}

Lengths log_normal_from(const JsonReader& json) {
    const auto sigma = json.at("sigma");
    if (sigma.positive() > 10) sigma.fail("at most 10, being of the logarithm");
    const auto most = json.find("most");
    return Lengths::log_normal(static_cast<double>(length_at(json.at("median"))), sigma.number(),
                               most ? length_at(*most) : longest_length);
}

Lengths histogram_from(const JsonReader& json) {
    std::vector<std::int64_t> edges;
    std::vector<double> weights;
    for (const auto& edge : json.at("edges").items()) {
        edges.push_back(length_at(edge));
        if (edges.size() > 1 && edges.back() <= edges[edges.size() - 2])
            edge.fail("above the edge before it");
    }
    for (const auto& weight : json.at("weights").items()) {
        weights.push_back(weight.number());
        if (weights.back() < 0) weight.fail("a number of at least 0");
    }
    if (weights.empty() || edges.size() != weights.size() + 1) json.fail("one edge more than weights");
    double sum = 0;
    for (const double weight : weights) sum += weight;
    if (!(sum > 0) || !std::isfinite(sum)) json.at("weights").fail("numbers with a finite sum above 0");
    return Lengths::histogram(std::move(edges), weights);
}

}  // namespace

Lengths Lengths::fixed(std::int64_t tokens) { return uniform(tokens, tokens); }

Lengths Lengths::uniform(std::int64_t least, std::int64_t most) {
    return histogram({least, most + 1}, {1.0});
}

Lengths Lengths::log_normal(double median, double sigma, std::int64_t most) {
    auto out = uniform(1, most);
    out.median_ = median, out.sigma_ = sigma;
    return out;
}

Lengths Lengths::histogram(std::vector<std::int64_t> edges, const std::vector<double>& weights) {
    Lengths out;
    out.edges_ = std::move(edges);
    double sum = 0, below = 0;
    for (const double weight : weights) sum += weight;
    out.cumulated_.push_back(0);
    for (const double weight : weights) out.cumulated_.push_back((below += weight) / sum);
    return out;
}

std::int64_t Lengths::quantile(double p) const {
    if (sigma_ > 0) {
        const double value = std::round(median_ * std::exp(sigma_ * normal_quantile(p)));
        return static_cast<std::int64_t>(std::clamp(value, 1.0, static_cast<double>(most())));
    }
    const auto above = std::upper_bound(cumulated_.begin(), cumulated_.end() - 1, p);
    const auto bin = static_cast<std::size_t>(above - cumulated_.begin()) - 1;
    const auto width = static_cast<double>(edges_[bin + 1] - edges_[bin]);
    const double share = (p - cumulated_[bin]) / (cumulated_[bin + 1] - cumulated_[bin]);
    return edges_[bin] +
           std::min(edges_[bin + 1] - edges_[bin] - 1, static_cast<std::int64_t>(share * width));
}

double Lengths::mean() const {
    double sum = 0;
    for (int i = 0; i < mean_points; ++i) sum += static_cast<double>(quantile((i + 0.5) / mean_points));
    return sum / mean_points;
}

std::int64_t Lengths::most() const { return edges_.back() - 1; }

Lengths lengths_from_json(const JsonReader& json) {
    if (json.raw().is_number()) return Lengths::fixed(length_at(json));
    if (!json.raw().is_object() || json.raw().size() != 1)
        json.fail("a number of tokens, or an object with one of 'uniform', 'log_normal', 'histogram'");
    if (const auto given = json.find("uniform")) return uniform_from(*given);
    if (const auto given = json.find("log_normal")) return log_normal_from(*given);
    return histogram_from(json.at("histogram"));
}

}  // namespace ridge::cost_model::serving
