// SPDX-License-Identifier: Apache-2.0
#include "tuner/surrogate/features.hpp"

#include <algorithm>
#include <bit>
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

std::vector<float> sizes(const std::vector<double>& values) {
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

// The factors of two in each value; empty when a value is no whole number above 0 (of which 2^53 and more are
// not told apart), or all are powers of two, so that their sizes say the same.
std::vector<float> factors_of_two(const std::vector<double>& values) {
    std::vector<double> factors;
    bool powers = true;
    for (const double value : values) {
        if (!(value >= 1 && value < 0x1p53) || value != std::floor(value)) return {};
        const auto whole = static_cast<std::uint64_t>(value);
        factors.push_back(std::countr_zero(whole));
        powers = powers && std::has_single_bit(whole);
    }
    const auto [low, high] = std::ranges::minmax(factors);
    if (powers || low == high) return {};
    std::vector<float> out;
    for (const double one : factors) out.push_back(static_cast<float>(share(one, low, high)));
    return out;
}

}  // namespace

Features::Features(const SearchSpace& space) {
    std::size_t scale = 0;
    for (const auto& parameter : space.parameters().parameters) {
        const auto count = parameter.values.size();
        Coordinates own;
        if (const auto values = numbers(parameter); !values.empty()) {
            const auto size = sizes(values), factors = factors_of_two(values);
            own.width = factors.empty() ? 1 : 2;
            for (std::size_t i = 0; i < count; ++i) {
                own.of_values.push_back(size[i]);
                if (!factors.empty()) own.of_values.push_back(factors[i]);
            }
            for (std::size_t i = 0; i < own.width; ++i) scale_of_.push_back(scale++);
        } else {
            own.width = count;
            own.of_values.assign(count * count, 0.0F);
            for (std::size_t i = 0; i < count; ++i)
                own.of_values[i * count + i] = static_cast<float>(std::numbers::sqrt2 / 2);
            scale_of_.insert(scale_of_.end(), count, scale++);
        }
        parameter_of_.insert(parameter_of_.end(), own.width, coordinates_.size());
        coordinates_.push_back(std::move(own));
    }
}

void Features::write(std::span<const std::uint32_t> choice, std::span<float> out) const {
    auto to = out.begin();
    for (std::size_t i = 0; i < coordinates_.size(); ++i) {
        const auto& [width, of_values] = coordinates_[i];
        to = std::copy_n(of_values.begin() + static_cast<std::ptrdiff_t>(choice[i] * width), width, to);
    }
}

}  // namespace ridge::tuner
