// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/engine_question.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/serving/engine_choice.hpp"
#include "cost_model/serving/engine_regimes.hpp"
#include "cost_model/serving/sample_demands.hpp"

namespace ridge::cost_model {
namespace {

struct Question {
    std::optional<StepModel> steps;
    SampleDemands samples;  ///< of a model that makes no tokens
    EngineParameters engine;
    const DeviceModel* device = nullptr;
    RequestLengths lengths;
    double batch = 1, replicas = 1;
    double reused = 0, recomputed = 0, load_bytes_per_s = 0;
};

struct NamedFormats {
    std::string_view name, precisions;
};

constexpr auto arithmetics =
    std::to_array<NamedFormats>({{"f16", "bf16"},
                                 {"fp8", "fp8_e4m3/fp8_e4m3"},
                                 {"int8", "int8"},
                                 {"fp4", "fp4_e2m1:g16:fp8_e4m3/fp4_e2m1:g16:fp8_e4m3"},
                                 {"weight8", "w8"},
                                 {"weight4", "w4"}});

constexpr std::string_view samples_figure = "samples_per_s";

Precisions precisions_from(const JsonReader& question) {
    const auto word = question.text_or("arithmetic", "f16");
    const auto found = std::ranges::find(arithmetics, word, &NamedFormats::name);
    if (found == arithmetics.end()) question.at("arithmetic").fail("f16, fp8, int8, fp4, weight8 or weight4");
    auto out = parse_precisions(std::string(found->precisions));
    out.kv = NumberFormat::parse(question.text_or("kv", "bf16"));
    if (const auto weights = question.find("weights")) out.weights = weights->parsed(NumberFormat::parse);
    if (const auto sparsity = question.find("sparsity"))
        out.weight_sparsity = sparsity->parsed(Sparsity::parse);
    return out;
}

double share_or(const JsonReader& question, const char* key, double fallback) {
    const double share = question.amount_or(key, fallback);
    if (share > 1) question.at(key).fail("a share from 0 to 1");
    return share;
}

EngineParameters engine_from(const Answerer& answerer, const JsonReader& question,
                             const DeviceModel& device) {
    const auto framework = question.text_or("framework", usual_engine);
    const auto known = answerer.fit().frameworks();
    if (framework != usual_engine && std::ranges::find(known, framework) == known.end())
        question.at("framework").fail("typical, " + join(known, ", "));
    auto engine = answerer.fit().parameters(framework, device);
    const double kernels = question.number_or("kernel_factor", 1);
    if (!(kernels > 0) || kernels > 10) question.at("kernel_factor").fail("a number above 0 and at most 10");
    for (auto* share :
         {&engine.compute_share, &engine.memory_share, &engine.attention_share, &engine.cache_share})
        *share = std::min(1.0, **share * kernels);
    return engine;
}

// Over all devices by tensor parallelism, or by that within each of some stages.
Parallelism spread_from(const JsonReader& question) {
    const auto devices = question.integer_or("devices", 1), stages = question.integer_or("stages", 1);
    if (stages < 1 || devices % stages != 0)
        question.at("stages").fail("a number of at least 1 that divides the devices");
    return {.tensor = devices / stages, .pipeline = stages};
}

void set_steps(Question& out, Answerer& answerer, const JsonReader& question) {
    const auto model = question.at("model").text();
    const auto known = list_configs("models");
    if (!std::ranges::binary_search(known, model)) question.at("model").fail("a model of the catalogue");
    const auto precisions = precisions_from(question);
    const auto spread = spread_from(question);
    if (question.at("figure").text() == samples_figure && spread.devices() > 1)
        question.at("devices").fail("1: samples are computed by single devices, whose number is 'replicas'");
    try {
        if (question.at("figure").text() == samples_figure) {
            out.samples = sample_demands(model, *out.device, precisions, out.lengths.prompt);
            return;
        }
        auto placement = make_placement(load_model(model), precisions, *out.device, spread, out.engine);
        if (const auto other = question.find("experts_on"))
            placement.expert_device = &answerer.device(*other);
        out.steps = StepModel(std::move(placement));
    } catch (const InputError& missing) {
        throw Undecidable{missing.what()};
    }
}

Question question_from(Answerer& answerer, const JsonReader& json) {
    Question out;
    out.device = &answerer.device(json.at("device"));
    out.engine = engine_from(answerer, json, *out.device);
    out.replicas = static_cast<double>(json.integer_or("replicas", 1));
    out.batch = json.number_or("batch", 1);
    out.lengths = {json.number_or("prompt", 512), json.number_or("output", 256)};
    if (json.integer_or("devices", 1) < 1 || out.replicas < 1 || !(out.batch >= 1) ||
        !(out.lengths.prompt >= 1) || !(out.lengths.output >= 1))
        json.fail("devices, replicas, batch, prompt and output of at least 1");
    out.reused = share_or(json, "reused", 0), out.recomputed = share_or(json, "recomputed", 0);
    out.load_bytes_per_s = json.amount_or("load_bytes_per_s", 0);
    set_steps(out, answerer, json);
    return out;
}

double decode_s(const Question& question, double context) {
    return decode_step_s(*question.steps, question.batch, context);
}

double first_token_s(const Question& question) {
    const double prompt = question.lengths.prompt;
    const double reused = prompt * question.reused;
    const double computed = prompt - reused + reused * question.recomputed;
    const auto load = prefill_load(question.batch, computed, prompt - computed);
    double seconds = question.engine.requests.first_token_s + question.steps->cost(load).time_s;
    if (reused > 0 && question.load_bytes_per_s > 0)
        seconds += question.batch * reused * question.steps->kv_bytes_per_token() / question.load_bytes_per_s;
    return seconds;
}

double request_s(const Question& question) {
    const double steps = question.lengths.output - 1;
    return first_token_s(question) + steps * decode_s(question, question.lengths.prompt + steps / 2);
}

EngineState full(const Question& question) { return saturated(*question.steps, question.lengths); }

double full_watts(const Question& question) {
    const double watts = full(question).watts * question.steps->devices() * question.replicas;
    if (watts <= 0) throw Undecidable{"the power of " + question.device->device.id + " is not known"};
    return watts;
}

struct Figure {
    std::string_view name;
    double (*value)(const Question&);
    std::string_view errors;  ///< kind of published measurement whose errors it is taken to have
};

constexpr auto figures = std::to_array<Figure>({
    {"decode_tokens_per_s",
     [](const Question& q) {
         return q.batch / decode_s(q, q.lengths.prompt + q.lengths.output / 2) * q.replicas;
     },
     "decode decode_throughput"},
    {"batch_tokens_per_s",
     [](const Question& q) { return q.batch * q.lengths.output / request_s(q) * q.replicas; },
     "static batch output_throughput_total"},
    {"request_s", request_s, "static batch throughput_latency"},
    {"first_token_s", first_token_s, "prefill ttft"},
    {"full_tokens_per_s", [](const Question& q) { return full(q).tokens_per_s * q.replicas; },
     "saturated output_throughput_total"},
    {"watts", full_watts, "steady gpu_power_avg"},
    {"joules_per_token",
     [](const Question& q) { return full_watts(q) / (full(q).tokens_per_s * q.replicas); },
     "steady energy_per_token"},
    {samples_figure, [](const Question& q) { return samples_per_s(q.samples, q.engine) * q.replicas; },
     "encoder samples_per_s"},
    {"cache_tokens", [](const Question& q) { return cache_tokens(*q.steps) * q.replicas; }, ""},
});

}  // namespace

Estimate engine_figure(Answerer& answerer, const JsonReader& question) {
    const auto word = question.at("figure").text();
    for (const auto& figure : figures) {
        if (figure.name != word) continue;
        const double value = figure.value(question_from(answerer, question));
        if (figure.errors.empty()) return Estimate::exact(value);
        const auto factors = answerer.fit().error_factors(std::string(figure.errors));
        return {value, {value * factors.low, value * factors.high}};
    }
    question.at("figure").fail("one of the engine's figures (docs/scenarios.md)");
}

}  // namespace ridge::cost_model
