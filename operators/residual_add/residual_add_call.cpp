// SPDX-License-Identifier: Apache-2.0
#include "operators/residual_add/residual_add_call.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// One addition an element; both inputs are read.
Work residual_add_work(const OperatorCall& call) {
    const double elements = element_count(call, {"rows", "n"});
    const double bytes = bytes_of(call.operand("x"), elements);
    return elementwise_work(call, elements, {{"x", bytes, 0.0}, {"r", bytes, 0.0}, {"y", 0.0, bytes}});
}

}  // namespace

OperatorInfo residual_add_operator() {
    return {.name = "residual_add",
            .summary = "sum of a layer and the residual stream",
            .formula = "y[i][j] = x[i][j] + r[i][j]",
            .dimensions = {{"rows", "tokens"}, {"n", "features"}},
            .operands = {{"x", "rows x n", "both inputs and the output"}},
            .check = check_elementwise,
            .work = residual_add_work};
}

}  // namespace ridge::operators
