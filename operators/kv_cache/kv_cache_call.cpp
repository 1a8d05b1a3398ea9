// SPDX-License-Identifier: Apache-2.0
#include "operators/kv_cache/kv_cache_call.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "operators/attention/attention_shape.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

bool has_dimension(const OperatorCall& call, std::string_view name) {
    return std::ranges::any_of(call.dimensions, [&](const auto& one) { return one.name == name; });
}

void check(const OperatorCall& call) {
    check_elementwise(call);
    check_cached_rows(call, call.operand("kv"), call.dimension("head_dim"));
    if (has_dimension(call, "page")) check_page(call);
}

void check_append(const OperatorCall& call) {
    check(call);
    if (call.operand("x").is_scaled()) refuse(call, "new keys and values have no scales; use x=bf16");
}

void check_turned(const OperatorCall& call) {
    check(call);
    if (call.dimension("head_dim") % 2 != 0) refuse(call, "head_dim should be even: pairs of elements turn");
    if (has_dimension(call, "recomputed") && call.dimension("recomputed") > call.dimension("tokens"))
        refuse(call, "recomputed should be at most tokens");
}

constexpr double index_bytes = 4.0;  // of a page or a token: int32

double bytes_of_rows(const KvCacheShape& shape, double tokens) {
    return cached_bytes(shape.kv, tokens * static_cast<double>(shape.kv_heads),
                        static_cast<double>(shape.head_dim));
}

double all_rows(const KvCacheShape& shape) { return bytes_of_rows(shape, static_cast<double>(shape.tokens)); }

double table_bytes(const KvCacheShape& shape) { return index_bytes * static_cast<double>(shape.pages()); }

double elements(const KvCacheShape& shape, double tokens) {
    return tokens * static_cast<double>(shape.kv_heads) * static_cast<double>(shape.head_dim);
}

// The arithmetic is fp32 whatever is stored.
Work cache_work(double flop, std::vector<Traffic> traffic) {
    return {.flop = flop, .dense_flop = flop, .compute = Precision::fp32, .traffic = std::move(traffic)};
}

// Quantising: the largest magnitude of a scale's elements, and a product for each.
Work append_work(const OperatorCall& call) {
    const auto shape = KvCacheShape::from(call);
    const double count = 2.0 * elements(shape, static_cast<double>(shape.tokens));
    return cache_work(shape.kv.is_scaled() ? 2.0 * count : 0.0,
                      {{"x", bytes_of(call.operand("x"), count), 0.0},
                       {"kv", 0.0, 2.0 * all_rows(shape)},
                       {"block table", table_bytes(shape), 0.0}});
}

Work gather_work(const OperatorCall& call) {
    const auto shape = KvCacheShape::from(call);
    return cache_work(0.0, {{"kv", 2.0 * all_rows(shape), 2.0 * all_rows(shape)},
                            {"block table", table_bytes(shape), 0.0}});
}

// As many tokens come in as leave.
Work swap_work(const OperatorCall& call) {
    const auto shape = KvCacheShape::from(call);
    return cache_work(0.0, {{"kv", 4.0 * all_rows(shape), 4.0 * all_rows(shape)},
                            {"block table", table_bytes(shape), 0.0}});
}

// A pair turns by 4 multiplications and 2 additions: 3 FLOP an element. All keys turn by the same angles.
Work rerotate_work(const OperatorCall& call) {
    const auto shape = KvCacheShape::from(call);
    return cache_work(
        3.0 * elements(shape, static_cast<double>(shape.tokens)),
        {{"k", all_rows(shape), all_rows(shape)}, {"turn", 4.0 * static_cast<double>(shape.head_dim), 0.0}});
}

// Of a recomputed token only the fresh rows are read, of the others only the cached ones.
Work fuse_work(const OperatorCall& call) {
    const auto shape = KvCacheShape::from(call);
    const auto fresh = static_cast<double>(shape.recomputed);
    const double reused = static_cast<double>(shape.tokens) - fresh;
    return cache_work(3.0 * elements(shape, reused),
                      {{"cached kv", 2.0 * bytes_of_rows(shape, reused), 0.0},
                       {"fresh kv", 2.0 * bytes_of_rows(shape, fresh), 0.0},
                       {"kv", 0.0, 2.0 * all_rows(shape)},
                       {"turn", 4.0 * static_cast<double>(shape.head_dim), 0.0},
                       {"sources", index_bytes * static_cast<double>(shape.tokens), 0.0}});
}

const DimensionInfo tokens{"tokens", "positions"}, kv_heads{"kv_heads", "heads of keys and values"},
    head_dim{"head_dim", "elements of a head"}, page{"page", "positions of a page, a power of two"};
const OperandInfo kv{"kv", "2 x tokens x kv_heads x head_dim", "keys and values as cached"};

OperatorInfo append_operator() {
    return {.name = "kv_append",
            .summary = "new keys and values into the pages of a cache, quantised on the way",
            .formula = "kv[table[t / page]][t % page] = quantise(x[t])",
            .dimensions = {tokens, kv_heads, head_dim, page},
            .operands = {{"x", "2 x tokens x kv_heads x head_dim", "new keys and values"}, kv},
            .check = check_append,
            .work = append_work};
}

OperatorInfo gather_operator() {
    return {.name = "kv_gather",
            .summary = "pages of a cache into one piece",
            .formula = "y[t] = kv[table[t / page]][t % page]",
            .dimensions = {tokens, kv_heads, head_dim, page},
            .operands = {kv},
            .check = check,
            .work = gather_work};
}

OperatorInfo rerotate_operator() {
    return {.name = "kv_rerotate",
            .summary = "cached keys to a new position: rotary embedding by the difference",
            .formula = "(x, y) -> (x cos a - y sin a, x sin a + y cos a), y half a head behind x",
            .dimensions = {tokens, kv_heads, head_dim},
            .operands = {{"kv", "tokens x kv_heads x head_dim", "keys as cached"}},
            .check = check_turned,
            .work = rerotate_work};
}

OperatorInfo fuse_operator() {
    return {.name = "kv_fuse",
            .summary = "reused chunks of a cache with the rows of recomputed tokens",
            .formula = "kv[t] = fresh[source[t]] where recomputed, else (turned key, value) of cached[t]",
            .dimensions = {tokens,
                           {"recomputed", "tokens whose keys and values are fresh, at most tokens"},
                           kv_heads,
                           head_dim},
            .operands = {kv},
            .check = check_turned,
            .work = fuse_work};
}

OperatorInfo swap_operator() {
    return {.name = "kv_swap",
            .summary = "pages of a cache out to a second tier of memory and as many others in",
            .formula = "out[t] = kv[table[t / page]][t % page]; kv[table[t / page]][t % page] = in[t]",
            .dimensions = {tokens, kv_heads, head_dim, page},
            .operands = {kv},
            .check = check,
            .work = swap_work};
}

}  // namespace

KvCacheShape KvCacheShape::from(const OperatorCall& call) {
    return {.tokens = call.dimension("tokens"),
            .kv_heads = call.dimension("kv_heads"),
            .head_dim = call.dimension("head_dim"),
            .page = has_dimension(call, "page") ? call.dimension("page") : 0,
            .recomputed = has_dimension(call, "recomputed") ? call.dimension("recomputed") : 0,
            .kv = call.operand("kv")};
}

std::vector<OperatorInfo> kv_cache_operators() {
    return {append_operator(), gather_operator(), rerotate_operator(), fuse_operator(), swap_operator()};
}

}  // namespace ridge::operators
