// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/prediction.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/kernel/features.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

// Beyond this distance in any dimension from every fitted call a prediction is called extrapolated.
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

void set_terms(Prediction& out, const CallFeatures& features, const KernelParameters& parameters) {
    for (const auto& [name, count] : features.latencies)
        if (const double time = count * value_of(parameters.latencies, name, 0); time > 0)
            out.terms.push_back({std::string(name), time});
    for (std::size_t i = 0; i < features.ceilings.size(); ++i)
        if (const double time = seconds_at(features, i, parameters); time > 0)
            out.terms.push_back({std::string(features.ceilings[i].name), time});
    if (!out.terms.empty())
        out.limiter = std::ranges::max_element(out.terms, {}, &LimiterTerm::seconds)->name;
}

// Terms at the bare ceilings, scaled by the shares that the user gives.
void set_roof_terms(Prediction& out, const Features& features, double compute_share, double memory_share) {
    if (features.compute_s > 0)
        out.terms.push_back(
            {"compute " + std::string(name(features.compute)), features.compute_s / compute_share});
    for (const auto& level : features.levels) out.terms.push_back({level.name, level.seconds / memory_share});
    out.limiter = std::ranges::max_element(out.terms, {}, &LimiterTerm::seconds)->name;
}

Prediction from_roofs(const OperatorCall& call, const DeviceModel& device) {
    auto features = make_features(call, {}, CacheState::cold, device.device, device.ceilings);
    features.levels.resize(
        1);  // compulsory traffic with memory is all that a call without kernel is known to need
    features.compute_s *= unskipped_zeros(call, device);
    Prediction out;
    set_roof_terms(out, features, device.compute_efficiency, device.memory_efficiency);
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
    set_roof_terms(out, features, 1, 1);
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

// How well a group's kind of call fits the one asked for.
enum class Match { same_formats, same_arithmetic, other_precision, none };

Match match_of(const OperatorCall& call, Precision compute, const KernelGroup& group) {
    const auto& key = group.key;
    if (key.op != call.op || !key.has_sparsity_of(key.as_run(call))) return Match::none;
    if (key.formats == formats_of(call)) return Match::same_formats;
    auto other = call;
    const auto formats = OperatorCall::parse(key.op + " " + key.formats).operands;
    if (formats.size() != other.operands.size()) return Match::none;
    other.operands = formats;
    try {
        return operators::work(other).compute == compute ? Match::same_arithmetic : Match::other_precision;
    } catch (const InputError&) {
        return Match::none;  // these formats do not go with this call
    }
}

struct FromFit {
    Prediction prediction;
    Match match = Match::none;
    double octaves = 0;  // to the nearest fitted call
};

void set_intervals(Prediction& out, const KernelGroup& group, const GroupEstimate& found) {
    const auto widths = half_widths(group, found);
    if (!widths) return;
    out.interval = Interval{out.time_s * std::exp(-widths->of_80), out.time_s * std::exp(widths->of_80)};
    out.interval_95 = Interval{out.time_s * std::exp(-widths->of_95), out.time_s * std::exp(widths->of_95)};
}

// The dimension that grows with the work of a step; none for prefill, whose lengths depend on each other.
Dimension* load_of(OperatorCall& call) {
    constexpr std::array<std::string_view, 4> names = {"m", "tokens", "rows", "context"};
    const auto prefills = [](const Dimension& one) { return one.name == "queries" && one.value > 1; };
    if (std::ranges::any_of(call.dimensions, prefills)) return nullptr;
    const auto found = std::ranges::find_if(call.dimensions, [&](const Dimension& one) {
        return std::ranges::find(names, one.name) != names.end();
    });
    return found == call.dimensions.end() ? nullptr : &*found;
}

// Half the work takes no longer than all of it: the most that the call, or one of half, a quarter … of its
// load, takes. So the learned correction cannot make a call of twice the load faster.
template <class Seconds>
double no_less_than_halves(OperatorCall call, double seconds, const Seconds& seconds_of) {
    auto* load = load_of(call);
    if (!load) return seconds;
    for (load->value /= 2; load->value > 0; load->value /= 2) seconds = std::max(seconds, seconds_of(call));
    return seconds;
}

std::string basis_of(const KernelGroup& group, Match match, double octaves, bool interval) {
    std::string out = "fitted model of " + group.key.implementation;
    if (!group.key.version.empty()) out += " " + group.key.version;
    if (match != Match::same_formats) out += " with " + group.key.formats;
    if (!group.pooled_from.empty()) out += ", borrowing from " + group.pooled_from;
    if (octaves > interval_reach_octaves)
        out += "; extrapolated: " + significant(octaves, 2) + " octaves from the nearest call";
    if (!interval) out += "; too few calls for an interval";
    return out;
}

double launching_share(const CallFeatures& features, const KernelParameters& parameters) {
    auto without = parameters;
    for (auto& latency : without.latencies)
        if (latency.name == "launch") latency.value = 0;
    return 1 - kernel_time(features, without) / kernel_time(features, parameters);
}

void set_parameters(Prediction& out, const KernelParameters& parameters) {
    out.parameters = parameters.latencies;
    out.parameters.insert(out.parameters.end(), parameters.shares.begin(), parameters.shares.end());
    out.parameters.push_back({"overlap", parameters.overlap, parameters.overlap_log_sd});
    out.parameters.push_back({"launch overlap", parameters.launch_overlap, 0});
    for (const auto& [tile, speed] : parameters.tiles)
        out.parameters.push_back({"tile " + std::string(product_tiles.at(tile).name), speed, 0});
}

CallFeatures features_for(const OperatorCall& call, const KernelGroup& group, const Machine& machine) {
    auto features = call_features(call, {}, group.key.cache, machine);
    if (group.config_of.empty() && (group.configs.empty() || group.configs.front() == KernelConfig{}))
        return features;
    return call_features(call, config_for(group, features, {}), group.key.cache, machine);
}

double group_seconds(const OperatorCall& call, const KernelGroup& group, const Machine& machine) {
    return estimate_seconds(group, features_for(call, group, machine));
}

// Operands come from where they came from when the group was measured.
// Nothing when the call is of another regime than the group.
std::optional<FromFit> from_group(const OperatorCall& asked, const KernelGroup& group, Match match,
                                  const DeviceModel& device) {
    const Machine machine{device.device, device.ceilings};
    const auto call = group.key.as_run(asked);
    const auto features = features_for(call, group, machine);
    if (features.regime != group.key.regime) return std::nullopt;
    const auto found = estimate(group, features);
    Prediction out;
    set_terms(out, features, group.parameters);
    const auto half = [&](const OperatorCall& smaller) { return group_seconds(smaller, group, machine); };
    out.time_s =
        std::max(no_less_than_halves(call, found.time_s, half), least_time(call, group.key.cache, machine));
    out.provenance = Provenance::predicted;
    out.kind = match == Match::same_formats ? PredictionKind::fitted : PredictionKind::transferred;
    out.implementation = group.key.implementation;
    set_parameters(out, group.parameters);
    out.launching_s = out.time_s * launching_share(features, group.parameters);
    out.correction = out.time_s / found.analytical_s;
    // A shipped model has no records.
    if (found.correction.nearest < group.nodes.size())
        out.nearest_record = group.nodes[found.correction.nearest];
    out.nearest_octaves = found.correction.octaves;
    set_intervals(out, group, found);
    out.basis = basis_of(group, match, out.nearest_octaves, out.interval.has_value());
    return FromFit{std::move(out), match, found.correction.octaves};
}

// A kernel that was measured near the call before one that was not; of those near the fastest, of the others
// the nearest.
bool preferable(const FromFit& one, const FromFit& other) {
    if (one.match != other.match) return one.match < other.match;
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
        const auto match = match_of(call, compute, group);
        if (match == Match::none || (best && match > best->match)) continue;
        auto candidate = from_group(call, group, match, device);
        if (candidate && (!best || preferable(*candidate, *best))) best = std::move(candidate);
    }
    return best ? std::optional(std::move(best->prediction)) : std::nullopt;
}

