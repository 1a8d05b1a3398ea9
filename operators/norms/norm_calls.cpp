// SPDX-License-Identifier: Apache-2.0
#include "operators/norms/norm_calls.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// A row is read once whatever the number of passes over it: it fits into cache.
Work norm_work(const OperatorCall& call, double flop_per_element, std::initializer_list<const char*> inputs,
               std::initializer_list<const char*> weights, std::initializer_list<const char*> outputs) {
    const double elements = element_count(call, {"rows", "n"});
    const double bytes = bytes_of(call.operand("x"), elements);
    const double row_bytes = bytes_of(call.operand("x"), element_count(call, {"n"}));
    std::vector<Traffic> traffic;
    for (const char* name : inputs) traffic.push_back({name, bytes, 0.0});
    for (const char* name : weights) traffic.push_back({name, row_bytes, 0.0});
    for (const char* name : outputs) traffic.push_back({name, 0.0, bytes});
    return elementwise_work(call, flop_per_element * elements, std::move(traffic));
}

// Square, add to the sum, times 1/rms, times weight.
Work rmsnorm_work(const OperatorCall& call) { return norm_work(call, 4.0, {"x"}, {"w"}, {"y"}); }
// One addition more.
Work add_rmsnorm_work(const OperatorCall& call) {
    return norm_work(call, 5.0, {"x", "r"}, {"w"}, {"sum", "y"});
}
// Add to the sum; subtract the mean, square, add; times 1/deviation, times weight, plus bias.
Work layernorm_work(const OperatorCall& call) { return norm_work(call, 7.0, {"x"}, {"w", "b"}, {"y"}); }
// Compare, subtract, exponential (counted as one), add, divide.
Work softmax_work(const OperatorCall& call) { return norm_work(call, 5.0, {"x"}, {}, {"y"}); }

OperatorInfo norm_operator(std::string_view name, std::string_view summary, std::string_view formula,
                           std::string_view operand, Work (*work)(const OperatorCall&)) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"rows", "tokens"}, {"n", "features"}},
            .operands = {{"x", "rows x n", operand}},
            .check = check_elementwise,
            .work = work};
}

}  // namespace

std::vector<OperatorInfo> norm_operators() {
    return {
        norm_operator("rmsnorm", "root-mean-square norm of each row",
                      "y[i][j] = w[j] * x[i][j] / sqrt(mean over j of x[i][j]^2 + eps)",
                      "input, weight (n) and output", rmsnorm_work),
        norm_operator("add_rmsnorm", "residual stream and the norm of it, in one pass",
                      "s[i][j] = x[i][j] + r[i][j]; y[i][j] = w[j] * s[i][j] / sqrt(mean over j of "
                      "s[i][j]^2 + eps)",
                      "both inputs, weight (n) and both outputs", add_rmsnorm_work),
        norm_operator("layernorm", "norm of each row about its mean",
                      "y[i][j] = w[j] * (x[i][j] - mean) / sqrt(variance + eps) + b[j]",
                      "input, weight and bias (n) and output", layernorm_work),
        norm_operator("softmax", "exponentials of each row, divided by their sum",
                      "y[i][j] = exp(x[i][j] - max) / sum over j of exp(x[i][j] - max)", "input and output",
                      softmax_work),
    };
}

}  // namespace ridge::operators
