// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

// Below a twentieth of the most alike device's weight a device adds nothing but time.
constexpr std::size_t most_sources = 5;
constexpr double least_weight = 0.05;
constexpr double sharpness = 2.0;  // weight = exp(-sharpness · distance)
constexpr double e_fold_of_a_figure = 0.25, another_implementation = 1.0;  // in architectures
// Of another architecture's correction.
constexpr double carries_over = 0.6;
// Power grows with the clock and the voltage's square, both in proportion.
constexpr double throttling = 1.0 / 3;

double log_ratio(double one, double other) {
    return one > 0 && other > 0 ? std::abs(std::log(one / other)) : 0.0;
}

double peak_of(const DeviceFacts& facts) {
    for (const auto precision : {Precision::bf16, Precision::fp16, Precision::fp32})
        if (const auto found = facts.device.peak_flops.find(precision);
            found != facts.device.peak_flops.end())
            return found->second;
    return 0;
}

double cache_of(const DeviceFacts& facts) {
    double most = 0;
    for (const auto& cache : facts.device.caches) most = std::max(most, cache.bytes);
    return most;
}

double family_distance(const DeviceFacts& one, const DeviceFacts& other) {
    if (same_family(one, other)) return 0.0;
    if (one.device.kind != other.device.kind) return 3.0;
    return one.device.vendor == other.device.vendor ? 1.0 : 2.0;
}

// How well a group of a source fits the question; smaller is better.
struct Fitness {
    int formats = 0, implementation = 0, version = 0, cache = 0;
    auto operator<=>(const Fitness&) const = default;
};

int format_distance(const OperatorCall& call, Precision compute, const GroupKey& key) {
    if (key.formats == formats_of(call)) return 0;
    auto other = call;
    other.operands = OperatorCall::parse(key.op + " " + key.formats).operands;
    if (other.operands.size() != call.operands.size()) return -1;
    try {
        const auto arithmetic = operators::work(other).compute;
        return arithmetic == compute ? 1 : 1 + std::abs(storage_bits(arithmetic) - storage_bits(compute));
    } catch (const InputError&) {
        return -1;
    }
}

std::optional<Fitness> fitness_of(const TransferQuery& query, std::string_view regime, Precision compute,
                                  const KernelGroup& group) {
    const auto& key = group.key;
    if (key.op != query.call.op || key.regime != regime || !key.has_sparsity_of(query.call))
        return std::nullopt;
    const int formats = format_distance(query.call, compute, key);
    if (formats < 0) return std::nullopt;
    return Fitness{
        .formats = formats,
        .implementation = query.implementation.empty() || key.implementation == query.implementation ? 0 : 1,
        .version = key.version == query.version ? 0 : 1,
        .cache = key.cache == query.cache ? 0 : 1};
}

struct Chosen {
    const KernelGroup* group = nullptr;
    const TransferSource* source = nullptr;
    Fitness fitness;
    double apart = 0;
    double weight = 0;
};

std::optional<Chosen> best_group(const TransferQuery& query, std::string_view regime, Precision compute,
                                 const TransferSource& source, bool other_formats) {
    std::optional<Chosen> best;
    const auto formats = formats_of(query.call);
    for (const auto& group : source.kernels->groups) {
        if (group.key.op != query.call.op || (!other_formats && group.key.formats != formats)) continue;
        const auto fitness = fitness_of(query, regime, compute, group);
        if (fitness && (!best || *fitness < best->fitness))
            best = Chosen{.group = &group, .source = &source, .fitness = *fitness};
    }
    return best;
}

// The sources that have a weight, the most alike first.
std::vector<Chosen> weighted(std::vector<Chosen> candidates) {
    std::vector<SourceFitness> fitness;
    for (const auto& one : candidates)
        fitness.push_back({one.apart, one.fitness.formats, one.fitness.implementation});
    const auto weights = source_weights(fitness);
    for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i].weight = weights[i];
    std::erase_if(candidates, [](const Chosen& one) { return one.weight <= 0; });
    std::ranges::stable_sort(candidates, std::greater<>{}, &Chosen::weight);
    return candidates;
}

