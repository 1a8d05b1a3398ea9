// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/sensitivity.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

constexpr double small_step = 1e-3;  // relative; the cost is smooth, so that the error is about its square

double cost_with(const MoneyQuestion& question, double MoneyInputs::*member, double value) {
    auto inputs = question.inputs.value;
    inputs.*member = value;
    return token_money(question.times, inputs, question.acquisition).per_million_output;
}

Sensitivity sensitivity_of(const MoneyQuestion& question, const MoneyInput& input) {
    const auto& [value, low, high] = question.inputs;
    Sensitivity out{.input = &input,
                    .value = value.*input.member,
                    .low = low.*input.member,
                    .high = high.*input.member,
                    .elasticity = {},
                    .cost_at_low = cost_with(question, input.member, low.*input.member),
                    .cost_at_high = cost_with(question, input.member, high.*input.member)};
    const double base = cost_with(question, input.member, out.value);
    if (out.value != 0 && base != 0)
        out.elasticity = (cost_with(question, input.member, out.value * (1 + small_step)) -
                          cost_with(question, input.member, out.value * (1 - small_step))) /
                         (2 * small_step * base);
    return out;
}

bool matters(const Sensitivity& one) {
    constexpr double nothing = 1e-9;  // below what rounding makes of an input that is not used
    return one.swing() > 0 || (one.elasticity && std::abs(*one.elasticity) > nothing);
}

}  // namespace

std::vector<Sensitivity> sensitivities(const MoneyQuestion& question) {
    std::vector<Sensitivity> out;
    for (const auto& input : money_inputs())
        if (auto one = sensitivity_of(question, input); matters(one)) out.push_back(one);
    std::ranges::stable_sort(out, [](const Sensitivity& a, const Sensitivity& b) {
        return std::pair(a.swing(), std::abs(a.elasticity.value_or(0))) >
               std::pair(b.swing(), std::abs(b.elasticity.value_or(0)));
    });
    return out;
}

}  // namespace ridge::cost_model
