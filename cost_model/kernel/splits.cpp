// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/splits.hpp"

#include <algorithm>
#include <array>

#include "core/hash.hpp"

namespace ridge::cost_model {
namespace {

constexpr double held_out_share = 0.25;

// Of a matrix product, of attention (a whole batch setting is a site: only lengths vary), of experts, of row
// operators. What remains of a collective is its size, of an elementwise operator its row.
constexpr std::array<std::string_view, 8> load_dimensions = {"m",    "queries", "context", "tokens",
                                                             "rows", "ranks",   "kv",      "positions"};

bool is_load(const Dimension& dimension) {
    return std::ranges::find(load_dimensions, dimension.name) != load_dimensions.end();
}

}  // namespace

std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t hash = fnv1a(text);
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

bool is_held_out(std::string_view call) {
    constexpr double range = 18446744073709551616.0;  // 2^64
    return static_cast<double>(stable_hash(call)) < held_out_share * range;
}

std::string site_text(const OperatorCall& call) {
    auto site = call;
    std::erase_if(site.dimensions, is_load);
    return site.dimensions.empty() ? call.text() : site.text();
}

}  // namespace ridge::cost_model