// Mean of ln(value) over the sources that have the parameter, and the spread between them; `unknown` where
// none has it.
Parameter mean_parameter(const std::string& name, const std::vector<Chosen>& chosen,
                         std::vector<Parameter> KernelParameters::*list, double unknown) {
    constexpr double unknown_spread = 0.3;  // of shares and latencies between devices when one alone is known
    double sum = 0, weights = 0, squares = 0;
    std::size_t count = 0;
    for (const auto& one : chosen)
        if (const double value = value_of(one.group->parameters.*list, name, 0); value > 0) {
            const double log_value = std::log(value);
            sum += one.weight * log_value;
            squares += one.weight * log_value * log_value;
            weights += one.weight;
            ++count;
        }
    if (weights <= 0) return {name, unknown, unknown_spread};
    const double centre = sum / weights;
    const double variance = std::max(0.0, squares / weights - centre * centre);
    return {name, std::exp(centre), count > 1 ? std::clamp(std::sqrt(variance), 0.1, 1.0) : unknown_spread};
}

KernelParameters mean_parameters(const CallFeatures& features, const std::vector<Chosen>& chosen) {
    KernelParameters out;
    for (const auto& term : features.latencies)
        out.latencies.push_back(
            mean_parameter(std::string(term.name), chosen, &KernelParameters::latencies, 0));
    for (const auto& term : features.ceilings)
        out.shares.push_back(mean_parameter(std::string(term.name), chosen, &KernelParameters::shares, 1));
    double overlap = 0, launch_overlap = 0;
    for (const auto& one : chosen) {
        overlap += one.weight * std::log(one.group->parameters.overlap);
        launch_overlap += one.weight * std::log(one.group->parameters.launch_overlap);
    }
    out.overlap = std::exp(overlap);
    out.launch_overlap = std::exp(launch_overlap);
    return out;
}

std::map<std::string, TermPart> parts_of(const CallFeatures& features, const KernelParameters& parameters) {
    constexpr double step = 1e-3;
    const double log_time = std::log(kernel_time(features, parameters));
    std::map<std::string, TermPart> out;
    for (const auto list : {&KernelParameters::latencies, &KernelParameters::shares})
        for (std::size_t i = 0; i < (parameters.*list).size(); ++i) {
            const auto& [name, value, spread] = (parameters.*list)[i];
            if (value <= 0) continue;
            auto moved = parameters;
            (moved.*list)[i].value *= std::exp(step);
            out[name] = {(std::log(kernel_time(features, moved)) - log_time) / step, spread};
        }
    return out;
}

// Other versions of the chosen group's implementation: which shapes were measured differs between them.
bool is_version_of(const KernelGroup& group, const GroupKey& chosen) {
    auto key = group.key;
    key.version = chosen.version;
    return key == chosen;
}

// What running at the peak would take of the thermal design power, the target's over the source's, where each
// operation's energy goes with the process' length; 1 where a figure is not known.
double denser_power(const DeviceFacts& source, const DeviceFacts& target, Precision precision) {
    const auto of = [&](const DeviceFacts& facts) {
        const auto found = compute_ceiling(facts.ceilings, precision);
        return found && facts.device.tdp_w.value_or(0) > 0 ? found->ceiling.rate / *facts.device.tdp_w : 0.0;
    };
    const double here = of(source), there = of(target);
    const double shrink =
        source.process_nm && target.process_nm ? *target.process_nm / *source.process_nm : 1.0;
    return here > 0 && there > 0 ? there / here * shrink : 1.0;
}

double log_analytical(const CallFeatures& features, KernelParameters parameters, double factor) {
    for (auto& share : parameters.shares)
        if (share.name == "compute")
            share.value = std::min(share.value * factor, std::max(share.value, most_compute_share));
    return std::log(kernel_time(features, parameters));
}

// What one source alone says, ln(seconds). Versions count by how near they were measured to the call; the one
// that was asked for counts four times.
double log_time_of(const Chosen& one, const CallFeatures& features, Precision precision,
                   const DeviceFacts& target) {
    constexpr double least_variance = 0.02, own_version = 4;
    const double factor = std::pow(denser_power(one.source->facts, target, precision), -throttling);
    const double carried = same_family(one.source->facts, target) ? 1.0 : carries_over;
    double sum = 0, weights = 0;
    for (const auto& group : one.source->kernels->groups) {
        if (!is_version_of(group, one.group->key)) continue;
        const auto found = estimate(group, features);
        const double weight = (&group == one.group && one.fitness.version == 0 ? own_version : 1.0) /
                              (least_variance + found.correction.variance);
        sum += weight * (log_analytical(features, group.parameters, factor) +
                         carried * std::log(found.time_s / found.analytical_s));
        weights += weight;
    }
    return sum / weights;
}

