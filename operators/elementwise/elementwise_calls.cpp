// SPDX-License-Identifier: Apache-2.0
#include "operators/elementwise/elementwise_calls.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// Inputs and an output of the same size; a function such as exp or erf counts as one FLOP.
Work map_work(const OperatorCall& call, double flop_per_element, std::initializer_list<const char*> inputs) {
    const double elements = element_count(call, {"rows", "n"});
    const double bytes = bytes_of(call.operand("x"), elements);
    std::vector<Traffic> traffic;
    for (const char* input : inputs) traffic.push_back({input, bytes, 0.0});
    traffic.push_back({"y", 0.0, bytes});
    return elementwise_work(call, flop_per_element * elements, std::move(traffic));
}

// Negate, exponential, add, divide, multiply.
Work silu_mul_work(const OperatorCall& call) { return map_work(call, 5.0, {"g", "u"}); }
// Scale, erf, add, halve, multiply.
Work gelu_work(const OperatorCall& call) { return map_work(call, 5.0, {"x"}); }
// The cubic polynomial by 3, then as silu.
Work gelu_tanh_work(const OperatorCall& call) { return map_work(call, 8.0, {"x"}); }
// Compare, square.
Work relu2_work(const OperatorCall& call) { return map_work(call, 2.0, {"x"}); }
// Compare.
Work relu_work(const OperatorCall& call) { return map_work(call, 1.0, {"x"}); }
Work tanh_work(const OperatorCall& call) { return map_work(call, 1.0, {"x"}); }
Work mul_work(const OperatorCall& call) { return map_work(call, 1.0, {"x", "r"}); }
Work residual_add_work(const OperatorCall& call) { return map_work(call, 1.0, {"x", "r"}); }

OperatorInfo map_operator(std::string_view name, std::string_view summary, std::string_view formula,
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

std::vector<OperatorInfo> elementwise_operators() {
    return {
        map_operator("silu_mul", "gate of a SwiGLU layer",
                     "y[i][j] = g[i][j] / (1 + exp(-g[i][j])) * u[i][j]", "both inputs and the output",
                     silu_mul_work),
        map_operator("gelu", "Gaussian error linear unit, exact (BERT)",
                     "y[i][j] = x[i][j] / 2 * (1 + erf(x[i][j] / sqrt(2)))", "input and output", gelu_work),
        map_operator("gelu_tanh", "Gaussian error linear unit, approximated by tanh (GPT-3, BLOOM)",
                     "y[i][j] = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), x = x[i][j]",
                     "input and output", gelu_tanh_work),
        map_operator("relu2", "squared rectified linear unit", "y[i][j] = max(x[i][j], 0)^2",
                     "input and output", relu2_work),
        map_operator("residual_add", "sum of a layer and the residual stream", "y[i][j] = x[i][j] + r[i][j]",
                     "both inputs and the output", residual_add_work),
        map_operator("mul", "product of two arrays, element by element", "y[i][j] = x[i][j] * r[i][j]",
                     "both inputs and the output", mul_work),
        map_operator("relu", "rectified linear unit", "y[i][j] = max(x[i][j], 0)", "input and output",
                     relu_work),
        map_operator("tanh", "hyperbolic tangent", "y[i][j] = tanh(x[i][j])", "input and output", tanh_work),
    };
}

}  // namespace ridge::operators
