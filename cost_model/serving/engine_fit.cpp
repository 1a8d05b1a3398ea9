// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_fit.hpp"

#include <algorithm>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/lower_case.hpp"

namespace ridge::cost_model {
namespace {

// In the order of EffectLevel; "all" is a table of one entry that is written without its name.
constexpr std::array<std::string_view, effect_levels> level_names = {
    "all", "frameworks", "architectures", "devices", "arithmetic", "framework_families"};

constexpr std::string_view portable_engine = "llamacpp";
// DeepSpeed-Inference widens 8-bit weights in a kernel of its own before each product
// (csrc/transformer/inference, launch_dequantize into the workspace of qkv_gemm_int8 and its like).
constexpr std::string_view widening_engine = "deepspeed";
// TensorRT-LLM's cache takes a share of the memory that is free once the model is loaded
// (kv_cache_free_gpu_mem_fraction), and its scheduler's default, GUARANTEED_NO_EVICT, reserves whole outputs.
constexpr std::string_view reserving_engine = "trtllm";

struct EngineNumber {
    const char* parameter;
    double EngineParameters::*value;
};
constexpr auto engine_numbers = std::to_array<EngineNumber>({
    {"host_step_s", &EngineParameters::host_step_s},
    {"host_sequence_s", &EngineParameters::host_sequence_s},
    {"call_s", &EngineParameters::call_s},
    {"memory_fraction", &EngineParameters::memory_fraction},
    {"workspace_bytes", &EngineParameters::workspace_bytes},
    {"sparse_share", &EngineParameters::sparse_share},
    {"elementwise_memory", &EngineParameters::elementwise_memory},
    {"convolution_compute", &EngineParameters::convolution_compute},
    {"kernel_share", &EngineParameters::kernel_share},
    {"tile_rows", &EngineParameters::tile_rows},
    {"overlap_norm", &EngineParameters::overlap_norm},
    {"sequence_limit", &EngineParameters::sequence_limit},
});

struct RequestNumber {
    const char* parameter;
    double RequestOverheads::*value;
};
constexpr auto request_numbers = std::to_array<RequestNumber>({
    {"first_token_s", &RequestOverheads::first_token_s},
    {"first_token_open_s", &RequestOverheads::first_token_open_s},
    {"first_token_closed_s", &RequestOverheads::first_token_closed_s},
    {"admission_s", &RequestOverheads::admission_s},
    {"open_queue", &RequestOverheads::open_queue},
    {"output_reserved", &RequestOverheads::output_reserved},
});

// Processors and Apple's GPUs compute few rows as well as many: their matrix units are as short as vectors.
bool has_tiles(const DeviceModel& device) {
    return device.device.kind != "cpu" && device.device.vendor != "Apple";
}

}  // namespace

std::string_view name(EffectLevel level) { return level_names.at(static_cast<std::size_t>(level)); }

std::string family_of(const DeviceModel& device) {
    if (device.device.kind == "cpu") return "cpu";
    if (!device.architecture.empty()) return device.architecture;
    return lower_case(device.device.vendor);
}

std::string arithmetic_name(ArithmeticClass arithmetic, const std::string& framework) {
    const std::string out(name(arithmetic));
    const auto engine = engine_of(framework);
    if (arithmetic == ArithmeticClass::weight4 && engine == portable_engine) return out + "_portable";
    if (arithmetic == ArithmeticClass::weight8 && engine == widening_engine) return out + "_widened";
    return out;
}

std::string engine_of(const std::string& framework) {
    const auto dash = framework.rfind('-');
    if (dash == std::string::npos || dash == 0 || dash + 1 == framework.size()) return framework;
    const bool release = framework.find_first_not_of("0123456789.", dash + 1) == std::string::npos;
    return release ? framework.substr(0, dash) : framework;
}

std::string generation_name(const std::string& framework, std::string_view parameter) {
    constexpr auto shared =
        std::to_array<std::string_view>({"compute", "memory", "kernel_share", "output_reserved"});
    const bool of_engine = std::ranges::find(shared, parameter) != shared.end();
    return of_engine ? engine_of(framework) : framework;
}

bool depends_on(const std::string& framework, std::string_view parameter) {
    return parameter != "output_reserved" || engine_of(framework) != reserving_engine;
}

EngineFit EngineFit::from_json(const JsonReader& json) {
    EngineFit fit;
    for (std::size_t i = 0; i < effect_levels; ++i) {
        const auto level = static_cast<EffectLevel>(i);
        const auto add = [&](const std::string& name, const JsonReader& values) {
            for (const auto& [parameter, value] : values.members())
                fit.effects_[{level, name, parameter}] = value.positive();
        };
        const auto table = json.at(name(level));
        if (level == EffectLevel::all)
            add("all", table);
        else
            for (const auto& [name, values] : table.members()) add(name, values);
    }
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

Json EngineFit::to_json() const {
    Json out = Json::object();
    for (const auto level : level_names) out[std::string(level)] = Json::object();
    for (const auto& [key, value] : effects_) {
        auto& table = out[std::string(name(key.level))];
        (key.level == EffectLevel::all ? table : table[key.name])[key.parameter] = value;
    }
    for (const auto& [kind, factors] : errors_) out["error_factors"][kind] = {factors.low, factors.high};
    return out;
}

std::vector<std::string> EngineFit::frameworks() const {
    std::vector<std::string> names;
    for (const auto& [key, value] : effects_)
        if (key.level == EffectLevel::framework && (names.empty() || names.back() != key.name))
            names.push_back(key.name);
    return names;
}

Interval EngineFit::error_factors(const std::string& kind) const {
    const auto found = errors_.find(kind);
    return found == errors_.end() ? errors_.at("all") : found->second;
}

double EngineFit::factor(EffectLevel level, const std::string& name, std::string_view parameter) const {
    const auto found = effects_.find({level, name, std::string(parameter)});
    return found == effects_.end() ? 1 : found->second;
}

EngineParameters EngineFit::parameters(const std::string& framework, const DeviceModel& device) const {
    constexpr double of_vector_units = 0.3;
    const auto family = family_of(device);
    const auto value = [&](std::string_view parameter) {
        return factor(EffectLevel::all, "all", parameter) *
               factor(EffectLevel::framework, generation_name(framework, parameter), parameter) *
               factor(EffectLevel::architecture, family, parameter) *
               factor(EffectLevel::device, device.device.id, parameter) *
               factor(EffectLevel::framework_on_family, generation_name(framework, parameter) + " " + family,
                      parameter);
    };
    EngineParameters out{.name = framework, .source = "fitted on published end-to-end measurements"};
    for (const auto& one : engine_numbers) out.*one.value = value(one.parameter);
    for (const auto& one : request_numbers) out.requests.*one.value = value(one.parameter);
    out.compute_share = std::min(1.0, value("compute")), out.memory_share = std::min(1.0, value("memory"));
    out.attention_share = std::min(1.0, *out.compute_share * value("attention_compute"));
    out.cache_share = std::min(1.0, *out.memory_share * value("cache"));
    out.experts = {value("expert_compute"), value("expert_memory")};
    for (std::size_t i = 0; i < arithmetic_classes; ++i) {
        const auto format = arithmetic_name(static_cast<ArithmeticClass>(i), framework);
        out.arithmetic[i] = {factor(EffectLevel::arithmetic, format, "compute"),
                             factor(EffectLevel::arithmetic, format, "memory")};
    }
    const bool direct = make_topology(device.interconnect).node.kind == LinkKind::direct;
    out.link_share = std::min(1.0, value(direct ? "direct_link" : "pcie_link"));
    out.latency_factor = value(direct ? "direct_latency" : "pcie_latency");
    out.memory_fraction = std::min(1.0, out.memory_fraction);
    out.fraction_of_free = engine_of(framework) == reserving_engine;
    auto& reserved = out.requests.output_reserved;
    reserved = depends_on(framework, "output_reserved") ? std::min(1.0, reserved) : 1.0;
    out.chunk_tokens = static_cast<std::int64_t>(value("chunk_tokens"));
    out.power = PowerShares{value("waiting_power"), value("memory_power"), value("compute_power")};
    if (!has_tiles(device)) out.tile_rows = of_vector_units;
    return out;
}

}  // namespace ridge::cost_model
