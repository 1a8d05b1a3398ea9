// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/open_step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/units.hpp"
#include "cost_model/placement/collectives.hpp"

namespace ridge::cost_model {
namespace {

// Seconds that are below what a clock shows are none.
constexpr double none_s = 1e-15;

class Opening {
  public:
    Opening(const Placement& placement, const StageWork& work, double repeats)
        : placement_(placement), work_(work), repeats_(repeats), times_(work.microbatches * repeats) {}

    void add_call(const NetworkCall& one);
    void add_exchanges();
    [[nodiscard]] OpenStep finish(const std::vector<TierReading>& readings);

  private:
    void add_outside(const char* role, const std::string& what, double seconds, const char* limiter,
                     Provenance provenance = Provenance::specified) {
        if (seconds <= none_s) return;
        roles_.push_back(outside_calls(role, what, 1, seconds, limiter));
        roles_.back().each.provenance = provenance;
    }
    // Of links at the data sheet's rate, or at the share of it that an engine was fitted to reach.
    [[nodiscard]] Provenance of_links() const {
        return placement_.engine.compute_share ? Provenance::predicted : Provenance::specified;
    }
    void add_exchange(RoleCost role) {
        role.each.provenance = of_links();
        roles_.push_back(std::move(role));
    }
    [[nodiscard]] PartSeconds seconds_of(const NetworkCall& call, const Prediction& each) const;
    void add_waits(const StepCost& cost);
    double read(const std::vector<TierReading>& readings, double behind_s);

    const Placement& placement_;
    const StageWork& work_;
    double repeats_, times_;
    double gaps_ = 0, exchanged_ = 0;
    StageParts parts_;
    std::vector<RoleCost> roles_;
};

// The prediction has the engine's shares in it: its terms are as they are.
PartSeconds Opening::seconds_of(const NetworkCall& call, const Prediction& each) const {
    auto demand = demand_of(call, each, *placement_.device);
    demand.known_s = each.time_s;
    return call_seconds(demand, placement_.engine, {});
}

void Opening::add_call(const NetworkCall& one) {
    const double count = static_cast<double>(one.count);
    RoleCost role{.role = one.role,
                  .call = one.call.text(),
                  .count = one.count,
                  .each = placed_prediction(placement_, one),
                  .seconds = 0,
                  .share = 0};
    role.seconds = count * role.each.time_s * times_;
    gaps_ += placement_.engine.call_s * count * times_;
    const auto part = part_of(one);
    (part == CallPart::sequences ? parts_.sequences
     : part == CallPart::rows    ? parts_.rows
     : work_.decodes             ? parts_.decode
                                 : parts_.prompts) += seconds_of(one, role.each);
    roles_.push_back(std::move(role));
}

void Opening::add_exchanges() {
    const double exposed = 1.0 - placement_.engine.communication_overlap;
    for (const auto& one : exchanges(placement_, work_.rows, work_.sequences)) {
        const double seconds = one.count * one.seconds;
        parts_.rows.communication += seconds;
        exchanged_ += seconds * exposed * times_;
        if (seconds * exposed > none_s)
            add_exchange(outside_calls(one.role, one.basis, static_cast<std::int64_t>(one.count),
                                       seconds * exposed * times_, one.link));
    }
    parts_.send_s = stage_send_s(placement_, work_.rows);
    parts_.ring_s = ring_attention_s(placement_, work_.prompt_tokens * work_.prompts);
}

// An engine's own seconds were fitted on published measurements, no data sheet has them.
void Opening::add_waits(const StepCost& cost) {
    add_outside("between calls", "the device waits for the next call", gaps_, "launch",
                Provenance::predicted);
    add_outside("other exchanges", "between stages, and keys and values around a ring",
                cost.communication_s * repeats_ - exchanged_, placement_.topology.node.name.c_str(),
                of_links());
    add_outside("waiting stages", "a stage of the pipeline has no microbatch", cost.bubble_s * repeats_,
                "pipeline", of_links());
    add_outside("host", "scheduling, preparing and sampling of engine " + placement_.engine.name,
                cost.host_s * repeats_, "host", Provenance::predicted);
}

// Seconds that nothing hides.
double Opening::read(const std::vector<TierReading>& readings, double behind_s) {
    double all = 0;
    for (const auto& one : readings) {
        if (one.bytes <= 0 || !std::isfinite(one.bytes_per_s)) continue;
        const double seconds = one.bytes / one.bytes_per_s;
        const double exposed =
            std::max(0.0, seconds * one.overlap - behind_s) + seconds * (1.0 - one.overlap);
        add_outside(one.role.c_str(), quantity(one.bytes, "B") + " at " + quantity(one.bytes_per_s, "B/s"),
                    exposed, "memory tier");
        all += exposed;
    }
    return all;
}

StepCost times(const StepCost& one, double repeats) {
    return {one.time_s * repeats,   one.energy_j * repeats, one.compute_s * repeats,
            one.memory_s * repeats, one.launch_s * repeats, one.communication_s * repeats,
            one.host_s * repeats,   one.bubble_s * repeats};
}

OpenStep Opening::finish(const std::vector<TierReading>& readings) {
    const auto power = power_of(placement_);
    const auto one = step_cost(placement_, power, work_, parts_);
    add_waits(one);
    OpenStep out{.pass = {}, .cost = times(one, repeats_)};
    const double reading = read(readings, out.cost.time_s - out.cost.host_s);
    out.cost.time_s += reading;
    out.cost.memory_s += reading;
    out.cost.energy_j += reading * placement_.devices() * power.at(power.waiting_activity);
    const bool bare =
        placement_.device->is_bound() && !placement_.engine.compute_share && !placement_.engine.memory_share;
    out.pass = pass_of(std::move(roles_), {}, bare);
    return out;
}

}  // namespace

OpenStep open_step(const Placement& placement, const Pass& pass, const StageWork& work,
                   const std::vector<TierReading>& readings, double repeats) {
    Opening opening(placement, work, repeats);
    const auto calls = placed_calls(placement, pass);
    for (const auto& one : calls) opening.add_call(one);
    opening.add_exchanges();
    auto out = opening.finish(readings);
    out.pass.work = network_work(calls);
    return out;
}

double tier_rate(const DeviceModel& device, const Tiers& tiers, Tier tier, double link_share) {
    if (tier == Tier::device) return std::numeric_limits<double>::infinity();
    const auto link = host_link(device.interconnect);
    const double through = link.bytes_per_s * (link_share > 0 ? link_share : usual_link_share(link.kind));
    return std::min(tier == Tier::dram ? tiers.dram_bytes_per_s : tiers.ssd_bytes_per_s, through);
}

}  // namespace ridge::cost_model
