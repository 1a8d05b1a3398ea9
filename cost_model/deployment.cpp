// SPDX-License-Identifier: Apache-2.0
#include "cost_model/deployment.hpp"

#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {
namespace {

struct NamedTier {
    std::string_view name;
    Tier tier;
};
constexpr auto tiers =
    std::to_array<NamedTier>({{"hbm", Tier::device}, {"dram", Tier::dram}, {"ssd", Tier::ssd}});

void require(const char* what, double value, double least, double most) {
    if (!(std::isfinite(value) && value >= least && value <= most))
        throw InputError(std::string(what) + " is " + number_text(value) + ", should be between " +
                         number_text(least) + " and " + number_text(most));
}

void check_reuse(const Reuse& reuse) {
    require("share of a cached prefix", reuse.prefix, 0, 1);
    require("share of fused chunks", reuse.fused, 0, 1);
    require("share of fused chunks that is computed again", reuse.recomputed, 0, 1);
    if (reuse.prefix + reuse.fused >= 1)
        throw InputError("cached prefix and fused chunks make " + number_text(reuse.prefix + reuse.fused) +
                         " of the prompt, should leave something fresh");
}

void check_speculation(const Speculation& speculation) {
    require("drafted tokens", speculation.drafted, 0, 64);
    require("acceptance of drafted tokens", speculation.acceptance, 0, 1);
    require("cost of a drafted token over a step", speculation.draft_cost, 0, 10);
}

void check_prefill(const SeparatePrefill& prefill) {
    require("bandwidth of KV transfer in bytes/s", prefill.bytes_per_s, 1e6, 1e14);
    require("latency of KV transfer in seconds", prefill.latency_s, 0, 100);
}

}  // namespace

std::string_view name(Tier tier) {
    for (const auto& one : tiers)
        if (one.tier == tier) return one.name;
    return "hbm";
}

Tier parse_tier(const std::string& word) {
    for (const auto& one : tiers)
        if (one.name == word) return one.tier;
    throw InputError("memory tier '" + word + "' is not known, should be hbm, dram or ssd");
}

double Speculation::tokens_per_step() const {
    if (acceptance >= 1.0) return drafted + 1.0;
    return (1.0 - std::pow(acceptance, drafted + 1.0)) / (1.0 - acceptance);
}

void check(const Deployment& deployment) {
    check(deployment.engine);
    check_reuse(deployment.reuse);
    check_speculation(deployment.speculation);
    if (deployment.prefill) check_prefill(*deployment.prefill);
    require("offloaded share of weights", deployment.offload.weights, 0, 1);
    require("offloaded share of keys and values", deployment.offload.kv, 0, 1);
    require("overlap of offloading", deployment.offload.overlap, 0, 1);
    require("DRAM bandwidth in bytes/s", deployment.tiers.dram_bytes_per_s, 1e8, 1e14);
    require("SSD bandwidth in bytes/s", deployment.tiers.ssd_bytes_per_s, 1e7, 1e13);
    require("DRAM in bytes", deployment.tiers.dram_bytes, 0, 1e15);
    require("SSD in bytes", deployment.tiers.ssd_bytes, 0, 1e17);
}

}  // namespace ridge::cost_model
