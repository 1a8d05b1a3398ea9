// SPDX-License-Identifier: Apache-2.0
#include "operators/experts/experts_call.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

constexpr double index_bytes = 4.0;  // int32: experts and rows

[[noreturn]] void refuse(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check(const OperatorCall& call) {
    constexpr double most_elements = 1099511627776.0;  // 2^40, as for gemm
    constexpr double most_rows = 2147483647.0;         // row numbers are int32
    if (call.dimension("k") > call.dimension("experts")) refuse(call, "k should be at most experts");
    if (element_count(call, {"rows", "k"}) > most_rows)
        refuse(call, "rows times k should be below 2^31, row numbers being int32");
    const double columns =
        call.op == "router_top_k" ? element_count(call, {"experts"}) : element_count(call, {"n", "k"});
    if (element_count(call, {"rows"}) * columns > most_elements)
        refuse(call, "an operand has more than 2^40 elements");
    if (call.op != "router_top_k" && call.dimension("experts") > std::int64_t{1} << 20)
        refuse(call, "experts should be at most 2^20");
    if (!call.sparsity.is_dense()) refuse(call, call.op + " has no sparsity; use sparsity=dense");
}

// 4 FLOP a score, as for softmax: difference to the largest, exponential, sum, quotient.
Work router_work(const OperatorCall& call) {
    const double scores = element_count(call, {"rows", "experts"});
    const double chosen = element_count(call, {"rows", "k"});
    const auto& format = call.operand("x");
    return elementwise_work(call, 4.0 * scores,
                            {{"x", bytes_of(format, scores), 0.0},
                             {"indices", 0.0, index_bytes * chosen},
                             {"weights", 0.0, bytes_of(format, chosen)}});
}

// No arithmetic on elements. Each token is read once, whatever k is.
Work permute_work(const OperatorCall& call) {
    const double chosen = element_count(call, {"rows", "k"});
    const double row = bytes_of(call.operand("x"), element_count(call, {"n"}));
    return elementwise_work(call, 0.0,
                            {{"x", row * element_count(call, {"rows"}), 0.0},
                             {"indices", index_bytes * chosen, 0.0},
                             {"y", 0.0, row * chosen},
                             {"positions", 0.0, index_bytes * chosen},
                             {"offsets", 0.0, index_bytes * (element_count(call, {"experts"}) + 1.0)}});
}

Work unpermute_work(const OperatorCall& call) {
    const double chosen = element_count(call, {"rows", "k"});
    const auto& format = call.operand("x");
    const double row = bytes_of(format, element_count(call, {"n"}));
    return elementwise_work(call, 2.0 * element_count(call, {"rows", "k", "n"}),
                            {{"x", row * chosen, 0.0},
                             {"positions", index_bytes * chosen, 0.0},
                             {"weights", bytes_of(format, chosen), 0.0},
                             {"y", 0.0, row * element_count(call, {"rows"})}});
}

void check_layer(const OperatorCall& call) {
    constexpr double most_elements = 1099511627776.0;  // 2^40
    if (call.dimension("k") > call.dimension("experts")) refuse(call, "k should be at most experts");
    if (call.dimension("local_experts") > call.dimension("experts"))
        refuse(call, "local_experts should be at most experts");
    if (element_count(call, {"local_experts", "hidden", "inter"}) > most_elements ||
        element_count(call, {"tokens", "k", "hidden"}) > most_elements ||
        element_count(call, {"tokens", "k", "inter"}) > most_elements)
        refuse(call, "an operand has more than 2^40 elements");
    if (!call.sparsity.is_dense()) refuse(call, call.op + " has no sparsity; use sparsity=dense");
}

double expert_matrices(const OperatorCall& call) { return call.op == "expert_layer_ungated" ? 2.0 : 3.0; }

// Narrow weights are widened to the activations' precision, as in gemm.
Precision layer_precision(const OperatorCall& call) {
    const auto x = call.operand("x").precision, w = call.operand("w").precision;
    return storage_bits(w) > storage_bits(x) ? w : x;
}

Work even_layer_work(const OperatorCall& call) { return expert_layer_work(call, even_share(call)); }

OperatorInfo layer_info(std::string_view name, std::string_view summary, std::string_view formula) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"tokens", "tokens that enter the layer, of all ranks"},
                           {"hidden", "features of a token"},
                           {"inter", "features between the matrices, of this rank"},
                           {"experts", "experts of the layer"},
                           {"local_experts", "experts of this rank"},
                           {"k", "experts of a token"}},
            .operands = {{"x", "tokens x hidden", "activations as the products take them"},
                         {"w", "local_experts x hidden x inter, each matrix", "weights, packed once"},
                         {"y", "tokens x hidden", "sum over each token's local experts"}},
            .check = check_layer,
            .work = even_layer_work};
}

