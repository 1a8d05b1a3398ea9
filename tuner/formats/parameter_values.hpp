// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/json.hpp"
#include "core/kernel_config.hpp"

namespace ridge::tuner {

/// Values of one parameter of a search space file: a list of values of one kind, or an object that makes
/// them: {"values": […]}, {"range": [low, high], "step": s}, {"power_of_two": [low, high]},
/// {"permutation": ["i", "j"]} (each order a value, "i,j"). Whole numbers become floats where one of a list
/// is a float. Throws InputError naming file, key and value.
[[nodiscard]] std::vector<ParameterValue> values_from(const JsonReader& json);

}  // namespace ridge::tuner
