// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/interval_table.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

constexpr std::size_t least_errors = 12;
constexpr std::size_t most_ranges = 8, errors_each = 40;

// The largest error where there are too few for the quantile: the widest interval that they speak for.
double quantile_or_largest(const std::vector<double>& errors, double confidence) {
    const auto quantile = conformal_quantile(errors, confidence);
    return quantile ? *quantile : std::ranges::max(errors);
}

HalfWidths half_widths_of(const std::vector<double>& errors) {
    return {quantile_or_largest(errors, 0.80), quantile_or_largest(errors, 0.95)};
}

}  // namespace

std::optional<double> conformal_quantile(std::vector<double> errors, double confidence) {
    const auto rank =
        static_cast<std::size_t>(std::ceil((static_cast<double>(errors.size()) + 1.0) * confidence));
    if (rank == 0 || rank > errors.size()) return std::nullopt;
    std::ranges::nth_element(errors, errors.begin() + static_cast<std::ptrdiff_t>(rank - 1));
    return errors[rank - 1];
}

IntervalTable::IntervalTable(std::vector<CrossValidated> errors) {
    if (errors.size() < least_errors) return;
    std::ranges::sort(errors, {}, &CrossValidated::variance);
    const auto ranges = std::clamp(errors.size() / errors_each, std::size_t{1}, most_ranges);
    std::size_t first = 0;
    for (std::size_t range = 1; range <= ranges; ++range) {
        auto last = std::max(first, errors.size() * range / ranges);
        // What is equally far belongs together: at() finds the first range that reaches so far.
        while (last > first && last < errors.size() && errors[last].variance == errors[last - 1].variance)
            ++last;
        if (last == first) continue;
        std::vector<double> sizes;
        for (auto i = first; i < last; ++i) sizes.push_back(errors[i].log_error);
        rows_.push_back({errors[last - 1].variance, half_widths_of(sizes)});
        first = last;
    }
}

std::optional<HalfWidths> IntervalTable::at(double variance) const {
    if (rows_.empty()) return std::nullopt;
    const auto row = std::ranges::find_if(rows_, [&](const Row& one) { return variance <= one.variance; });
    if (row != rows_.end()) return row->half_widths;
    constexpr double least_variance = 1e-3;
    const auto& last = rows_.back();
    const double wider = std::sqrt(variance / std::max(last.variance, least_variance));
    return HalfWidths{last.half_widths.of_80 * std::max(1.0, wider),
                      last.half_widths.of_95 * std::max(1.0, wider)};
}

Json IntervalTable::json() const {
    Json out = Json::array();
    for (const auto& [variance, widths] : rows_)
        out.push_back({{"variance", variance}, {"of_80", widths.of_80}, {"of_95", widths.of_95}});
    return out;
}

IntervalTable IntervalTable::from_json(const JsonReader& json) {
    IntervalTable out;
    for (const auto& row : json.items())
        out.rows_.push_back(
            {row.at("variance").number(), {row.amount_or("of_80", 0), row.amount_or("of_95", 0)}});
    return out;
}

}  // namespace ridge::cost_model
