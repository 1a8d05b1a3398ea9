// SPDX-License-Identifier: Apache-2.0
#include "cost_model/scenario/engine_question.hpp"

#include <array>
#include <variant>

#include "core/error.hpp"
#include "cost_model/network/model_calls.hpp"
#include "cost_model/network/network.hpp"
#include "cost_model/serving/engine_regimes.hpp"
#include "cost_model/validation/published_names.hpp"

namespace ridge::cost_model {
namespace {

constexpr auto arithmetic_classes =
    std::to_array({ArithmeticClass::f16, ArithmeticClass::fp8, ArithmeticClass::int8, ArithmeticClass::fp4,
                   ArithmeticClass::weight8, ArithmeticClass::weight4, ArithmeticClass::weight4_portable});

struct Question {
    EngineCase engine;
    std::optional<EngineCase> experts;  ///< where they lie on another device
    RequestLengths lengths;
    double batch = 1, replicas = 1;
    double reused = 0, recomputed = 0, load_bytes_per_s = 0;
    bool convolutions = false;
};

ArithmeticClass arithmetic_from(const JsonReader& question) {
    const auto word = question.text_or("arithmetic", "f16");
    for (const auto one : arithmetic_classes)
        if (name(one) == word) return one;
    question.at("arithmetic").fail("f16, fp8, int8, fp4, weight8, weight4 or weight4_portable");
}

double share_or(const JsonReader& question, const char* key, double fallback) {
    const double share = question.amount_or(key, fallback);
    if (share > 1) question.at(key).fail("a share from 0 to 1");
    return share;
}

EngineFormats formats_from(const JsonReader& question) {
    constexpr double bits_per_byte = 8;
    EngineFormats formats;
    formats.weight_bytes = question.amount_or("weight_bits", 16) / bits_per_byte;
    formats.cache_bytes = question.amount_or("cache_bits", 16) / bits_per_byte;
    if (const auto sparsity = question.find("sparsity")) formats.sparsity = sparsity->parsed(Sparsity::parse);
    return formats;
}

EngineCase engine_on(Answerer& answerer, const JsonReader& question, const JsonReader& device_key) {
    const auto arithmetic = arithmetic_from(question);
    EngineCase engine;
    try {
        engine.device = engine_device(answerer.device(device_key), arithmetic);
    } catch (const InputError& missing) {
        throw Undecidable{missing.what()};
    }
    engine.shares = answerer.fit().shares(question.text_or("framework", "other"), engine.device, arithmetic);
    engine.formats = formats_from(question);
    const double kernels = question.number_or("kernel_factor", 1);
    if (!(kernels > 0) || kernels > 10) question.at("kernel_factor").fail("a number above 0 and at most 10");
    for (auto* share : {&engine.shares.compute, &engine.shares.memory, &engine.shares.attention_compute,
                        &engine.shares.cache})
        *share *= kernels;
    return engine;
}

void set_sizes(Question& out, const JsonReader& question) {
    const auto model = question.at("model").text();
    if (model == "resnet-50") {
        out.convolutions = true;
        out.engine.sizes.model = model;
        return;
    }
    const auto sizes = PublishedNames::load().model(model);
    if (!sizes) question.at("model").fail("a model of the catalogue");
    out.engine.sizes = *sizes;
}

Question question_from(Answerer& answerer, const JsonReader& json) {
    Question out;
    out.engine = engine_on(answerer, json, json.at("device"));
    set_sizes(out, json);
    out.engine.spread.tensor = static_cast<double>(json.integer_or("devices", 1));
    out.replicas = static_cast<double>(json.integer_or("replicas", 1));
    out.batch = json.number_or("batch", 1);
    out.lengths = {json.number_or("prompt", 512), json.number_or("output", 256)};
    if (out.engine.spread.tensor < 1 || out.replicas < 1 || !(out.batch >= 1) || !(out.lengths.prompt >= 1) ||
        !(out.lengths.output >= 1))
        json.fail("devices, replicas, batch, prompt and output of at least 1");
    out.reused = share_or(json, "reused", 0), out.recomputed = share_or(json, "recomputed", 0);
    out.load_bytes_per_s = json.amount_or("load_bytes_per_s", 0);
    if (const auto other = json.find("experts_on")) {
        out.experts = engine_on(answerer, json, *other);
        out.experts->sizes = out.engine.sizes;
    }
    return out;
}

// Time of a step whose experts are computed where their weights lie: layer by layer one after the other.
double decode_s(const Question& question, double context) {
    const EngineLoad load{.decode_sequences = question.batch, .decode_context = context};
    if (!question.experts) return engine_step(question.engine, load).seconds();
    auto near = engine_step(question.engine, load);
    near.experts = 0;
    return near.seconds() + engine_step(*question.experts, load).experts;
}

double first_token_s(const Question& question) {
    const double prompt = question.lengths.prompt;
    const double reused = prompt * question.reused;
    const double computed = prompt - reused + reused * question.recomputed;
    const EngineLoad load{.prompt_tokens = computed * question.batch,
                          .prompt_sequences = question.batch,
                          .prompt_context = prompt / 2 + reused / 2};
    double seconds = question.engine.shares.first_token_s + engine_step(question.engine, load).seconds();
    if (reused > 0 && question.load_bytes_per_s > 0)
        seconds += question.batch * reused * question.engine.sizes.cache_elements *
                   question.engine.formats.cache_bytes / question.load_bytes_per_s;
    return seconds;
}

double request_s(const Question& question) {
    const double steps = question.lengths.output - 1;
    return first_token_s(question) + steps * decode_s(question, question.lengths.prompt + steps / 2);
}

SteadyState full(const Question& question) { return saturated(question.engine, question.lengths); }

double full_watts(const Question& question) {
    const double watts = full(question).watts * question.engine.spread.devices() * question.replicas;
    if (watts <= 0) throw Undecidable{"the power of " + question.engine.device.id + " is not known"};
    return watts;
}

double samples_per_s(const Question& question) {
    if (!question.convolutions)
        return encoder_samples_per_s(question.engine, question.lengths.prompt) * question.replicas;
    constexpr std::int64_t images = 64;
    // Fused int8 convolutions read and write one byte an element: half of what bf16 moves.
    const auto network = std::get<ResNetConfig>(load_network(question.engine.sizes.model));
    const auto work = network_work(resnet_calls(network, images, parse_precisions("bf16")));
    return convolution_samples_per_s(question.engine, work.flop / images, work.bytes / images / 2) *
           question.replicas;
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
    {"samples_per_s", samples_per_s, "encoder samples_per_s"},
    {"cache_tokens", [](const Question& q) { return engine_cache_tokens(q.engine) * q.replicas; }, ""},
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
