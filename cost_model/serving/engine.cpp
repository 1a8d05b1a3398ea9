// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "core/configs.hpp"
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
});

void require(const char* name, double value, double least, double most) {
    if (!(std::isfinite(value) && value >= least && value <= most))
        throw InputError("engine parameter " + std::string(name) + " is " + number_text(value) +
                         ", should be between " + number_text(least) + " and " + number_text(most));
}

void check_share(const char* name, const std::optional<double>& share) {
    if (share) require(name, *share, std::numeric_limits<double>::min(), 1.0);
}

}  // namespace

void check(const EngineParameters& engine) {
    for (const auto& field : fields) require(field.name, engine.*field.value, field.least, field.most);
    require("chunk_tokens", static_cast<double>(engine.chunk_tokens), 0, 1 << 24);
    check_share("compute_share", engine.compute_share);
    check_share("memory_share", engine.memory_share);
}

EngineParameters load_engine(const std::string& name_or_path) {
    const auto path = find_config("engines", name_or_path);
    const Json document = read_json_file(path);
    const JsonReader json(document, path.string());
    EngineParameters engine{.name = json.at("name").text(), .source = json.at("source").text()};
    for (const auto& field : fields)
        if (const auto given = json.find(field.name)) engine.*field.value = given->number();
    engine.chunk_tokens = json.count_or("chunk_tokens", engine.chunk_tokens);
    engine.compute_share = json.find_positive("compute_share");
    engine.memory_share = json.find_positive("memory_share");
    try {
        check(engine);
    } catch (const InputError& error) {
        throw InputError(path.string() + ": " + error.what());
    }
    return engine;
}

}  // namespace ridge::cost_model
