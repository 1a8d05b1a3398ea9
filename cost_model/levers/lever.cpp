// SPDX-License-Identifier: Apache-2.0
#include "cost_model/levers/lever.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

constexpr double most_usd_per_hour = 1e5;
constexpr double most_watts = 1e6;

template <typename Parse>
auto parsed(const LeverValue& value, Parse parse) {
    try {
        return parse(value.text());
    } catch (const InputError& error) {
        value.fail("a value that can be read: " + std::string(error.what()));
    }
}

void set_weights(Scenario& out, const LeverValue& value) {
    out.workload.precisions.weights = parsed(value, NumberFormat::parse);
    out.workload.precisions.expert_weights.reset();
}
void set_activations(Scenario& out, const LeverValue& value) {
    out.workload.precisions.activations = parsed(value, NumberFormat::parse);
}
void set_kv(Scenario& out, const LeverValue& value) {
    out.workload.precisions.kv = parsed(value, NumberFormat::parse);
}
void set_sparsity(Scenario& out, const LeverValue& value) {
    out.workload.precisions.weight_sparsity = parsed(value, Sparsity::parse);
}
void set_activation_sparsity(Scenario& out, const LeverValue& value) {
    out.workload.precisions.inner_sparsity = Sparsity::unstructured(1.0 - value.number(0, 0.01, 0.999));
}

void replace_by_experts(Scenario& out, const LeverValue& value) {
    auto& model = out.model;
    if (model.experts || model.feed_forward != FeedForward::gated_silu)
        value.fail("used on a dense model with a gated feed-forward part");
    Experts experts;
    experts.count = value.count(0, 2, 4096);
    experts.per_token = value.count(1, 1, experts.count);
    if (model.intermediate_size % experts.count != 0)
        value.fail("a number of experts that divides the " + std::to_string(model.intermediate_size) +
                   " features of the feed-forward part");
    experts.intermediate_size = model.intermediate_size / experts.count;
    model.experts = experts;
}

void group_heads(Scenario& out, const LeverValue& value) {
    auto& model = out.model;
    const auto heads = value.count(0, 1, model.num_attention_heads);
    if (model.latent || model.num_attention_heads % heads != 0)
        value.fail("a divisor of the model's " + std::to_string(model.num_attention_heads) +
                   " heads, and its attention not latent");
    model.num_key_value_heads = heads;
}

// DeepSeek-V2's sizes of a head: 128 elements without and 64 with position, values of 128.
void make_latent(Scenario& out, const LeverValue& value) {
    auto& model = out.model;
    if (model.latent || model.recurrent) value.fail("used on a model with keys and values of heads");
    model.latent = Latent{.query_rank = 0,
                          .rank = value.count(0, 16, 1 << 16),
                          .rope_dim = 64,
                          .plain_dim = 128,
                          .value_dim = 128};
    model.num_key_value_heads = model.num_attention_heads;
    model.head_dim = model.latent->plain_dim + model.latent->rope_dim;
    model.qk_norm = model.fused_qkv = false;
}

