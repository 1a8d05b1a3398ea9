// SPDX-License-Identifier: Apache-2.0
#include "cost_model/levers/ladder.hpp"

namespace ridge::cost_model {
namespace {

std::optional<double> burden(const TokenCost& cost, LadderMeasure measure) {
    if (cost.verdict != Verdict::ok) return std::nullopt;
    return measure == LadderMeasure::usd_per_request ? cost.money.usd_per_request
                                                     : std::optional(cost.request_device_s);
}

std::optional<double> ratio(const std::optional<double>& over, const std::optional<double>& under) {
    if (!over || !under || *under <= 0) return std::nullopt;
    return *over / *under;
}

TokenCost pulled(Scenario scenario, const LeverUse& use) {
    pull(scenario, use);
    return evaluate(scenario);
}

void describe(Rung& rung, const TokenCost& stacked, const TokenCost& alone) {
    rung.missing = alone.verdict != Verdict::ok ? alone.reason : stacked.reason;
    if (stacked.verdict != Verdict::ok) return;
    rung.tokens_per_s = stacked.tokens_per_s;
    rung.ttft_s = stacked.time_to_first_token_s;
    rung.tpot_s = stacked.time_per_output_token_s;
}

std::optional<double> times(const std::optional<double>& one, const std::optional<double>& other) {
    if (!one || !other) return std::nullopt;
    return *one * *other;
}

}  // namespace

std::string_view name(LadderMeasure measure) {
    return measure == LadderMeasure::usd_per_request ? "USD per request" : "device seconds per request";
}

Ladder climb(const Scenario& base, const std::vector<LeverUse>& uses) {
    Ladder out{.device = base.device.device.name,
               .model = base.model.name,
               .base = evaluate(base),
               .together = {},
               .rungs = {}};
    const bool priced = out.base.verdict != Verdict::ok || out.base.money.usd_per_request;
    out.measure = priced ? LadderMeasure::usd_per_request : LadderMeasure::device_seconds_per_request;
    const auto before = burden(out.base, out.measure);
    auto scenario = base;
    out.together = out.base;
    out.product = before ? std::optional(1.0) : std::nullopt;
    for (const auto& use : uses) {
        Rung rung{.lever = use.text(), .quality = std::string(use.lever->quality)};
        const auto alone = pulled(base, use);
        pull(scenario, use);
        out.together = evaluate(scenario);
        rung.own = ratio(before, burden(alone, out.measure));
        rung.stacked = ratio(before, burden(out.together, out.measure));
        out.product = times(out.product, rung.own);
        rung.lost = ratio(out.product, rung.stacked);
        describe(rung, out.together, alone);
        out.rungs.push_back(std::move(rung));
    }
    out.all_at_once = ratio(before, burden(out.together, out.measure));
    out.lost = ratio(out.product, out.all_at_once);
    return out;
}

}  // namespace ridge::cost_model
