// SPDX-License-Identifier: Apache-2.0
#include "operators/silu_mul/silu_mul_call.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// 5 FLOP an element: negate, exponential (counted as one), add, divide, multiply.
Work silu_mul_work(const OperatorCall& call) {
    const double elements = element_count(call, {"rows", "n"});
    const double bytes = bytes_of(call.operand("x"), elements);
    return elementwise_work(call, 5.0 * elements, {{"g", bytes, 0.0}, {"u", bytes, 0.0}, {"y", 0.0, bytes}});
}

}  // namespace

OperatorInfo silu_mul_operator() {
    return {.name = "silu_mul",
            .summary = "gate of a SwiGLU layer",
            .formula = "y[i][j] = g[i][j] / (1 + exp(-g[i][j])) * u[i][j]",
            .dimensions = {{"rows", "tokens"}, {"n", "features"}},
            .operands = {{"x", "rows x n", "both inputs and the output"}},
            .check = check_elementwise,
            .work = silu_mul_work};
}

}  // namespace ridge::operators
