// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/attention_call.hpp"

#include "core/error.hpp"
#include "operators/attention/attention_shape.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

// Elements of the largest tensor; as for every operator.
constexpr double most_elements = 1099511627776.0;  // 2^40

void check_size(const OperatorCall& call, const AttentionShape& shape) {
    if (!call.sparsity.is_dense()) refuse(call, "attention has no sparsity; use sparsity=dense");
    const auto elements = [](std::int64_t rows, std::int64_t columns) {
        return static_cast<double>(rows) * static_cast<double>(columns);
    };
    const double widest = static_cast<double>(shape.key_dim) * static_cast<double>(shape.batch);
    if (widest * elements(shape.context, shape.kv_heads) > most_elements ||
        widest * elements(shape.queries, shape.heads()) > most_elements)
        refuse(call, "more than 2^40 elements");
    check_cached_rows(call, shape.kv, shape.key_dim);
}

void check_grouped(const OperatorCall& call) {
    if (call.dimension("heads") % call.dimension("kv_heads") != 0)
        refuse(call, "heads should be a multiple of kv_heads");
    const auto shape = AttentionShape::from(call);
    if (shape.queries > shape.context) refuse(call, "queries should be at most context");
    check_size(call, shape);
}

void check_paged(const OperatorCall& call) {
    check_page(call);
    check_grouped(call);
}

void check_latent(const OperatorCall& call) { check_size(call, AttentionShape::from(call)); }

// Two products (scores, weighted values) of 2 FLOP an element for each unmasked pair. The softmax, about 5
// operations a pair, is left out: it is 1 % of the products at head_dim 128 and runs on other units. Queries
// are read and outputs written once; every key and value that a query sees is read once (a query group shares
// it).
Work attention_work(const OperatorCall& call) {
    const auto shape = AttentionShape::from(call);
    const double pairs =
        shape.pairs() * static_cast<double>(shape.batch) * static_cast<double>(shape.heads());
    const auto key_dim = static_cast<double>(shape.key_dim), value_dim = static_cast<double>(shape.value_dim);
    const double flop = 2.0 * (key_dim + value_dim) * pairs;
    const double seen =
        static_cast<double>(shape.batch) * static_cast<double>(shape.context - shape.first_position());
    const double cached_rows = seen * static_cast<double>(shape.kv_heads);
    const auto query_rows = static_cast<double>(shape.query_rows());
    Work work{.flop = flop,
              .dense_flop = flop,
              .compute = shape.q.precision,
              .traffic = {{"q", cached_bytes(shape.q, query_rows, key_dim),
                           cached_bytes(shape.q, query_rows, value_dim)},
                          {"kv", cached_bytes(shape.kv, cached_rows, key_dim), 0.0}}};
    if (!shape.latent) work.traffic[1].read_bytes += cached_bytes(shape.kv, cached_rows, value_dim);
    if (shape.page > 0)
        work.traffic.push_back({"block table", 4.0 * static_cast<double>(shape.batch * shape.pages()), 0.0});
    return work;
}

// Keys have nope + rope elements, of which the rotated part is the same for all heads; values have `value`.
void check_latent_prefill(const OperatorCall& call) {
    if (!call.sparsity.is_dense()) refuse(call, "attention has no sparsity; use sparsity=dense");
    if (call.dimension("queries") > call.dimension("context"))
        refuse(call, "queries should be at most context");
    double rows = 1.0;
    for (const auto* name : {"batch", "heads", "context"}) rows *= static_cast<double>(call.dimension(name));
    const double widest = static_cast<double>(call.dimension("nope")) +
                          static_cast<double>(call.dimension("rope")) +
                          static_cast<double>(call.dimension("value"));
    if (rows * widest > most_elements) refuse(call, "more than 2^40 elements");
}

// As attention_work, with keys and values of each head, that the latent vectors were expanded to.
Work latent_prefill_work(const OperatorCall& call) {
    const auto number = [&](std::string_view name) { return static_cast<double>(call.dimension(name)); };
    const double key = number("nope") + number("rope"), value = number("value");
    const double sequences = number("batch"), heads = sequences * number("heads");
    const double flop =
        2.0 * (key + value) * heads * causal_pairs(call.dimension("queries"), call.dimension("context"));
    const auto &q = call.operand("q"), &kv = call.operand("kv");
    const double queries = heads * number("queries"), positions = number("context");
    return {.flop = flop,
            .dense_flop = flop,
            .compute = q.precision,
            .traffic = {{"q", cached_bytes(q, queries, key), cached_bytes(q, queries, value)},
                        {"kv",
                         cached_bytes(kv, heads * positions, number("nope") + value) +
                             cached_bytes(kv, sequences * positions, number("rope")),
                         0.0}}};
}

