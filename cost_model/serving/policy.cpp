// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/policy.hpp"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr std::int64_t most = 1'000'000'000;

void require(std::int64_t value, const char* what) {
    if (value < 1 || value > most)
        throw InputError(std::string(what) + " is " + std::to_string(value) +
                         ", should be between 1 and 10^9");
}

void check(const CacheTier& tier) {
    if (!(tier.bytes > 0) || !std::isfinite(tier.bytes))
        throw InputError("cache tier '" + tier.name + "': " + number_text(tier.bytes) +
                         " bytes should be a number above 0");
    if (!(tier.bytes_per_s > 0) || !std::isfinite(tier.bytes_per_s))
        throw InputError("cache tier '" + tier.name + "': " + number_text(tier.bytes_per_s) +
                         " bytes/s should be a number above 0");
}

template <typename Value, std::size_t N>
Value chosen(const std::string& word, const char* what,
             const std::array<std::pair<std::string_view, Value>, N>& choices) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
        if (name == word) return value;
        names.emplace_back(name);
    }
    throw InputError(std::string(what) + " '" + word + "' should be one of " + join(names, ", "));
}

}  // namespace

void check(const Policy& policy) {
    require(policy.max_sequences, "max-sequences");
    require(policy.token_budget, "token-budget");
    require(policy.page, "page");
    if (!(policy.watermark >= 0 && policy.watermark < 1))
        throw InputError("watermark is " + number_text(policy.watermark) + ", should be in [0, 1)");
    if (!(policy.swap_bytes_per_s > 0) || !std::isfinite(policy.swap_bytes_per_s))
        throw InputError("swap bandwidth is " + number_text(policy.swap_bytes_per_s) +
                         " bytes/s, should be a number above 0");
    if (policy.tiers.size() >= PrefixCache::most_tiers)
        throw InputError("there are " + std::to_string(policy.tiers.size()) +
                         " cache tiers, should be at most 3");
    for (const auto& tier : policy.tiers) check(tier);
}

Batching parse_batching(const std::string& word) {
    return chosen<Batching, 3>(word, "batching",
                               {{{"chunked", Batching::chunked},
                                 {"prefill-first", Batching::prefill_first},
                                 {"fixed", Batching::fixed}}});
}

Preemption parse_preemption(const std::string& word) {
    return chosen<Preemption, 2>(word, "preemption",
                                 {{{"recompute", Preemption::recompute}, {"swap", Preemption::swap}}});
}

Routing parse_routing(const std::string& word) {
    return chosen<Routing, 3>(word, "routing",
                              {{{"round-robin", Routing::round_robin},
                                {"least-loaded", Routing::least_loaded},
                                {"prefix-aware", Routing::prefix_aware}}});
}

CacheTier parse_tier(const std::string& given) {
    const auto equals = given.find('='), at = given.find('@');
    if (equals == std::string::npos || at == std::string::npos || equals == 0 || at < equals)
        throw InputError("cache tier '" + given + "' should be NAME=BYTES@BYTES_PER_S, e.g. dram=1e12@50e9");
    CacheTier tier{given.substr(0, equals),
                   parse_number(given.substr(equals + 1, at - equals - 1), "cache tier '" + given + "'"),
                   parse_number(given.substr(at + 1), "cache tier '" + given + "'")};
    check(tier);
    return tier;
}

}  // namespace ridge::cost_model::serving
