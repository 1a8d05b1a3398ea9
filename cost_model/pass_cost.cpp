// SPDX-License-Identifier: Apache-2.0
#include "cost_model/pass_cost.hpp"

#include <algorithm>
#include <map>

namespace ridge::cost_model {
namespace {

void add_provenance(PassCost& pass, const RoleCost& role) {
    switch (role.each.provenance) {
        case Provenance::measured:
            pass.measured_share += role.seconds;
            break;
        case Provenance::predicted:
            pass.predicted_share += role.seconds;
            break;
        case Provenance::specified:
            pass.specified_share += role.seconds;
            break;
    }
}

void add_roof(PassCost& pass, const RoleCost& role) {
    if (role.each.kind == PredictionKind::roof)
        pass.roof_share += role.seconds;
    else
        pass.is_bound = false;
}

void add_interval(Interval& interval, PassCost& pass, const RoleCost& role) {
    const auto each = role.each.interval.value_or(Interval{role.each.time_s, role.each.time_s});
    const double times = role.each.time_s > 0 ? role.seconds / role.each.time_s : 0.0;
    interval.low += times * each.low;
    interval.high += times * each.high;
    if (role.each.interval) pass.interval_share += role.seconds;
}

void divide_shares(PassCost& pass) {
    if (pass.seconds <= 0) return;
    for (auto* share : {&pass.interval_share, &pass.measured_share, &pass.predicted_share,
                        &pass.specified_share, &pass.roof_share})
        *share /= pass.seconds;
    for (auto& role : pass.roles) role.share = role.seconds / pass.seconds;
}

std::string main_limiter(const std::vector<RoleCost>& roles) {
    std::map<std::string, double> seconds;
    for (const auto& role : roles) seconds[role.each.limiter] += role.seconds;
    if (seconds.empty()) return "";
    return std::ranges::max_element(seconds, {}, [](const auto& entry) { return entry.second; })->first;
}

}  // namespace

RoleCost outside_calls(const std::string& role, const std::string& what, std::int64_t count, double seconds,
                       const std::string& limiter) {
    RoleCost out{.role = role, .call = what, .count = count, .each = {}, .seconds = seconds, .share = 0};
    out.each.time_s = count > 0 ? seconds / static_cast<double>(count) : 0.0;
    out.each.basis = what;
    out.each.terms = {{limiter, out.each.time_s}};
    out.each.limiter = limiter;
    return out;
}

PassCost pass_of(std::vector<RoleCost> roles, const NetworkWork& work, bool bare) {
    PassCost pass;
    pass.is_bound = bare;
    pass.work = work;
    Interval interval;
    for (const auto& role : roles) {
        pass.seconds += role.seconds;
        add_provenance(pass, role);
        add_roof(pass, role);
        add_interval(interval, pass, role);
    }
    if (pass.interval_share > 0) pass.interval = interval;
    pass.roles = std::move(roles);
    divide_shares(pass);
    pass.limiter = main_limiter(pass.roles);
    return pass;
}

}  // namespace ridge::cost_model
