// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cost_model/serving/sweep.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// A combination of a sweep with its words.
struct SweepRow {
    std::string model, device, parallelism, weights;
    std::int64_t batch = 0;
    double prompt_tokens = 0, output_tokens = 0;
    cost_model::serving::SweepCell cell = {};
    bool on_device_front = false, on_cost_front = false;
};

/// Points that no other combination beats in tokens/s per user and per device, or per user and in cost.
void mark_fronts(std::vector<SweepRow>& rows);

[[nodiscard]] Table sweep_table(const std::vector<SweepRow>& rows, const std::string& title);

}  // namespace ridge::reports
