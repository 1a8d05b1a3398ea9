// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_regimes.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

EngineLoad load_of(double prompts, double tokens, double decoding, double context) {
    return {.prompt_tokens = prompts * tokens,
            .prompt_sequences = prompts,
            .prompt_context = tokens / 2,
            .decode_sequences = decoding,
            .decode_context = context};
}

double middle(const RequestLengths& lengths) { return lengths.prompt + lengths.output / 2; }

// Sequences whose cache fits, each with half of its output made.
double fitting(const EngineCase& engine, const RequestLengths& lengths) {
    constexpr double least = 0.5;
    return std::max(engine_cache_tokens(engine) / middle(lengths), least);
}

// Steps with and without prompt tokens take turns: prompts run in lumps, one whole or a chunk of it a step.
SteadyState mixed_steps(const EngineCase& engine, double running, const RequestLengths& lengths,
                        double prompts_per_step, double beams) {
    const double lump = std::min(lengths.prompt, engine.shares.chunk_tokens);
    const double lumps = prompts_per_step * lengths.prompt / lump;
    const double with_prompt = std::min(lumps, 1.0);
    const double lump_prompts = std::max(lumps, 1.0) * lump / lengths.prompt;
    const auto plain = engine_step(engine, load_of(0, lengths.prompt, running * beams, middle(lengths)));
    const auto filled =
        engine_step(engine, load_of(lump_prompts, lengths.prompt, running * beams, middle(lengths)));
    SteadyState state{.running = running, .decode_step_s = plain.seconds()};
    state.step_s = (1 - with_prompt) * plain.seconds() + with_prompt * filled.seconds();
    state.tokens_per_s = running / state.step_s;
    state.prompts_per_step = prompts_per_step;
    EngineStep mean;
    mean.flop = (1 - with_prompt) * plain.flop + with_prompt * filled.flop;
    mean.bytes = (1 - with_prompt) * plain.bytes + with_prompt * filled.bytes;
    state.watts = engine_power(engine, mean, state.step_s);
    return state;
}

double waiting(double load) { return load / (1 - load); }

}  // namespace

double prefill_s(const EngineCase& engine, double prompts, double tokens) {
    return engine_step(engine, load_of(prompts, tokens, 0, 0)).seconds();
}

double decode_step_s(const EngineCase& engine, double batch, double context) {
    return engine_step(engine, load_of(0, 1, batch, context)).seconds();
}

StaticBatch static_batch(const EngineCase& engine, double batch, const RequestLengths& lengths) {
    const double round = std::min(batch, fitting(engine, lengths));
    StaticBatch result;
    result.prefill_s = engine.shares.first_token_s + prefill_s(engine, round, lengths.prompt);
    result.total_s =
        (result.prefill_s + (lengths.output - 1) * decode_step_s(engine, round, middle(lengths))) * batch /
        round;
    return result;
}

SteadyState steady_state(const EngineCase& engine, double running, const RequestLengths& lengths,
                         double beams) {
    const double held = std::min(running, fitting(engine, lengths));
    return mixed_steps(engine, held, lengths, held / lengths.output, beams);
}

SteadyState saturated(const EngineCase& engine, const RequestLengths& lengths, double beams) {
    constexpr double least = 0.5;
    const double length = lengths.prompt + engine.shares.output_reserved * lengths.output * beams;
    const double held = std::clamp(engine_cache_tokens(engine) / length, least, engine.shares.sequence_limit);
    return mixed_steps(engine, held, lengths, held / lengths.output, beams);
}

Serving closed_loop(const EngineCase& engine, double concurrency, const RequestLengths& lengths) {
    constexpr double highest_load = 0.95;
    Serving serving{.state = steady_state(engine, concurrency, lengths)};
    const auto& state = serving.state;
    const double alone = prefill_s(engine, 1, lengths.prompt);
    const double among =
        engine_step(engine, load_of(1, lengths.prompt, state.running, middle(lengths))).seconds();
    const double load = std::min(state.running / (lengths.output * state.step_s) * alone, highest_load);
    const double for_a_place = std::max(concurrency / state.running - 1, 0.0) * lengths.output * state.step_s;
    serving.first_token_s =
        engine.shares.first_token_closed_s + among + engine.shares.closed_queue * waiting(load) * alone +
        (engine.shares.burst * alone + engine.shares.admission_s) * (concurrency - 1) + for_a_place;
    return serving;
}

std::optional<Serving> open_queue(const EngineCase& engine, double requests_per_s,
                                  const RequestLengths& lengths) {
    constexpr int rounds = 12;
    constexpr double first_step_s = 0.02, fewest = 0.05, engine_limit = 2048, highest_load = 0.95;
    const double most = std::min(fitting(engine, lengths), engine_limit);
    double running = std::max(requests_per_s * lengths.output * first_step_s, fewest);
    Serving serving;
    serving.state.step_s = first_step_s;
    for (int round = 0; round < rounds; ++round) {
        serving.state =
            mixed_steps(engine, std::max(running, 1.0), lengths, requests_per_s * serving.state.step_s, 1);
        const double wanted = requests_per_s * lengths.output * serving.state.step_s;
        running = std::sqrt(running * std::clamp(wanted, fewest, most));
    }
    const double alone = prefill_s(engine, 1, lengths.prompt);
    const double load = requests_per_s * alone;
    const double wanted = requests_per_s * lengths.output * serving.state.step_s;
    if (load > highest_load || wanted > most) return std::nullopt;
    const double among = engine_step(engine, load_of(1, lengths.prompt, running, middle(lengths))).seconds();
    serving.state.running = running;
    serving.state.tokens_per_s = requests_per_s * lengths.output;
    serving.first_token_s =
        engine.shares.first_token_open_s + among + engine.shares.open_queue * waiting(load) * alone;
    return serving;
}

namespace {
constexpr double samples_at_once = 64;  // enough to fill the devices that are measured so
}

double encoder_samples_per_s(const EngineCase& engine, double tokens) {
    auto pass = load_of(samples_at_once, tokens, 0, 0);
    pass.prompt_sequences = 0;     // no logits
    pass.prompt_context = tokens;  // the whole text is seen from everywhere
    return samples_at_once / (engine_step(engine, pass).seconds() - engine.shares.host_step_s);
}

double convolution_samples_per_s(const EngineCase& engine, double flop, double bytes) {
    const double compute =
        flop / (engine.device.peak_flops * engine.shares.compute * engine.shares.convolution_compute);
    const double memory = bytes / (engine.device.bandwidth * engine.shares.memory);
    return 1 / std::cbrt(std::pow(compute, 3) + std::pow(memory, 3));
}

}  // namespace ridge::cost_model
