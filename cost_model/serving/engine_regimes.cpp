// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/engine_regimes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ridge::cost_model {
namespace {

StepCost step(const StepModel& model, double prompts, double tokens, double decoding, double context) {
    auto load = prefill_load(prompts, tokens);
    load.decode_sequences = decoding;
    load.decode_context = context;
    return model.cost(load);
}

const RequestOverheads& requests_of(const StepModel& model) { return model.placement().engine.requests; }

double chunk_of(const StepModel& model) {
    const auto chunk = static_cast<double>(model.placement().engine.chunk_tokens);
    return chunk > 0 ? chunk : std::numeric_limits<double>::infinity();
}

double sequence_limit(const StepModel& model) {
    const double limit = model.placement().engine.sequence_limit;
    return limit > 0 ? limit : std::numeric_limits<double>::infinity();
}

double middle(const RequestLengths& lengths) { return lengths.prompt + lengths.output / 2; }

// Sequences whose cache fits, each with half of its output made.
double fitting(const StepModel& model, const RequestLengths& lengths) {
    constexpr double least = 0.5;
    return std::max(cache_tokens(model) / middle(lengths), least);
}

// Sequences that the engine admits, each holding its prompt and what is reserved for its output.
double held_sequences(const StepModel& model, const RequestLengths& lengths, double beams = 1) {
    constexpr double least = 0.5;
    const double length = lengths.prompt + requests_of(model).output_reserved * lengths.output * beams;
    return std::max(cache_tokens(model) / length, least);
}

// From memory, of a prompt's keys and values in a step. A sequence's beams share them, so that the last cache
// has them for all but one; it gives about twice what the memory does (H100: 5.5 to 7 against 3.35 TB/s).
double reads_of_prompt(double beams) {
    constexpr double cache_over_memory = 2;
    return std::max(1.0, beams / cache_over_memory);
}

// Mean context of each beam, as if its reads of the prompt were its own.
double context_of(const RequestLengths& lengths, double beams) {
    return lengths.prompt / beams * reads_of_prompt(beams) + lengths.output / 2;
}

// Steps with and without prompt tokens take turns: prompts run in lumps, one whole or a chunk of it a step.
EngineState mixed_steps(const StepModel& model, double running, const RequestLengths& lengths,
                        double prompts_per_step, double beams) {
    const double lump = std::min(lengths.prompt, chunk_of(model));
    const double lumps = prompts_per_step * lengths.prompt / lump;
    const double with_prompt = std::min(lumps, 1.0);
    const double lump_prompts = std::max(lumps, 1.0) * lump / lengths.prompt;
    const double context = context_of(lengths, beams);
    const auto plain = step(model, 0, lengths.prompt, running * beams, context);
    const auto filled = step(model, lump_prompts, lengths.prompt, running * beams, context);
    EngineState state{.running = running, .decode_step_s = plain.time_s};
    state.step_s = (1 - with_prompt) * plain.time_s + with_prompt * filled.time_s;
    state.tokens_per_s = running / state.step_s;
    state.prompts_per_step = prompts_per_step;
    const double joules = (1 - with_prompt) * plain.energy_j + with_prompt * filled.energy_j;
    state.watts = joules / (state.step_s * model.devices());
    return state;
}

// All steps of a run, each kind at its means.
EngineState played(const StepModel& model, const RequestLengths& lengths, double requests,
                   const ClosedRunCounts& counts, double beams) {
    const auto &plain = counts.plain, &filled = counts.with_prompts;
    const double steps = plain.count + filled.count, context = context_of(lengths, beams);
    const auto without = step(model, 0, lengths.prompt, plain.running * beams, context);
    const auto with =
        step(model, filled.prompt_tokens / lengths.prompt, lengths.prompt, filled.running * beams, context);
    const double seconds = plain.count * without.time_s + filled.count * with.time_s;
    const double joules = plain.count * without.energy_j + filled.count * with.energy_j;
    return {.step_s = seconds / steps,
            .decode_step_s = without.time_s,
            .tokens_per_s = requests * lengths.output / seconds,
            .watts = joules / (seconds * model.devices()),
            .prompts_per_step = requests / steps};
}

void mix(EngineState& state, const EngineState& other, double share) {
    for (const auto number : {&EngineState::step_s, &EngineState::decode_step_s, &EngineState::tokens_per_s,
                              &EngineState::watts, &EngineState::prompts_per_step})
        state.*number += share * (other.*number - state.*number);
}

double waiting(double load) { return load / (1 - load); }

}  // namespace

