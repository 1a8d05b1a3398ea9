// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/monte_carlo.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

constexpr double z_of_90 = 1.2815515655446004;  // 90th percentile of the standard normal distribution

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every platform, which std's distributions do not
// promise.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    double uniform() { return (static_cast<double>(next() >> 11U) + 0.5) * 0x1p-53; }  // in (0, 1)
    double normal() {                                                                  // Box and Muller 1958
        return std::sqrt(-2.0 * std::log(uniform())) * std::cos(2.0 * std::numbers::pi * uniform());
    }

  private:
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    std::uint64_t state_;
};

// Only what is uncertain is drawn, so that an input more in the table changes no other answer.
std::vector<const MoneyInput*> uncertain(const UncertainInputs& inputs) {
    std::vector<const MoneyInput*> out;
    for (const auto& input : money_inputs()) {
        const bool is_time = input.member == &MoneyInputs::prefill_time_factor ||
                             input.member == &MoneyInputs::decode_time_factor;
        if (!is_time && inputs.low.*input.member < inputs.high.*input.member) out.push_back(&input);
    }
    return out;
}

void draw_times(MoneyInputs& drawn, const UncertainInputs& inputs, double z) {
    for (const auto member : {&MoneyInputs::prefill_time_factor, &MoneyInputs::decode_time_factor})
        drawn.*member =
            inputs.value.*member * log_normal_factor(inputs.low.*member / inputs.value.*member,
                                                     inputs.high.*member / inputs.value.*member, z);
}

double quantile_of(std::vector<double>& values, double p) {
    const auto place = static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

Spread spread_of(std::vector<double> values) {
    constexpr double tail = (1 - monte_carlo_confidence) / 2;
    Spread out;
    out.median = quantile_of(values, 0.5);
    out.interval = {quantile_of(values, tail), quantile_of(values, 1 - tail)};
    return out;
}

}  // namespace

double triangular(double low, double mode, double high, double u) {
    if (!(low < high)) return mode;
    const double width = high - low;
    return u < (mode - low) / width ? low + std::sqrt(u * width * (mode - low))
                                    : high - std::sqrt((1 - u) * width * (high - mode));
}

double log_normal_factor(double low, double high, double z) {
    return std::exp(z * (z < 0 ? -std::log(low) : std::log(high)) / z_of_90);
}

MoneySpread monte_carlo(const MoneyQuestion& question, int draws, std::uint64_t seed) {
    if (draws < 2 || draws > most_draws)
        throw InputError("Monte Carlo draws are " + std::to_string(draws) + ", should be between 2 and " +
                         std::to_string(most_draws));
    const auto& inputs = question.inputs;
    const auto varied = uncertain(inputs);
    Random random(seed);
    const auto count = static_cast<std::size_t>(draws);
    std::vector<double> input(count), output(count), total(count), request(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto drawn = inputs.value;
        for (const auto* one : varied)
            drawn.*one->member = triangular(inputs.low.*one->member, inputs.value.*one->member,
                                            inputs.high.*one->member, random.uniform());
        draw_times(drawn, inputs, random.normal());
        const auto money = token_money(question.times, drawn, question.acquisition);
        input[i] = money.per_million_input;
        output[i] = money.per_million_output;
        total[i] = money.per_million_total;
        request[i] = money.per_request;
    }
    return {spread_of(std::move(input)), spread_of(std::move(output)), spread_of(std::move(total)),
            spread_of(std::move(request)), draws};
}

}  // namespace ridge::cost_model
