// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/root_weighted.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {

void RootWeighted::add(const std::vector<double>& set) {
    for (const double value : set) values_.push_back({value, 1 / std::sqrt(static_cast<double>(set.size()))});
}

double RootWeighted::quantile(double share) {
    std::ranges::stable_sort(values_, {}, &Value::value);
    double all = 0, sum = 0;
    for (const auto& one : values_) all += one.weight;
    for (const auto& one : values_)
        if ((sum += one.weight) >= share * all) return one.value;
    return values_.back().value;
}

}  // namespace ridge::cost_model
