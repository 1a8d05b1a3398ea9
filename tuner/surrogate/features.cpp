// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace ridge::tuner {
namespace {

std::optional<double> number(const ParameterValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
}

// Every value as a number; empty when one is none.
std::vector<double> numbers(const TunableParameter& parameter) {
    std::vector<double> out;
    for (const auto& value : parameter.values)
        if (const auto one = number(value)) out.push_back(*one);
    if (out.size() != parameter.values.size()) out.clear();
    return out;
}

double share(double value, double low, double high) { return high > low ? (value - low) / (high - low) : 0; }

std::vector<float> coordinates(const std::vector<double>& values) {
    auto sorted = values;
    std::ranges::sort(sorted);
    const double low = sorted.front(), high = sorted.back();
    std::vector<float> out;
    for (const double value : values) {
        const auto place = static_cast<double>(std::ranges::lower_bound(sorted, value) - sorted.begin());
        const double rank = share(place, 0, static_cast<double>(sorted.size() - 1));
        const double scaled =
            low > 0 ? share(std::log(value), std::log(low), std::log(high)) : share(value, low, high);
        out.push_back(static_cast<float>((rank + scaled) / 2));
    }
    return out;
}

}  // namespace

Features::Features(const SearchSpace& space) {
    for (std::size_t i = 0; i < space.parameters().parameters.size(); ++i) {
        const auto& parameter = space.parameters().parameters[i];
        Coordinates own{.first = parameter_of_.size(), .of_value = {}};
        if (const auto values = numbers(parameter); !values.empty()) own.of_value = coordinates(values);
        parameter_of_.insert(parameter_of_.end(), own.of_value.empty() ? parameter.values.size() : 1, i);
        coordinates_.push_back(std::move(own));
    }
}

void Features::write(std::span<const std::uint32_t> choice, std::span<float> out) const {
    std::ranges::fill(out, 0.0F);
    for (std::size_t i = 0; i < coordinates_.size(); ++i) {
        const auto& own = coordinates_[i];
        if (own.of_value.empty())
            out[own.first + choice[i]] = static_cast<float>(std::numbers::sqrt2 / 2);
        else
            out[own.first] = own.of_value[choice[i]];
    }
}

}  // namespace ridge::tuner