std::vector<double> place_of(const KernelGroup& group, const CallFeatures& features) {
    std::vector<double> out;
    const auto& lengths = group.correction.lengths();
    for (std::size_t i = 0; i < features.axes.size(); ++i)
        out.push_back(features.axes[i].value / (i < lengths.size() ? lengths[i] : 1.0));
    return out;
}

// Groups of other formats are looked at only where no device has the call's own.
std::vector<Chosen> candidates_among(const std::vector<TransferSource>& sources,
                                     const std::vector<double>& unlikeness, const TransferQuery& query,
                                     std::string_view regime) {
    const auto compute = operators::work(query.call).compute;
    std::vector<Chosen> out;
    for (const bool other_formats : {false, true}) {
        for (std::size_t i = 0; i < sources.size(); ++i)
            if (auto one = best_group(query, regime, compute, sources[i], other_formats)) {
                one->apart = unlikeness[i];
                out.push_back(*one);
            }
        if (!out.empty()) break;
    }
    return out;
}

}  // namespace

bool same_family(const DeviceFacts& one, const DeviceFacts& other) {
    return !one.architecture.empty() && one.architecture == other.architecture;
}

double unlikeness(const DeviceFacts& one, const DeviceFacts& other) {
    const auto& a = one.device;
    const auto& b = other.device;
    const double ridge = log_ratio(peak_of(one) * b.memory_bandwidth_bytes_per_s,
                                   peak_of(other) * a.memory_bandwidth_bytes_per_s);
    return family_distance(one, other) +
           e_fold_of_a_figure * (log_ratio(static_cast<double>(a.units), static_cast<double>(b.units)) +
                                 ridge + log_ratio(cache_of(one), cache_of(other)) +
                                 log_ratio(a.memory_bandwidth_bytes_per_s, b.memory_bandwidth_bytes_per_s));
}

std::vector<double> source_weights(const std::vector<SourceFitness>& sources) {
    const int formats = std::ranges::min(sources, {}, &SourceFitness::formats).formats;
    std::vector<std::pair<double, std::size_t>> nearest;
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (sources[i].formats == formats)
            nearest.emplace_back(sources[i].apart + another_implementation * sources[i].implementation, i);
    std::ranges::sort(nearest);
    if (nearest.size() > most_sources) nearest.resize(most_sources);
    std::vector<double> out(sources.size(), 0.0);
    double sum = 0;
    for (const auto& [distance, place] : nearest) {
        const double weight = std::exp(-sharpness * (distance - nearest.front().first));
        if (weight >= least_weight) sum += out[place] = weight;
    }
    for (auto& weight : out) weight /= sum;
    return out;
}

Transfer::Transfer(DeviceFacts target, std::vector<TransferSource> sources)
    : target_(std::move(target)), sources_(std::move(sources)) {
    // A processor's kernels have other terms and axes than an accelerator's.
    const auto is_processor = [](const DeviceFacts& facts) { return facts.device.kind == "cpu"; };
    std::erase_if(sources_, [&](const TransferSource& one) {
        return !one.kernels || one.facts.device.id == target_.device.id ||
               is_processor(one.facts) != is_processor(target_);
    });
    for (const auto& source : sources_) unlikeness_.push_back(unlikeness(source.facts, target_));
}

std::optional<TransferEstimate> Transfer::estimate(const TransferQuery& query) const {
    TransferEstimate out;
    out.features = call_features(query.call, query.workload, query.cache, {target_.device, target_.ceilings});
    const auto candidates = candidates_among(sources_, unlikeness_, query, out.features.regime);
    if (candidates.empty()) return std::nullopt;
    const auto chosen = weighted(candidates);
    out.same_family = std::ranges::any_of(
        chosen, [&](const Chosen& one) { return same_family(one.source->facts, target_); });
    out.same_formats = chosen.front().fitness.formats == 0;
    out.implementation =
        query.implementation.empty() ? chosen.front().group->key.implementation : query.implementation;
    const auto precision = operators::work(query.call).compute;
    for (const auto& one : chosen) {
        out.log_time += one.weight * log_time_of(one, out.features, precision, target_);
        out.devices.push_back(one.source->facts.device.id);
    }
    out.uncalibrated_log_time = out.log_time;
    out.parameters = mean_parameters(out.features, chosen);
    out.parts = parts_of(out.features, out.parameters);
    out.place = place_of(*chosen.front().group, out.features);
    out.op = query.call.op;
    out.regime = out.features.regime;
    out.formats = formats_of(query.call);
    condition(out);
    return out;
}

}  // namespace ridge::cost_model
