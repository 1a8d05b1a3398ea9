// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/attention_call.hpp"

#include "core/error.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check(const OperatorCall& call) {
    const auto attention = AttentionCall::from(call);
    if (attention.heads % attention.kv_heads != 0) refuse(call, "heads should be a multiple of kv_heads");
    if (attention.queries > attention.context) refuse(call, "queries should be at most context");
    if (!call.sparsity.is_dense()) refuse(call, "attention has no sparsity; use sparsity=dense");
}

// Bytes of `heads` heads over `positions` positions of every sequence.
double tensor_bytes(const AttentionCall& call, std::int64_t heads, std::int64_t positions,
                    const NumberFormat& format) {
    const double elements = static_cast<double>(call.batch) * static_cast<double>(heads) *
                            static_cast<double>(positions) * static_cast<double>(call.head_dim);
    return elements * format.bits_per_element() / 8.0;
}

// Two products (scores, weighted values) of 2 · head_dim FLOP for each unmasked pair. The softmax, about 5
// operations a pair, is left out: it is 1 % of the products at head_dim 128 and runs on other units. Queries
// are read and outputs written once; every key and value is read once (a query group shares it).
Work attention_work(const OperatorCall& call) {
    const auto attention = AttentionCall::from(call);
    const double pairs = causal_pairs(attention.queries, attention.context) *
                         static_cast<double>(attention.batch) * static_cast<double>(attention.heads);
    const double flop = 4.0 * static_cast<double>(attention.head_dim) * pairs;
    const double query_bytes = tensor_bytes(attention, attention.heads, attention.queries, attention.q);
    const double cache_bytes =
        2.0 * tensor_bytes(attention, attention.kv_heads, attention.context, attention.kv);
    return {.flop = flop,
            .dense_flop = flop,
            .compute = attention.q.precision,
            .traffic = {{"q", query_bytes, query_bytes}, {"kv", cache_bytes, 0.0}}};
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

OperatorInfo attention_operator() {
    return {.name = "attention",
            .summary = "causal attention over a key-value cache",
            .formula = "O = softmax(Q K^T / sqrt(head_dim) + causal mask) V",
            .dimensions = {{"batch", "sequences"},
                           {"heads", "query heads"},
                           {"kv_heads", "heads of keys and values"},
                           {"head_dim", "elements of a head"},
                           {"queries", "new positions of each sequence: 1 when decoding"},
                           {"context", "positions attended to, the new ones included"}},
            .operands = {{"q", "batch x queries x heads x head_dim", "queries, and the output"},
                         {"kv", "2 x batch x context x kv_heads x head_dim", "cached keys and values"}},
            .check = check,
            .work = attention_work};
}

}  // namespace ridge::operators
