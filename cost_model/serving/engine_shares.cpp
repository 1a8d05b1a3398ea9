// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_shares.hpp"

#include <algorithm>
#include <array>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/placement/memory_fit.hpp"

namespace ridge::cost_model {
namespace {

struct ClassName {
    ArithmeticClass arithmetic;
    std::string_view name;
    Precision precision;  ///< that the device computes in
};

constexpr auto class_names =
    std::to_array<ClassName>({{ArithmeticClass::f16, "f16", Precision::bf16},
                              {ArithmeticClass::fp8, "fp8", Precision::fp8_e4m3},
                              {ArithmeticClass::int8, "int8", Precision::int8},
                              {ArithmeticClass::fp4, "fp4", Precision::fp4_e2m1},
                              {ArithmeticClass::weight8, "weight8", Precision::bf16},
                              {ArithmeticClass::weight4, "weight4", Precision::bf16},
                              {ArithmeticClass::weight4_portable, "weight4_portable", Precision::bf16}});

const ClassName& entry(ArithmeticClass arithmetic) {
    return *std::ranges::find(class_names, arithmetic, &ClassName::arithmetic);
}

double peak(const DeviceModel& device, Precision wanted) {
    if (const auto found = compute_ceiling(device.ceilings, wanted)) return found->ceiling.rate;
    // Data sheets give bf16 and fp16 the same rate; older devices have one of them only.
    if (wanted == Precision::bf16) return peak(device, Precision::fp16);
    throw InputError("device " + device.device.id + " has no peak for " + std::string(name(wanted)) +
                     " or a wider precision");
}

std::map<std::string, double> values_of(const JsonReader& json) {
    std::map<std::string, double> values;
    for (const auto& [key, value] : json.members()) values[key] = value.positive();
    return values;
}

std::map<std::string, std::map<std::string, double>> table_of(const JsonReader& json, std::string_view key) {
    std::map<std::string, std::map<std::string, double>> table;
    for (const auto& [name, values] : json.at(key).members()) table[name] = values_of(values);
    return table;
}

}  // namespace

std::string_view name(ArithmeticClass arithmetic) { return entry(arithmetic).name; }

EngineDevice engine_device(const DeviceModel& device, ArithmeticClass arithmetic) {
    const auto* memory = memory_ceiling(device.ceilings);
    if (!memory) throw InputError("device " + device.device.id + " has no memory bandwidth");
    const auto topology = make_topology(device.interconnect);
    return {.id = device.device.id,
            .peak_flops = peak(device, entry(arithmetic).precision),
            .peak16_flops = peak(device, Precision::bf16),
            .bandwidth = memory->rate,
            .memory_bytes = installed_bytes(device.device),
            .tdp_w = device.device.tdp_w.value_or(0),
            .link_bytes_per_s = topology.node.bytes_per_s,
            .direct_link = topology.node.kind == LinkKind::direct,
            .narrow_rows = device.device.kind == "cpu" || device.device.vendor == "Apple"};
}

EngineFit EngineFit::from_json(const JsonReader& json) {
    EngineFit fit;
    fit.all_ = values_of(json.at("all"));
    fit.frameworks_ = table_of(json, "frameworks");
    fit.families_ = table_of(json, "families");
    fit.devices_ = table_of(json, "devices");
    fit.arithmetic_ = table_of(json, "arithmetic");
    fit.pairs_ = table_of(json, "framework_families");
    for (const auto& [family, prefixes] : json.at("family_prefixes").members())
        for (const auto& prefix : prefixes.items()) fit.family_prefixes_.emplace_back(prefix.text(), family);
    for (const auto& [kind, bounds] : json.at("error_factors").members()) {
        const auto items = bounds.items();
        if (items.size() != 2) bounds.fail("a list of two numbers, low and high");
        fit.errors_[kind] = {items[0].positive(), items[1].positive()};
    }
    if (!fit.errors_.contains("all")) json.at("error_factors").fail("an object with a key 'all'");
    return fit;
}

EngineFit EngineFit::load() {
    const auto path = find_config("published", "engine-fit");
    const Json document = read_json_file(path);
    return from_json(JsonReader(document, path.string()));
}

std::vector<std::string> EngineFit::frameworks() const {
    std::vector<std::string> names;
    for (const auto& [name, values] : frameworks_) names.push_back(name);
    return names;
}

std::string EngineFit::family(const std::string& device) const {
    const std::pair<std::string, std::string>* best = nullptr;
    for (const auto& candidate : family_prefixes_)
        if (device.starts_with(candidate.first) && (!best || candidate.first.size() > best->first.size()))
            best = &candidate;
    return best ? best->second : "other";
}

Interval EngineFit::error_factors(const std::string& kind) const {
    const auto found = errors_.find(kind);
    return found == errors_.end() ? errors_.at("all") : found->second;
}

double EngineFit::factor(const std::map<std::string, Values>& table, const std::string& row,
                         const std::string& key) const {
    const auto values = table.find(row);
    if (values == table.end()) return 1;
    const auto found = values->second.find(key);
    return found == values->second.end() ? 1 : found->second;
}

double EngineFit::of_framework(const std::string& framework, const std::string& key) const {
    const auto values = frameworks_.find(framework);
    const auto& row = values == frameworks_.end() ? frameworks_.at("other") : values->second;
    return row.at(key);
}

EngineShares EngineFit::shares(const std::string& framework, const EngineDevice& device,
                               ArithmeticClass arithmetic) const {
    constexpr double most_memory_share = 0.97, most_compute_share = 1.0;
    const auto group = family(device.id);
    const std::string format(name(arithmetic));
    const auto common = [&](const std::string& key) {
        return factor(families_, group, key) * factor(devices_, device.id, key) *
               factor(frameworks_, framework, key);
    };
    const auto all = [&](const char* key) { return all_.at(key); };
    const auto engine = [&](const char* key) { return of_framework(framework, key); };
    EngineShares shares;
    shares.compute = std::min(most_compute_share, all("compute") * common("compute") *
                                                      factor(arithmetic_, format, "compute") *
                                                      factor(pairs_, framework + " " + group, "compute"));
    shares.memory =
        std::min(most_memory_share, all("memory") * common("memory") * factor(arithmetic_, format, "memory"));
    shares.attention_compute = all("attention_compute") * common("compute");
    shares.cache = std::min(most_memory_share, all("cache") * common("memory"));
    shares.tile_rows = all("tile_rows");
    shares.elementwise_passes = all("elementwise_passes");
    shares.expert_compute = all("expert_compute"), shares.expert_memory = all("expert_memory");
    shares.layer_s = engine("layer_s");
    shares.host_step_s = engine("host_step_s"), shares.host_sequence_s = engine("host_sequence_s");
    shares.link_latency_s =
        all(device.direct_link ? "direct_latency_s" : "pcie_latency_s") * engine("link_latency");
    shares.latency_growth = all("latency_growth");
    shares.link = all(device.direct_link ? "direct_link" : "pcie_link");
    shares.sparse_gain = all("sparse_gain");
    shares.convolution_compute = all("convolution_compute");
    shares.memory_fraction = all("memory_fraction"), shares.workspace_bytes = all("workspace_bytes");
    shares.sequence_limit = all("sequence_limit"), shares.output_reserved = all("output_reserved");
    shares.chunk_tokens = all("chunk_tokens");
    shares.first_token_s = engine("first_token_s");
    shares.first_token_open_s = engine("first_token_open_s");
    shares.first_token_closed_s = engine("first_token_closed_s");
    shares.admission_s = engine("admission_s");
    shares.open_queue = all("open_queue"), shares.closed_queue = all("closed_queue");
    shares.burst = all("burst"), shares.random_length = all("random_length");
    shares.idle_power = all("idle_power");
    shares.memory_power = all("memory_power"), shares.compute_power = all("compute_power");
    return shares;
}

}  // namespace ridge::cost_model