// A measured roof is the best of what was tried, so a kernel may pass it by a little.
double bound_rate(const Ceiling& ceiling) {
    constexpr double measured_margin = 1.2;
    return ceiling.rate * (ceiling.provenance == Provenance::measured ? measured_margin : 1.0);
}

double cached_bytes(const Device& device) {
    double out = 0;
    for (const auto& cache : device.caches) {
        const double instances =
            cache.shared_by > 0 ? static_cast<double>(device.units) / static_cast<double>(cache.shared_by)
                                : 1.0;
        out += cache.bytes * std::max(1.0, instances);
    }
    return out;
}

}  // namespace

std::string_view name(PredictionKind kind) {
    constexpr std::array<std::string_view, 4> names = {"measured", "interpolated", "transferred", "ceilings"};
    return names.at(static_cast<std::size_t>(kind));
}

std::optional<double> kernel_seconds(const OperatorCall& call, const std::string& implementation,
                                     const KernelConfig& config, CacheState cache,
                                     const DeviceModel& device) {
    if (!device.kernels) return std::nullopt;
    const Machine machine{device.device, device.ceilings};
    const auto formats = formats_of(call);
    for (const auto& group : device.kernels->groups) {
        const auto& key = group.key;
        const auto run = key.as_run(call);
        if (key.op != call.op || key.implementation != implementation || key.formats != formats ||
            key.cache != cache || !key.has_sparsity_of(run))
            continue;
        const auto features = call_features(run, config, cache, machine);
        if (key.regime == features.regime)
            return std::max(estimate(group, features).time_s, least_time(run, cache, machine));
    }
    return std::nullopt;
}

