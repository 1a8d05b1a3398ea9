// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/statistics.hpp"
#include "cost_model/kernel/prediction.hpp"
#include "cost_model/network/network_call.hpp"

namespace ridge::cost_model {

/// One line of the breakdown: calls of one role in one pass, or seconds that no call takes (an exchange, the
/// host, a stage that waits).
struct RoleCost {
    std::string role;
    std::string call;  ///< canonical text; of what is no call, what it is
    std::int64_t count = 1;
    Prediction each;     ///< of one call
    double seconds = 0;  ///< count · each.time_s
    double share = 0;    ///< of the pass
};

/// Time of one pass through the model, opened down to its calls: those of one device.
struct PassCost {
    double seconds = 0;
    /// Ends of the calls' intervals added up, as if all erred the same way; calls without an interval count
    /// with their time. Absent when no call has one.
    std::optional<Interval> interval;
    double interval_share = 0;  ///< of the seconds that come from calls with an interval
    double measured_share = 0, predicted_share = 0, specified_share = 0;  ///< of the seconds
    double roof_share = 0;  ///< of the seconds that are bare roofs, predicted (measured roofs) or specified
    /// Every call's time is its bare roof: the seconds are the least that the pass can take.
    bool is_bound = false;
    NetworkWork work;
    std::string limiter;          ///< that most seconds are under
    std::vector<RoleCost> roles;  ///< in order of execution
};

/// `seconds` that pass outside calls, under the limiter of that name.
[[nodiscard]] RoleCost outside_calls(const std::string& role, const std::string& what, std::int64_t count,
                                     double seconds, const std::string& limiter);

/// The pass that these roles make. `bare` says whether roofs are taken as they are.
[[nodiscard]] PassCost pass_of(std::vector<RoleCost> roles, const NetworkWork& work, bool bare);

}  // namespace ridge::cost_model
