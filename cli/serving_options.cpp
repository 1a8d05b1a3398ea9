// SPDX-License-Identifier: Apache-2.0
#include "cli/serving_options.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cli {
namespace {

using namespace cost_model::serving;
using cost_model::serving::Traffic;

Lengths lengths_of(const std::string& text, const char* option) {
    const Json document = parse_json(text, option);
    return lengths_from_json(JsonReader(document, option));
}

}  // namespace

void ServedModelOptions::add(CLI::App& command) {
    devices.add(command);
    stored.add(command);
    engine.add(command);
}

cost_model::Precisions ServedModelOptions::precisions(const std::string& workload) const {
    auto out = workload.empty() ? cost_model::Precisions{} : cost_model::load_workload(workload).precisions;
    stored.apply(out);
    return out;
}

void PolicyOptions::add(CLI::App& command) {
    command.add_option("--batching", batching, "chunked, prefill-first or fixed (default: chunked)");
    command.add_option("--max-sequences", max_sequences, "sequences at once on a replica (default: 256)");
    command.add_option("--token-budget", token_budget, "tokens of a step (default: the engine's, 8192)");
    command.add_option("--page", page, "tokens of a page of the KV cache (default: 16)");
    command.add_option("--preemption", preemption, "recompute or swap (default: recompute)");
    command.add_option("--swap-bandwidth", swap_bytes_per_s,
                       "bytes/s between device and host (default: 32e9)");
    command.add_option("--routing", routing,
                       "round-robin, least-loaded or prefix-aware (default: round-robin)");
    command.add_flag("--no-prefix-cache", no_prefix_cache, "compute every prompt whole");
    command
        .add_option("--tier", tiers,
                    "memory below the devices' that keeps prompts: dram=1e12@50e9 (bytes, bytes/s); several")
        ->allow_extra_args(false);
}

Policy PolicyOptions::policy(const cost_model::EngineChoice& engine) const {
    Policy out;
    const auto chunk = engine.chunk_tokens();
    out.token_budget = token_budget.value_or(chunk > 0 ? chunk : out.token_budget);
    if (!batching.empty()) out.batching = parse_batching(batching);
    if (!preemption.empty()) out.preemption = parse_preemption(preemption);
    if (!routing.empty()) out.routing = parse_routing(routing);
    out.max_sequences = max_sequences.value_or(out.max_sequences);
    out.page = page.value_or(out.page);
    out.swap_bytes_per_s = swap_bytes_per_s.value_or(out.swap_bytes_per_s);
    out.prefix_caching = !no_prefix_cache;
    for (const auto& tier : tiers) out.tiers.push_back(parse_tier(tier));
    check(out);
    return out;
}

void SloOptions::add(CLI::App& command) {
    command.add_option("--ttft", ttft_s, "most seconds to the first token");
    command.add_option("--tpot", tpot_s, "most seconds for each further token");
    command.add_option("--request-time", request_s, "most seconds for a whole request");
}

Slo SloOptions::slo() const {
    const Slo out{ttft_s, tpot_s, request_s};
    check(out);
    return out;
}

void TrafficOptions::add(CLI::App& command) {
    command.add_option("--workload", workload,
                       "name or file: lengths, prefixes, arrivals and number formats (default: chat)");
    command.add_option("--prompt", prompt_tokens,
                       "tokens of a prompt: a number, or a distribution as in a workload's file");
    command.add_option("--output-tokens", output_tokens, "likewise of an answer");
    command.add_option("--seed", seed, "of the random numbers (default: 1)");
}

Traffic TrafficOptions::traffic() const {
    auto out = load_traffic(workload);
    if (!arrivals.empty() && rate) throw InputError("--arrivals and --rate exclude each other");
    if (!arrivals.empty()) out.arrivals = parse_arrivals(arrivals);
    if (rate) {
        if (!out.arrivals.is_open()) out.arrivals = {};
        out.arrivals.per_second = *rate;
    }
    if (prompt_tokens) out.prompt_tokens = lengths_of(*prompt_tokens, "--prompt");
    if (output_tokens) out.output_tokens = lengths_of(*output_tokens, "--output-tokens");
    check(out.arrivals);
    return out;
}

}  // namespace ridge::cli