double least_time(const OperatorCall& call, CacheState cache, const Machine& machine) {
    const auto work = operators::work(call);
    double least = 0;
    if (const auto compute = compute_ceiling(machine.ceilings, work.compute); compute && work.flop > 0)
        least = work.flop / bound_rate(compute->ceiling);
    const double from_memory =
        work.bytes() - (cache == CacheState::warm ? cached_bytes(machine.device) : 0.0);
    if (const auto* memory = memory_ceiling(machine.ceilings); memory && from_memory > 0)
        least = std::max(least, from_memory / bound_rate(*memory));
    return least;
}

namespace {

std::string transfer_basis(const TransferEstimate& found, std::size_t calibrated) {
    std::string out = "transferred from " + join(found.devices, ", ");
    if (!found.same_family) out += " (another architecture)";
    if (!found.same_formats) out += ", from other formats";
    if (calibrated > 0) out += ", calibrated on " + std::to_string(calibrated) + " measured calls";
    return out;
}

// Between e^-sd and e^sd times a time.
Interval around(double time, double log_half_width) {
    return {time * std::exp(-log_half_width), time * std::exp(log_half_width)};
}

std::optional<Prediction> from_transfer(const OperatorCall& call, const DeviceModel& device) {
    if (!device.transfer) return std::nullopt;
    const auto found = device.transfer->estimate({.call = call});
    if (!found) return std::nullopt;
    Prediction out;
    set_terms(out, found->features, found->parameters);
    const auto half = [&](const OperatorCall& smaller) {
        const auto of_smaller = device.transfer->estimate({.call = smaller});
        return of_smaller ? std::exp(of_smaller->log_time) : 0.0;
    };
    out.time_s = std::max(no_less_than_halves(call, std::exp(found->log_time), half),
                          least_time(call, CacheState::warm, {device.device, device.ceilings}));
    out.provenance = Provenance::predicted;
    out.kind = PredictionKind::transferred;
    out.implementation = found->implementation;
    set_parameters(out, found->parameters);
    out.launching_s = out.time_s * launching_share(found->features, found->parameters);
    out.correction = std::exp(found->log_time) / kernel_time(found->features, found->parameters);
    const auto calibrated = device.transfer->calibrated_on();
    const auto widths = device.transfer_widths.at(found->regime, found->same_family, calibrated > 0);
    out.interval = around(out.time_s, widths.of_80 * found->deviation);
    out.interval_95 = around(out.time_s, widths.of_95 * found->deviation);
    out.basis = transfer_basis(*found, calibrated);
    return out;
}

}  // namespace

Prediction predict(const OperatorCall& call, const DeviceModel& device) {
    if (!device.measured.empty())
        if (const auto found = device.measured.find(call.text()); found != device.measured.end())
            return from_measurement(call, found->second, device);
    if (auto fitted = from_fit(call, device)) return *std::move(fitted);
    if (auto transferred = from_transfer(call, device)) return *std::move(transferred);
    return from_roofs(call, device);
}

}  // namespace ridge::cost_model
