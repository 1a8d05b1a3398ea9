// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/extrapolation.hpp"

#include <algorithm>

#include "cost_model/kernel/root_weighted.hpp"

namespace ridge::cost_model {
namespace {

double mixed(double one, double other, double share) { return one + share * (other - one); }

}  // namespace

WidthsBeyond::WidthsBeyond(const std::vector<std::vector<ErrorBeyond>>& groups) {
    RootWeighted scores;  // errors an octave
    for (const auto& errors : groups) {
        std::vector<double> of_group;
        for (const auto& [octaves, log_error] : errors)
            of_group.push_back(log_error / std::max(1.0, octaves));
        scores.add(of_group);
    }
    if (scores.size() == 0) return;
    each_octave_ = {scores.quantile(0.80), scores.quantile(0.95)};
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
