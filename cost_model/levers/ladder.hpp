// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost_model/levers/lever.hpp"

namespace ridge::cost_model {

/// What a ladder's factors are ratios of: the first that base and rung both have.
enum class LadderMeasure {
    usd_per_request,
    device_seconds_per_request,  ///< devices · time of the batch / sequences
};
[[nodiscard]] std::string_view name(LadderMeasure measure);

/// One lever: how many times cheaper it makes a request alone, and with those before it.
struct Rung {
    std::string lever;                                ///< "weights=int4:g128"
    std::string quality;                              ///< loss with its source, or "unknown"
    std::optional<double> own = std::nullopt;         ///< base over the lever alone; absent with a reason
    std::optional<double> stacked = std::nullopt;     ///< base over this and all before it
    std::optional<double> lost = std::nullopt;        ///< product of the own factors so far over `stacked`
    double tokens_per_s = 0, ttft_s = 0, tpot_s = 0;  ///< with this and all before it; 0 where refused
    std::string missing = {};
};

struct Ladder {
    std::string device, model;
    LadderMeasure measure = LadderMeasure::usd_per_request;
    TokenCost base, together;
    std::vector<Rung> rungs;
    std::optional<double> product = std::nullopt;      ///< of the own factors
    std::optional<double> all_at_once = std::nullopt;  ///< base over all levers together
    std::optional<double> lost = std::nullopt;  ///< product / all_at_once: what the interaction took away
};

/// Throws InputError for a lever that the scenario can not take; one with which nothing fits has a reason
/// instead of a factor.
[[nodiscard]] Ladder climb(const Scenario& base, const std::vector<LeverUse>& uses);

}  // namespace ridge::cost_model
