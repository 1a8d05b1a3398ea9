// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/training_rows.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "cost_model/kernel/features.hpp"
#include "cost_model/kernel/splits.hpp"
#include "operators/catalogue.hpp"
#include "operators/program/program_call.hpp"

namespace ridge::cost_model {
namespace {

// What a configuration says of an imported row beside tile sizes. The load of experts belongs to the
// question; how ranks are connected and how the host launches make another implementation; the name of a
// library's kernel is an answer that nobody knows before the call has run.
constexpr std::array<std::string_view, 4> workload_parameters = {"load", "phase", "activated_experts",
                                                                 "ranks_per_node"};
constexpr std::array<std::string_view, 1> variant_parameters = {"backend"};
// The data sheet's links say what "topology" does.
constexpr std::array<std::string_view, 3> answers = {"kernel", "layer", "topology"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

template <class Predicate>
KernelConfig only(const KernelConfig& config, Predicate wanted) {
    KernelConfig out;
    for (const auto& [name, value] : config.values())
        if (wanted(name)) out.set(name, value);
    return out;
}

KernelConfig variant_of(const KernelConfig& config) {
    return only(config, [](const std::string& name) { return among(variant_parameters, name); });
}

KernelConfig workload_of(const KernelConfig& config) {
    return only(config, [](const std::string& name) { return among(workload_parameters, name); });
}

KernelConfig feature_config_of(const KernelConfig& config) {
    return only(config, [](const std::string& name) {
        return !among(answers, name) && !among(variant_parameters, name);
    });
}

std::string version_of(const db::Record& record) {
    const auto variant = variant_of(record.config).text();
    return record.implementation_version +
           (variant.empty() || record.implementation_version.empty() ? "" : " ") + variant;
}

bool usable(const db::Record& record, const Device& device) {
    return record.device == device.id && record.summary && record.summary->median > 0 &&
           !operators::is_program(record.call);
}

std::vector<const db::Record*> best_records(const std::vector<db::Record>& records, const Device& device) {
    std::map<std::tuple<std::string, std::string, std::string, CacheState, std::string>, const db::Record*>
        best;
    for (const auto* record : db::latest_records(records)) {
        if (!usable(*record, device)) continue;
        auto& place = best[{record->call, record->implementation, version_of(*record),
                            record->measurement.cache, workload_of(record->config).text()}];
        if (!place || record->summary->median < place->summary->median) place = record;
    }
    std::vector<const db::Record*> out;
    for (const auto& [key, record] : best) out.push_back(record);
    return out;
}

constexpr std::string_view memory = "DRAM";

double bare_roofline(const OperatorCall& call, CacheState cache, const Machine& machine, double slowdown) {
    const auto features = make_features(call, {}, cache, machine.device, machine.ceilings);
    const auto& level = features.levels.front();
    return std::max(features.compute_s, level.seconds * (level.name == memory ? slowdown : 1.0));
}

void slow_down(CallFeatures& features, double slowdown) {
    for (auto& term : features.ceilings)
        if (term.name == memory) term.seconds *= slowdown;
}

// What memory reaches mostly, where measurements tell.
std::optional<double> usual_memory_rate(const std::vector<const db::Record*>& records) {
    std::vector<double> rates;
    for (const auto* record : records)
        if (record->measurement.memory_bytes_per_s) rates.push_back(*record->measurement.memory_bytes_per_s);
    return rates.empty() ? std::nullopt : std::optional(median(rates));
}

double slowdown_of(const db::Record& record, std::optional<double> usual) {
    const auto& rate = record.measurement.memory_bytes_per_s;
    return usual && rate ? *usual / *rate : 1.0;
}

// Implementations of an operator that run dense activations, and so do not look for zeros.
using DenseKernels = std::set<std::pair<std::string, std::string>>;

DenseKernels dense_kernels(const std::vector<const db::Record*>& records) {
    constexpr std::string_view sparse = " activation_sparsity=";
    DenseKernels out;
    for (const auto* record : records)
        if (record->call.find(sparse) == std::string::npos)
            out.emplace(record->call.substr(0, record->call.find(' ')), record->implementation);
    return out;
}

OperatorCall call_as_run(const db::Record& record, const DenseKernels& dense) {
    auto call = operators::parse_call(record.call);
    if (dense.contains({call.op, record.implementation})) call.activation_sparsity = {};
    return call;
}

TrainingRow row_of(const db::Record& record, OperatorCall call, const Machine& machine,
                   double memory_slowdown) {
    TrainingRow row;
    row.id = record.id;
    row.call = std::move(call);
    row.call_text = record.call;
    row.config = feature_config_of(record.config);
    row.workload = workload_of(record.config);
    row.seconds = record.summary->median;
    row.memory_slowdown = memory_slowdown;
    row.features = call_features(row.call, row.config, record.measurement.cache, machine);
    slow_down(row.features, memory_slowdown);
    row.roofline_s = bare_roofline(row.call, record.measurement.cache, machine, memory_slowdown);
    row.site = stable_hash(site_text(row.call));
    return row;
}

GroupKey key_of(const db::Record& record, const TrainingRow& row) {
    return {.op = row.call.op,
            .implementation = record.implementation,
            .version = version_of(record),
            .formats = formats_of(row.call),
            .regime = std::string(row.features.regime),
            .sparsity = row.call.sparsity.kind,
            .activation_sparsity = row.call.activation_sparsity.kind,
            .cache = record.measurement.cache};
}

}  // namespace

bool is_held_out(const TrainingRow& row) { return is_held_out(row.call.text()); }

TrainingGroups training_groups(const std::vector<db::Record>& records, const Machine& machine) {
    TrainingGroups groups;
    const auto best = best_records(records, machine.device);
    const auto usual = usual_memory_rate(best);
    const auto dense = dense_kernels(best);
    for (const auto* record : best) {
        try {
            auto row = row_of(*record, call_as_run(*record, dense), machine, slowdown_of(*record, usual));
            const auto key = key_of(*record, row);
            groups[key].push_back(std::move(row));
        } catch (const InputError&) {
            continue;  // nothing is known of its work, or the device has no ceiling for it
        }
    }
    return groups;
}

CallFeatures features_with(const TrainingRow& row, const KernelConfig& config, CacheState cache,
                           const Machine& machine) {
    if (config == row.config) return row.features;
    auto features = call_features(row.call, config, cache, machine);
    slow_down(features, row.memory_slowdown);
    return features;
}

}  // namespace ridge::cost_model
