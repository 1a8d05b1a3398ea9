// SPDX-License-Identifier: Apache-2.0
#include "operators/tokens/token_calls.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

constexpr double index_bytes = 4.0, uniform_bytes = 4.0;
constexpr double index_limit = 2147483648.0;  // indices are 32 bits, with a sign

[[noreturn]] void fail(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check_indices(const OperatorCall& call, const char* dimension) {
    if (static_cast<double>(call.dimension(dimension)) >= index_limit)
        fail(call, std::string(dimension) + " should be below 2^31, since an index has 32 bits");
}

void check_embedding(const OperatorCall& call) {
    auto without_vocabulary = call;
    without_vocabulary.dimensions.pop_back();
    check_elementwise(without_vocabulary);
    check_indices(call, "vocab");
    if (element_count(call, {"n", "vocab"}) > 1099511627776.0)
        fail(call, "a table of more than 2^40 elements");
}

void check_scores(const OperatorCall& call) {
    if (element_count(call, {"rows", "n"}) > 1099511627776.0) fail(call, "more than 2^40 elements");
    auto without_sparsity = call;
    without_sparsity.dimensions.clear();
    check_elementwise(without_sparsity);
    check_indices(call, "n");
}

void check_top_k(const OperatorCall& call) {
    check_scores(call);
    const auto n = call.dimension("n"), k = call.dimension("k");
    if (k > n) fail(call, "k is " + std::to_string(k) + ", should be at most n, " + std::to_string(n));
}

void check_speculative(const OperatorCall& call) {
    check_scores(call);
    if (element_count(call, {"rows", "drafted", "n"}) > 1099511627776.0)
        fail(call, "more than 2^40 elements");
}

// No arithmetic: a row of the table for each token, and its index.
Work embedding_work(const OperatorCall& call) {
    const double bytes = bytes_of(call.operand("x"), element_count(call, {"rows", "n"}));
    return elementwise_work(call, 0.0,
                            {{"table", bytes, 0.0},
                             {"tokens", index_bytes * element_count(call, {"rows"}), 0.0},
                             {"y", 0.0, bytes}});
}

double score_bytes(const OperatorCall& call) {
    return bytes_of(call.operand("x"), element_count(call, {"rows", "n"}));
}

// A comparison for each score.
Work argmax_work(const OperatorCall& call) {
    return elementwise_work(
        call, element_count(call, {"rows", "n"}),
        {{"x", score_bytes(call), 0.0}, {"index", 0.0, index_bytes * element_count(call, {"rows"})}});
}

Work top_k_work(const OperatorCall& call) {
    const double kept = element_count(call, {"rows", "k"});
    return elementwise_work(call, element_count(call, {"rows", "n"}),
                            {{"x", score_bytes(call), 0.0},
                             {"values", 0.0, bytes_of(call.operand("x"), kept)},
                             {"indices", 0.0, index_bytes * kept}});
}

// Beside the comparisons, for each of the k kept: subtract, scale, exponential, two sums.
Work sample_work(const OperatorCall& call) {
    const double rows = element_count(call, {"rows"});
    return elementwise_work(call,
                            element_count(call, {"rows", "n"}) + 5.0 * element_count(call, {"rows", "k"}),
                            {{"x", score_bytes(call), 0.0},
                             {"uniform", uniform_bytes * rows, 0.0},
                             {"token", 0.0, index_bytes * rows}});
}

// The probabilities of the drafted tokens, and two whole distributions where the first one is rejected:
// subtract, compare with zero, add.
Work speculative_work(const OperatorCall& call) {
    const double rows = element_count(call, {"rows"}), drafted = element_count(call, {"rows", "drafted"});
    const double bytes = score_bytes(call) + bytes_of(call.operand("x"), drafted);
    return elementwise_work(call, 3.0 * element_count(call, {"rows", "n"}) + 2.0 * drafted,
                            {{"p", bytes, 0.0},
                             {"q", bytes, 0.0},
                             {"tokens", index_bytes * drafted, 0.0},
                             {"uniform", uniform_bytes * (drafted + rows), 0.0},
                             {"result", 0.0, 2.0 * index_bytes * rows}});
}

}  // namespace

std::vector<OperatorInfo> token_operators() {
    const DimensionInfo rows = {"rows", "tokens"}, n = {"n", "vocabulary"};
    return {
        {.name = "embedding",
         .summary = "look-up of token embeddings",
         .formula = "y[i] = table[token[i]]",
         .dimensions = {rows, {"n", "features"}, {"vocab", "rows of the table"}},
         .operands = {{"x", "rows x n", "table (vocab x n) and output"}},
         .check = check_embedding,
         .work = embedding_work},
        {.name = "argmax",
         .summary = "most probable token of each row",
         .formula = "index[i] = the lowest j with x[i][j] = max over j of x[i][j]",
         .dimensions = {rows, n},
         .operands = {{"x", "rows x n", "scores"}},
         .check = check_scores,
         .work = argmax_work},
        {.name = "top_k",
         .summary = "the k largest scores of each row and their indices",
         .formula = "in falling order of scores, equal ones in rising order of indices",
         .dimensions = {rows, n, {"k", "scores kept"}},
         .operands = {{"x", "rows x n", "scores, and the k kept"}},
         .check = check_top_k,
         .work = top_k_work},
        {.name = "sample",
         .summary = "a token of each row, drawn by top-k, top-p and temperature",
         .formula = "of the k largest scores the most probable, exp(x / 0.75), until they hold 0.9375 of "
                    "the sum; of those the first whose running sum reaches uniform[i] times theirs",
         .dimensions = {rows, n, {"k", "scores kept"}},
         .operands = {{"x", "rows x n", "scores; a uniform number for each row is fp32"}},
         .check = check_top_k,
         .work = sample_work},
        {.name = "speculative_verify",
         .summary = "how many drafted tokens of each row are accepted, and the token behind them",
         .formula = "token t is accepted while uniform <= p[t] / q[t]; then a token is drawn from max(p - "
                    "q, 0), or from p where all were accepted",
         .dimensions = {{"rows", "sequences"}, {"drafted", "drafted tokens"}, n},
         .operands = {{"x", "n", "distributions p (rows x (drafted + 1)) and q (rows x drafted)"}},
         .check = check_speculative,
         .work = speculative_work}};
}

}  // namespace ridge::operators