void cache_prefix(Scenario& out, const LeverValue& value) {
    out.deployment.reuse.prefix = value.number(0, 0, 0.999);
}
void fuse_chunks(Scenario& out, const LeverValue& value) {
    auto& reuse = out.deployment.reuse;
    reuse.fused = value.number(0, 0, 0.999);
    reuse.recomputed = value.number_or(1, reuse.recomputed, 0, 1);
    reuse.tier = value.size() > 2 ? parse_tier(value.word(2)) : Tier::dram;
}
void speculate(Scenario& out, const LeverValue& value) {
    out.deployment.speculation = {.drafted = static_cast<double>(value.count(0, 1, 64)),
                                  .acceptance = value.number(1, 0, 1),
                                  .draft_cost = value.number_or(2, 0.05, 0, 10)};
}
void set_batch(Scenario& out, const LeverValue& value) {
    out.deployment.largest_batch = value.text() == "max";
    if (!out.deployment.largest_batch) out.workload.batch = value.count(0, 1, 1 << 20);
}
void set_chunk(Scenario& out, const LeverValue& value) {
    out.deployment.engine.chunk_tokens = value.count(0, 16, 1 << 24);
}
void spread(Scenario& out, const LeverValue& value) {
    out.deployment.parallelism = parsed(value, parse_parallelism);
}
void separate_prefill(Scenario& out, const LeverValue& value) {
    SeparatePrefill prefill;
    try {
        prefill.parallelism = parse_parallelism(value.word(0));
    } catch (const InputError& error) {
        value.fail("a parallelism and bytes/s: " + std::string(error.what()));
    }
    prefill.bytes_per_s = value.number_or(1, prefill.bytes_per_s, 1e6, 1e14);
    out.deployment.prefill = prefill;
}
void set_efficiency(Scenario& out, const LeverValue& value) {
    const double compute = value.number(0, 0.001, 1);
    set_efficiencies(out.device, compute, value.number_or(1, compute, 0.001, 1));
    take_efficiencies(out.deployment.engine);
}
void hide_communication(Scenario& out, const LeverValue& value) {
    out.deployment.engine.communication_overlap = value.number(0, 0, 1);
}
void set_host(Scenario& out, const LeverValue& value) {
    out.deployment.engine.host_step_s = value.number(0, 0, 10);
}
void offload_weights(Scenario& out, const LeverValue& value) {
    out.deployment.offload.weights = value.number(0, 0, 1);
    if (value.size() > 1) out.deployment.offload.tier = parse_tier(value.word(1));
}
void offload_kv(Scenario& out, const LeverValue& value) {
    out.deployment.offload.kv = value.number(0, 0, 1);
    if (value.size() > 1) out.deployment.offload.tier = parse_tier(value.word(1));
}
// Data sheets of processors give no FLOP/s; two fused multiply-adds of 256 bits each cycle are what every
// server core of the last ten years does at least (Agner Fog, instruction tables).
DeviceModel host_processor(const std::string& word) {
    constexpr double flop_per_cycle = 32;
    auto out = load_device(word);
    if (out.device.kind != "cpu") throw InputError("device '" + word + "' is no processor (kind cpu)");
    const double rate = flop_per_cycle * static_cast<double>(out.device.units) * out.device.clock_hz;
    if (out.ceilings.compute.empty() && rate > 0)
        out.ceilings.compute[Precision::fp32] = {rate, Provenance::specified,
                                                 "derived: cores, clock and 32 FLOP a cycle"};
    return out;
}
void put_experts_on(Scenario& out, const LeverValue& value) {
    out.deployment.experts_on = std::make_shared<const DeviceModel>(parsed(value, host_processor));
}
void set_utilisation(Scenario& out, const LeverValue& value) {
    out.economy.utilisation = Figure{value.number(0, 0.001, 1)};
}
void set_price(Scenario& out, const LeverValue& value) {
    out.economy.usd_per_hour = value.number(0, 0, most_usd_per_hour);
    out.economy.price_assumed = true;
}
void set_power(Scenario& out, const LeverValue& value) {
    out.device.device.tdp_w = value.number(0, 0.1, most_watts);
}

constexpr std::string_view none = "none: the same numbers are computed";

