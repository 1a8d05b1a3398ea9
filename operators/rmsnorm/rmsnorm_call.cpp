// SPDX-License-Identifier: Apache-2.0
#include "operators/rmsnorm/rmsnorm_call.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// 4 FLOP an element: square, add to the sum, times 1/rms, times weight. The row is read once: it fits into
// cache.
Work rmsnorm_work(const OperatorCall& call) {
    const double elements = element_count(call, {"rows", "n"});
    const auto& format = call.operand("x");
    return elementwise_work(call, 4.0 * elements,
                            {{"x", bytes_of(format, elements), 0.0},
                             {"w", bytes_of(format, element_count(call, {"n"})), 0.0},
                             {"y", 0.0, bytes_of(format, elements)}});
}

}  // namespace

OperatorInfo rmsnorm_operator() {
    return {.name = "rmsnorm",
            .summary = "root-mean-square norm of each row",
            .formula = "y[i][j] = w[j] * x[i][j] / sqrt(mean over j of x[i][j]^2 + eps)",
            .dimensions = {{"rows", "tokens"}, {"n", "features"}},
            .operands = {{"x", "rows x n", "input, weight (n) and output"}},
            .check = check_elementwise,
            .work = rmsnorm_work};
}

}  // namespace ridge::operators
