// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/extrapolation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ridge::cost_model {
namespace {

using Score = std::pair<double, double>;  // error an octave, weight

// Least score that the share of the weight does not exceed.
double weighted_quantile(const std::vector<Score>& sorted, double share) {
    double all = 0, sum = 0;
    for (const auto& [score, weight] : sorted) all += weight;
    for (const auto& [score, weight] : sorted)
        if ((sum += weight) >= share * all) return score;
    return sorted.back().first;
}

double mixed(double one, double other, double share) { return one + share * (other - one); }

}  // namespace

WidthsBeyond::WidthsBeyond(const std::vector<std::vector<ErrorBeyond>>& groups) {
    std::vector<Score> scores;
    for (const auto& errors : groups)
        for (const auto& [octaves, log_error] : errors)
            scores.emplace_back(log_error / std::max(1.0, octaves),
                                1 / std::sqrt(static_cast<double>(errors.size())));
    if (scores.empty()) return;
    std::ranges::sort(scores);
    each_octave_ = {weighted_quantile(scores, 0.80), weighted_quantile(scores, 0.95)};
}

HalfWidths WidthsBeyond::at(double octaves, const HalfWidths& within) const {
    if (empty() || octaves <= 0) return within;
    const double far = std::max(1.0, octaves), share = std::min(1.0, octaves);
    return {mixed(within.of_80, far * each_octave_.of_80, share),
            mixed(within.of_95, far * each_octave_.of_95, share)};
}

Json WidthsBeyond::json() const { return {{"of_80", each_octave_.of_80}, {"of_95", each_octave_.of_95}}; }

WidthsBeyond WidthsBeyond::from_json(const JsonReader& json) {
    WidthsBeyond out;
    out.each_octave_ = {json.amount_or("of_80", 0), json.amount_or("of_95", 0)};
    return out;
}

}  // namespace ridge::cost_model
