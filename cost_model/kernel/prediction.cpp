// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "core/units.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

// Beyond this distance in any dimension from every fitted call the left-out calls say nothing about the
// error.
constexpr double interval_reach_octaves = 2.0;

// Executed FLOP that the device's arithmetic needs time for, over the FLOP on stored elements: more than 1
// where the data sheet knows no gain from this sparsity. Processors and block sparsity skip zeros in
// software.
double unskipped_zeros(const OperatorCall& call, const DeviceModel& device) {
    const auto& sparsity = call.sparsity;
    if (sparsity.is_dense() || sparsity.kind == Sparsity::Kind::block || device.device.kind == "cpu")
        return 1.0;
    const bool known = sparsity.kind == Sparsity::Kind::n_of_m ? device.sparsity_pattern == sparsity.text()
                                                               : device.sparsity_pattern == "unstructured";
    const double least_share = known ? 1.0 / device.sparsity_max_ratio : 1.0;
    return std::max(sparsity.density(), least_share) / sparsity.density();
}

void set_terms(Prediction& out, const Features& features, const KernelParameters& parameters) {
    if (parameters.launch_s > 0) out.terms.push_back({"launch", parameters.launch_s});
    if (features.compute_s > 0)
        out.terms.push_back({"compute " + std::string(name(features.compute)),
                             features.compute_s / parameters.compute_share});
    for (const auto& level : features.levels)
        out.terms.push_back({level.name, level.seconds / parameters.memory_share});
    out.limiter = std::ranges::max_element(out.terms, {}, &LimiterTerm::seconds)->name;
}

Prediction from_roofs(const OperatorCall& call, const DeviceModel& device) {
    auto features = make_features(call, {}, CacheState::cold, device.device, device.ceilings);
    features.levels.resize(
        1);  // compulsory traffic with memory is all that a call without kernel is known to need
    features.compute_s *= unskipped_zeros(call, device);
    const KernelParameters shares{.compute_share = device.compute_efficiency,
                                  .memory_share = device.memory_efficiency};
    Prediction out;
    set_terms(out, features, shares);
    out.time_s = std::ranges::max_element(out.terms, {}, &LimiterTerm::seconds)->seconds;
    const bool measured = features.provenance == Provenance::measured;
    out.provenance = measured ? Provenance::predicted : Provenance::specified;
    out.basis = std::string("roofline on ") + (measured ? "measured" : "data-sheet") + " ceilings" +
                (device.is_bound() ? ": the least time it can take"
                                   : " at " + percent(device.compute_efficiency) + " of compute and " +
                                         percent(device.memory_efficiency) + " of bandwidth, as given");
    return out;
}

// The terms that bound the call on the bare ceilings; a measured call on a device without ceilings has none.
void explain_measured(Prediction& out, const OperatorCall& call, const db::Record& record,
                      const DeviceModel& device) {
    const auto* memory = memory_ceiling(device.ceilings);
    const bool computes = operators::work(call).flop > 0;
    if (!memory || (computes && !compute_ceiling(device.ceilings, operators::work(call).compute))) return;
    auto features =
        make_features(call, record.config, record.measurement.cache, device.device, device.ceilings);
    set_terms(out, features, {});
}

Prediction from_measurement(const OperatorCall& call, const db::Record& record, const DeviceModel& device) {
    Prediction out;
    out.time_s = record.summary->median;
    if (enough_for_interval(record.summary->count)) out.interval = record.summary->interval;
    out.provenance = Provenance::measured;
    out.kind = PredictionKind::measured;
    out.energy_j = record.measurement.energy_j;
    out.implementation = record.implementation;
    const auto config = record.config.text();
    out.basis = "median of " + std::to_string(record.summary->count) + " samples of " +
                record.implementation + (config.empty() ? "" : " [" + config + "]") + ", " +
                std::string(name(record.measurement.cache));
    explain_measured(out, call, record, device);
    return out;
}

struct Neighbour {
    const FittedCall* call = nullptr;
    double octaves = std::numeric_limits<double>::infinity();  // largest over the dimensions
};

Neighbour nearest_fitted(const OperatorCall& call, const KernelGroup& group) {
    Neighbour best;
    for (const auto& fitted : group.calls) {
        const double octaves = octaves_between(call, OperatorCall::parse(fitted.call));
        if (octaves < best.octaves) best = {&fitted, octaves};
    }
    return best;
}

struct FromFit {
    Prediction prediction;
    double octaves = 0;  // to the nearest fitted call
};

// Operands are taken to come from memory: a network's weights do not stay in a cache between two passes.
FromFit from_group(const OperatorCall& call, const KernelGroup& group, const DeviceModel& device) {
    const auto neighbour = nearest_fitted(call, group);
    const auto config = neighbour.call ? neighbour.call->config : KernelConfig{};
    const auto features = make_features(call, config, CacheState::cold, device.device, device.ceilings);
    Prediction out;
    set_terms(out, features, group.parameters);
    out.time_s = kernel_time(features, group.parameters);
    out.provenance = Provenance::predicted;
    out.kind = PredictionKind::fitted;
    out.implementation = group.key.implementation;
    out.basis = "fitted model of " + group.key.implementation;
    if (!group.pooled_from.empty()) out.basis += ", pooled over " + group.pooled_from;
    const bool near = neighbour.octaves <= interval_reach_octaves;
    if (group.interval_factor && near)
        out.interval = Interval{out.time_s / *group.interval_factor, out.time_s * *group.interval_factor};
    else if (near)
        out.basis += "; too few calls for an interval";
    else if (neighbour.call)
        out.basis += "; " + significant(neighbour.octaves, 2) +
                     " octaves from the nearest call, so without an interval";
    else
        out.basis += "; no call of its own kind was fitted, so without an interval";
    return {std::move(out), neighbour.octaves};
}

// A kernel that was measured near the call before one that was not; of those near the fastest, of the others
// the nearest.
bool preferable(const FromFit& one, const FromFit& other) {
    const bool near = one.octaves <= interval_reach_octaves,
               other_near = other.octaves <= interval_reach_octaves;
    if (near != other_near) return near;
    return near || one.octaves == other.octaves ? one.prediction.time_s < other.prediction.time_s
                                                : one.octaves < other.octaves;
}

std::optional<Prediction> from_fit(const OperatorCall& call, const DeviceModel& device) {
    if (!device.kernels) return std::nullopt;
    const auto compute = operators::work(call).compute;
    std::optional<FromFit> best;
    for (const auto& group : device.kernels->groups) {
        const auto& key = group.key;
        if (key.op != call.op || key.compute != compute || key.sparsity != call.sparsity.kind) continue;
        auto candidate = from_group(call, group, device);
        if (!best || preferable(candidate, *best)) best = std::move(candidate);
    }
    return best ? std::optional(std::move(best->prediction)) : std::nullopt;
}

}  // namespace

Prediction predict(const OperatorCall& call, const DeviceModel& device) {
    if (!device.measured.empty())
        if (const auto found = device.measured.find(call.text()); found != device.measured.end())
            return from_measurement(call, found->second, device);
    if (auto fitted = from_fit(call, device)) return *std::move(fitted);
    return from_roofs(call, device);
}

}  // namespace ridge::cost_model
