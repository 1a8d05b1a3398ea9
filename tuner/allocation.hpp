// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

/// Where a further measurement pays most, when what counts is the weighted time of all calls of a suite.
namespace ridge::tuner {

/// How the search on a call went so far.
struct Course {
    double weight = 1;                        ///< of the call in the suite
    std::vector<std::optional<double>> best;  ///< value after each evaluation, the least so far
    double spent_s = 0;                       ///< by workers on these evaluations

    void add(std::optional<double> value);
};

/// What the next evaluation of each call is expected to take off the weighted sum: weight times best value
/// times the relative gain that an evaluation of this number brought on all calls, and its own latest ones
/// brought on this call. 0 for a call without a value.
[[nodiscard]] std::vector<double> expected_gains(std::span<const Course> courses);

}  // namespace ridge::tuner