std::vector<DimensionInfo> permuted_dimensions() {
    return {{"rows", "tokens"}, {"n", "features"}, {"experts", "experts"}, {"k", "experts of a token"}};
}

}  // namespace

std::vector<OperatorInfo> expert_operators() {
    return {
        {.name = "router_top_k",
         .summary = "experts of each token and their weights",
         .formula = "i = the k experts of largest x, ties to the lower; w[i] = exp(x[i]) / sum over them",
         .dimensions = {{"rows", "tokens"}, {"experts", "experts"}, {"k", "experts of a token"}},
         .operands = {{"x", "rows x experts", "scores, and weights (rows x k); indices are int32"}},
         .check = check,
         .work = router_work},
        {.name = "permute",
         .summary = "tokens copied into the order of their experts",
         .formula = "y[p[t][s]] = x[t]; p orders (t, s) by expert e[t][s], then by t and s",
         .dimensions = permuted_dimensions(),
         .operands = {{"x", "rows x n", "tokens, and their copies (rows * k x n)"}},
         .check = check,
         .work = permute_work},
        {.name = "unpermute",
         .summary = "weighted sum of each token's rows out of the order of experts",
         .formula = "y[t] = sum over s of w[t][s] * x[p[t][s]]",
         .dimensions = permuted_dimensions(),
         .operands = {{"x", "rows * k x n", "rows of the experts, weights (rows x k) and output (rows x n)"}},
         .check = check,
         .work = unpermute_work},
        layer_info("expert_layer", "layer of gated experts, one rank's part",
                   "y = sum over local experts e of the token of g[e] * D[e](silu(G[e] x) * U[e] x)"),
        layer_info("expert_layer_ungated", "layer of experts without gate, one rank's part",
                   "y = sum over local experts e of the token of g[e] * D[e] relu(U[e] x)^2")};
}

ExpertShare even_share(const OperatorCall& call) {
    const double tokens = element_count(call, {"tokens"}), local = element_count(call, {"local_experts"});
    const double rows = tokens * element_count(call, {"k"}) * local / element_count(call, {"experts"});
    return {.rows = rows, .tokens = std::min(tokens, rows), .experts = std::min(local, rows)};
}

// Two FLOP for each element of each matrix and row. Rows between the two products are taken never to reach
// memory; weights of experts that no token chose are not read.
Work expert_layer_work(const OperatorCall& call, const ExpertShare& share) {
    const double matrix = element_count(call, {"hidden", "inter"}) * expert_matrices(call);
    const double hidden = element_count(call, {"hidden"});
    const double flop = 2.0 * share.rows * matrix;
    return {.flop = flop,
            .dense_flop = flop,
            .compute = layer_precision(call),
            .traffic = {{"x", bytes_of(call.operand("x"), share.tokens * hidden), 0.0},
                        {"w", bytes_of(call.operand("w"), share.experts * matrix), 0.0},
                        {"y", 0.0, bytes_of(call.operand("y"), share.tokens * hidden)}}};
}

}  // namespace ridge::operators
