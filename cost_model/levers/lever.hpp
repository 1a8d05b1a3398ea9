// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cost_model/levers/lever_value.hpp"
#include "cost_model/token_cost.hpp"

namespace ridge::cost_model {

/// Everything that evaluate() asks for, as the levers change it.
struct Scenario {
    ModelConfig model;
    DeviceModel device;
    Workload workload;
    Economy economy;
    Deployment deployment;
};
[[nodiscard]] TokenCost evaluate(const Scenario& scenario);

/// A named transformation of a scenario; levers are pulled in the order given and stack.
struct Lever {
    std::string_view name;
    std::string_view changes;  ///< what, in a sentence
    std::string_view value;    ///< its fields with units, as the help shows them
    std::string_view preset;   ///< value when none is given; empty: has to be given
    std::string_view quality;  ///< loss of the answers' quality with its source, or "unknown"
    void (*pull)(Scenario& scenario, const LeverValue& value);
};

[[nodiscard]] std::span<const Lever> levers();

/// A lever and what it is set to.
struct LeverUse {
    const Lever* lever = nullptr;
    LeverValue value;

    [[nodiscard]] std::string text() const { return std::string(lever->name) + "=" + value.text(); }
};

/// "weights=int4:g128", or the name alone for its preset. Throws InputError with the nearest name.
[[nodiscard]] LeverUse parse_lever(const std::string& text);

/// Throws InputError for a value that makes no sense, or that the model can not take.
void pull(Scenario& scenario, const LeverUse& use);

}  // namespace ridge::cost_model