OperatorInfo latent_prefill() {
    return {.name = "attention_mla_prefill",
            .summary = "causal attention over keys and values that latent vectors were expanded to",
            .formula = "O = softmax((Q_nope K_nope^T + Q_rope K_rope^T) / sqrt(nope + rope) + causal mask) V",
            .dimensions = {{"batch", "sequences"},
                           {"heads", "heads"},
                           {"nope", "elements of a key's part without position"},
                           {"rope", "elements of the rotated part of a key, which all heads share"},
                           {"value", "elements of a value"},
                           {"queries", "new positions of each sequence"},
                           {"context", "positions attended to, the new ones included"}},
            .operands = {{"q", "batch x queries x heads x (nope + rope)", "queries, and the output"},
                         {"kv", "batch x context x (heads x (nope + value) + rope)", "keys and values"}},
            .check = check_latent_prefill,
            .work = latent_prefill_work};
}

std::vector<DimensionInfo> grouped_dimensions() {
    return {{"batch", "sequences"},
            {"heads", "query heads"},
            {"kv_heads", "heads of keys and values"},
            {"head_dim", "elements of a head"},
            {"queries", "new positions of each sequence: 1 when decoding"},
            {"context", "positions attended to, the new ones included"}};
}

OperatorInfo full_attention() {
    return {.name = "attention",
            .summary = "causal attention over a key-value cache",
            .formula = "O = softmax(Q K^T / sqrt(head_dim) + causal mask) V",
            .dimensions = grouped_dimensions(),
            .operands = {{"q", "batch x queries x heads x head_dim", "queries, and the output"},
                         {"kv", "2 x batch x context x kv_heads x head_dim", "cached keys and values"}},
            .check = check_grouped,
            .work = attention_work};
}

OperatorInfo sliding_attention() {
    auto info = full_attention();
    info.name = "attention_sliding";
    info.summary = "causal attention to the last positions only";
    info.formula = "O = softmax(Q K^T / sqrt(head_dim) + mask) V; query at p sees p - window + 1 ... p";
    info.dimensions.push_back({"window", "positions that a query sees, itself included"});
    return info;
}

OperatorInfo paged_attention() {
    return {.name = "attention_paged",
            .summary = "decode attention over a cache in pages",
            .formula = "O = softmax(q K^T / sqrt(head_dim)) V; position p lies in page table[p / page]",
            .dimensions = {{"batch", "sequences"},
                           {"heads", "query heads"},
                           {"kv_heads", "heads of keys and values"},
                           {"head_dim", "elements of a head"},
                           {"context", "positions attended to, the new one included"},
                           {"page", "positions of a page, a power of two"}},
            .operands = {{"q", "batch x heads x head_dim", "queries, and the output"},
                         {"kv", "2 x pages x page x kv_heads x head_dim", "cached keys and values"}},
            .check = check_paged,
            .work = attention_work};
}

OperatorInfo latent_attention() {
    return {.name = "attention_mla",
            .summary = "decode attention over latent vectors that all heads share",
            .formula = "O = softmax((q_latent C^T + q_rope K_rope^T) / sqrt(latent + rope)) C",
            .dimensions = {{"batch", "sequences"},
                           {"heads", "query heads"},
                           {"latent", "elements of a latent vector: key and value of a position"},
                           {"rope", "elements of the rotated part of a key"},
                           {"context", "positions attended to, the new one included"}},
            .operands = {{"q", "batch x heads x (latent + rope)", "queries, and the output's first latent"},
                         {"kv", "batch x context x (latent + rope)", "cached latent and rotated parts"}},
            .check = check_latent,
            .work = attention_work};
}

}  // namespace

AttentionCall AttentionCall::from(const OperatorCall& call) {
    return {.batch = call.dimension("batch"),
            .heads = call.dimension("heads"),
            .kv_heads = call.dimension("kv_heads"),
            .head_dim = call.dimension("head_dim"),
            .queries = call.dimension("queries"),
            .context = call.dimension("context"),
            .q = call.operand("q"),
            .kv = call.operand("kv")};
}

OperatorCall AttentionCall::call() const {
    return {.op = "attention",
            .dimensions = {{"batch", batch},
                           {"heads", heads},
                           {"kv_heads", kv_heads},
                           {"head_dim", head_dim},
                           {"queries", queries},
                           {"context", context}},
            .operands = {{"q", q}, {"kv", kv}},
            .sparsity = {}};
}

double causal_pairs(std::int64_t queries, std::int64_t context) {
    const auto asked = static_cast<double>(queries);
    return asked * static_cast<double>(context) - asked * (asked - 1.0) / 2.0;
}

std::vector<OperatorInfo> attention_operators() {
    return {full_attention(), sliding_attention(), paged_attention(), latent_attention(), latent_prefill()};
}

}  // namespace ridge::operators