constexpr auto all_levers = std::to_array<Lever>({
    {"weights", "number format of the layers' weights", "FORMAT", "int4:g128",
     "int4:g128 by AWQ: perplexity of Llama-2-7B on WikiText-2 5.47 to 5.60 (Lin et al. 2023, arXiv "
     "2306.00978); "
     "int8 with outliers kept apart: none measurable (Dettmers et al. 2022, arXiv 2208.07339); others "
     "unknown",
     set_weights},
    {"activations", "number format of the inputs of linear layers", "FORMAT", "fp8_e4m3", "unknown",
     set_activations},
    {"kv", "number format of keys and values", "FORMAT", "fp8_e4m3", "unknown", set_kv},
    {"sparsity", "zeros among the weights of linear layers, experts excepted: 2:4, N:M, block:RxC@DENSITY",
     "SPARSITY", "2:4",
     "2:4 by SparseGPT: perplexity of OPT-175B on WikiText-2 8.35 to 8.74 (Frantar and Alistarh 2023, arXiv "
     "2301.00774); others unknown",
     set_sparsity},
    {"activation-sparsity",
     "zeros among what goes into the down projections, whose weights are then not read", "SHARE of zeros",
     "0.5", "unknown", set_activation_sparsity},
    {"moe", "experts in place of the dense feed-forward part, as many weights in all", "EXPERTS:PER_TOKEN",
     "8:2", "unknown", replace_by_experts},
    {"gqa", "heads of keys and values, each shared by a group of query heads", "HEADS", "8",
     "T5-XXL, 8 groups, trained further: average of its tasks 47.2 to 47.1 (Ainslie et al. 2023, arXiv "
     "2305.13245)",
     group_heads},
    {"mla", "keys and values made from a cached latent vector", "RANK in elements", "512",
     "better than full attention in its authors' comparison (DeepSeek-V2, arXiv 2405.04434, appendix D); "
     "elsewhere unknown",
     make_latent},
    {"prefix-cache", "prompt tokens that a cached prefix covers, in the device's memory",
     "SHARE of the prompt", "0.5", none, cache_prefix},
    {"chunk-fusion", "cached chunks fused with fresh text: part is computed again, the rest is loaded",
     "SHARE of the prompt[:SHARE computed again[:hbm, dram or ssd]]", "0.8:0.15:dram",
     "CacheBlend: F1 and Rouge-L within 0.02 of computing everything (Yao et al. 2024, arXiv 2405.16444)",
     fuse_chunks},
    {"speculative", "tokens that a draft proposes and a step checks",
     "TOKENS:ACCEPTANCE[:DRAFT seconds of a token over those of a step]", "4:0.7:0.05",
     "none: the distribution stays (Leviathan et al. 2023, arXiv 2211.17192)", speculate},
    {"batch", "sequences served together; max: as many as the memory holds", "SEQUENCES or max", "max", none,
     set_batch},
    {"chunk", "prompts cut into steps of so many tokens", "TOKENS", "8192", none, set_chunk},
    {"parallel", "devices that serve the model together", "tpN ppN epN dpN cpN", "tp8", none, spread},
    {"prefill-pool",
     "prompts on replicas of their own, keys and values sent to those that decode; money is shared as they "
     "are kept busy",
     "tpN ppN of a prefill replica[:BYTES/S of its network]", "tp1:50e9", none, separate_prefill},
    {"kernel-efficiency", "share of the ceilings that unmeasured calls achieve",
     "SHARE of compute[:SHARE of bandwidth]", "0.8", none, set_efficiency},
    {"overlap", "share of the communication hidden behind computation", "SHARE", "1", none,
     hide_communication},
    {"host", "seconds of the host for each step", "SECONDS", "0", none, set_host},
    {"offload-weights", "weights read from behind the device's memory for each step", "SHARE[:dram or ssd]",
     "1:dram", none, offload_weights},
    {"offload-kv", "keys and values read from behind the device's memory for each step",
     "SHARE[:dram or ssd]", "1:dram", none, offload_kv},
    {"experts-on", "routed experts computed by the host's processor from its memory, the rest by the device",
     "DEVICE of kind cpu", "xeon-8480p", none, put_experts_on},
    {"utilisation", "share of the paid hours in which the device has this work", "SHARE", "0.9", none,
     set_utilisation},
    {"price", "US dollars for a device and hour, as an assumption", "USD/h", "", none, set_price},
    {"power", "thermal design power of a device", "W", "", none, set_power},
});

const Lever& find_lever(const std::string& word) {
    const auto found = std::ranges::find(all_levers, word, &Lever::name);
    if (found != all_levers.end()) return *found;
    std::vector<std::string> names;
    for (const auto& one : all_levers) names.emplace_back(one.name);
    const auto near = nearest(word, names);
    throw InputError("lever '" + word + "' is not known" +
                     (near.empty() ? "" : ", did you mean '" + near + "'") + "; there are " +
                     join(names, ", "));
}

}  // namespace

TokenCost evaluate(const Scenario& scenario) {
    return evaluate(scenario.model, scenario.device, scenario.workload, scenario.economy,
                    scenario.deployment);
}

std::span<const Lever> levers() { return all_levers; }

LeverUse parse_lever(const std::string& text) {
    const auto equals = text.find('=');
    const auto word = text.substr(0, equals);
    const auto& lever = find_lever(word);
    const auto value = equals == std::string::npos ? std::string(lever.preset) : text.substr(equals + 1);
    if (value.empty())
        throw InputError("lever " + word + ": should be given with a value, " + std::string(lever.value));
    return {&lever, LeverValue(word, value)};
}

void pull(Scenario& scenario, const LeverUse& use) { use.lever->pull(scenario, use.value); }

}  // namespace ridge::cost_model
