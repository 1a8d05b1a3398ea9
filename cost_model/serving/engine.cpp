// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

struct Field {
    const char* name;
    double EngineParameters::*value;
    double least, most;
};

constexpr double a_day = 86400.0;  // no step's share of the host is longer
constexpr double all_memory = 1e15;

constexpr auto fields = std::to_array<Field>({
    {"host_step_s", &EngineParameters::host_step_s, 0, a_day},
    {"host_sequence_s", &EngineParameters::host_sequence_s, 0, a_day},
    {"host_prefill_token_s", &EngineParameters::host_prefill_token_s, 0, a_day},
    {"host_overlap", &EngineParameters::host_overlap, 0, 1},
    {"call_s", &EngineParameters::call_s, 0, a_day},
    {"memory_fraction", &EngineParameters::memory_fraction, 0.01, 1},
    {"workspace_bytes", &EngineParameters::workspace_bytes, 0, all_memory},
    {"fragmentation", &EngineParameters::fragmentation, 0, 0.99},
    {"communication_overlap", &EngineParameters::communication_overlap, 0, 1},
    {"link_share", &EngineParameters::link_share, 0, 1},
    {"sparse_share", &EngineParameters::sparse_share, 0, 1},
    {"expert_imbalance", &EngineParameters::expert_imbalance, 1, 1000},
    {"elementwise_memory", &EngineParameters::elementwise_memory, 0.01, 10},
    {"kernel_share", &EngineParameters::kernel_share, 0.01, 10},
    {"tile_rows", &EngineParameters::tile_rows, 0, 1e6},
    {"overlap_norm", &EngineParameters::overlap_norm, 0, 100},
    {"latency_factor", &EngineParameters::latency_factor, 0, 100},
    {"sequence_limit", &EngineParameters::sequence_limit, 0, 1e9},
});

void require(const char* name, double value, double least, double most) {
    if (!(std::isfinite(value) && value >= least && value <= most))
        throw InputError("engine parameter " + std::string(name) + " is " + number_text(value) +
                         ", should be between " + number_text(least) + " and " + number_text(most));
}

struct OptionalShare {
    const char* name;
    std::optional<double> EngineParameters::*value;
};

constexpr auto shares = std::to_array<OptionalShare>({{"compute_share", &EngineParameters::compute_share},
                                                      {"memory_share", &EngineParameters::memory_share},
                                                      {"attention_share", &EngineParameters::attention_share},
                                                      {"cache_share", &EngineParameters::cache_share}});

void check_share(const char* name, const std::optional<double>& share) {
    if (share) require(name, *share, std::numeric_limits<double>::min(), 1.0);
}

}  // namespace

std::string_view name(ArithmeticClass arithmetic) {
    constexpr std::array<std::string_view, arithmetic_classes> names = {"f16", "fp8",     "int8",
                                                                        "fp4", "weight8", "weight4"};
    return names.at(static_cast<std::size_t>(arithmetic));
}

ArithmeticClass arithmetic_of(const NumberFormat& activations, const NumberFormat& weights) {
    constexpr int half = 16, quarter = 8;
    const auto bits = storage_bits(weights.precision);
    const bool narrow = storage_bits(activations.precision) < half;
    if (bits >= half) return ArithmeticClass::f16;
    if (!narrow) return bits >= quarter ? ArithmeticClass::weight8 : ArithmeticClass::weight4;
    if (is_integer(activations.precision)) return ArithmeticClass::int8;
    return storage_bits(activations.precision) >= quarter ? ArithmeticClass::fp8 : ArithmeticClass::fp4;
}

void check(const EngineParameters& engine) {
    for (const auto& field : fields) require(field.name, engine.*field.value, field.least, field.most);
    require("chunk_tokens", static_cast<double>(engine.chunk_tokens), 0, 1 << 24);
    for (const auto& share : shares) check_share(share.name, engine.*share.value);
}

void take_efficiencies(EngineParameters& engine) {
    for (const auto& share : shares) (engine.*share.value).reset();
}

EngineParameters load_engine(const std::string& path) {
    const Json document = read_json_file(path);
    const JsonReader json(document, path);
    EngineParameters engine{.name = json.at("name").text(), .source = json.at("source").text()};
    for (const auto& field : fields)
        if (const auto given = json.find(field.name)) engine.*field.value = given->number();
    engine.chunk_tokens = json.count_or("chunk_tokens", engine.chunk_tokens);
    if (const auto free = json.find("fraction_of_free")) engine.fraction_of_free = free->boolean();
    for (const auto& share : shares) engine.*share.value = json.find_positive(share.name);
    try {
        check(engine);
    } catch (const InputError& error) {
        throw InputError(path + ": " + error.what());
    }
    return engine;
}

}  // namespace ridge::cost_model