double cache_tokens(const StepModel& model) {
    constexpr double least_share = 0.01;
    const auto& memory = model.memory();
    if (memory.capacity <= 0 || memory.cache_per_token <= 0) return model.kv_capacity_tokens();
    auto least = memory;
    least.cache = least_share * memory.capacity;
    return std::max(model.kv_capacity_tokens(), capacity_tokens(model.placement(), least));
}

double prefill_s(const StepModel& model, double prompts, double tokens) {
    return step(model, prompts, tokens, 0, 0).time_s;
}

double decode_step_s(const StepModel& model, double batch, double context) {
    return step(model, 0, 1, batch, context).time_s;
}

StaticBatch static_batch(const StepModel& model, double batch, const RequestLengths& lengths) {
    const double round = std::min(batch, fitting(model, lengths));
    StaticBatch result;
    result.prefill_s = requests_of(model).first_token_s + prefill_s(model, round, lengths.prompt);
    result.total_s =
        (result.prefill_s + (lengths.output - 1) * decode_step_s(model, round, middle(lengths))) * batch /
        round;
    return result;
}

EngineState kept_running(const StepModel& model, double running, const RequestLengths& lengths) {
    const double held = std::min(running, fitting(model, lengths));
    return mixed_steps(model, held, lengths, held / lengths.output, 1);
}

EngineState saturated(const StepModel& model, const RequestLengths& lengths, double beams) {
    const double held = std::min(held_sequences(model, lengths, beams), sequence_limit(model));
    return mixed_steps(model, held, lengths, held / lengths.output, beams);
}

EngineState run_to_end(const StepModel& model, const RequestLengths& lengths, PlayedRuns& runs,
                       double beams) {
    const auto requests = static_cast<double>(runs.run().requests);
    const double held = std::min({held_sequences(model, lengths, beams), sequence_limit(model), requests});
    const auto places = static_cast<std::int64_t>(std::max(1.0, held));
    const double beyond = std::max(0.0, held - static_cast<double>(places));
    const auto with = [&](std::int64_t users) {
        return played(model, lengths, requests, runs.of_users(users), beams);
    };
    auto state = with(places);
    if (beyond > 0) mix(state, with(places + 1), beyond);
    state.running = held;
    return state;
}

Serving closed_loop(const StepModel& model, double concurrency, const RequestLengths& lengths,
                    const ClosedRunCounts& counts) {
    const double replicas = static_cast<double>(model.placement().parallelism.data);
    const double held = std::min(concurrency, held_sequences(model, lengths));
    Serving serving{.state = mixed_steps(model, held, lengths, held / lengths.output * counts.unevenness, 1)};
    const auto& state = serving.state;
    const double with_prompts = step(model, replicas, lengths.prompt, held, middle(lengths)).time_s;
    const double for_a_place = std::max(concurrency / held - 1, 0.0) * lengths.output * state.step_s;
    serving.first_token_s = requests_of(model).first_token_closed_s + counts.steps * state.decode_step_s +
                            counts.prompts * (with_prompts - state.decode_step_s) +
                            counts.prompts * requests_of(model).admission_s + for_a_place;
    return serving;
}

std::optional<Serving> open_queue(const StepModel& model, double requests_per_s,
                                  const RequestLengths& lengths) {
    constexpr int rounds = 12;
    constexpr double first_step_s = 0.02, fewest = 0.05, engine_limit = 2048, highest_load = 0.95;
    const double most = std::min(fitting(model, lengths), engine_limit);
    double running = std::max(requests_per_s * lengths.output * first_step_s, fewest);
    Serving serving;
    serving.state.step_s = first_step_s;
    for (int round = 0; round < rounds; ++round) {
        serving.state =
            mixed_steps(model, std::max(running, 1.0), lengths, requests_per_s * serving.state.step_s, 1);
        const double wanted = requests_per_s * lengths.output * serving.state.step_s;
        running = std::sqrt(running * std::clamp(wanted, fewest, most));
    }
    const double alone = prefill_s(model, 1, lengths.prompt);
    const double load = requests_per_s * alone;
    const double wanted = requests_per_s * lengths.output * serving.state.step_s;
    if (load > highest_load || wanted > most) return std::nullopt;
    const double among = step(model, 1, lengths.prompt, running, middle(lengths)).time_s;
    serving.state.running = running;
    serving.state.tokens_per_s = requests_per_s * lengths.output;
    serving.first_token_s =
        requests_of(model).first_token_open_s + among + requests_of(model).open_queue * waiting(load) * alone;
    return serving;
}

}  // namespace ridge::cost_model
