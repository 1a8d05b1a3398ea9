// SPDX-License-Identifier: Apache-2.0
#include "operators/rope/rope_call.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// A pair turns by 4 multiplications and 2 additions: 3 FLOP an element. Sines and cosines, head_dim for each
// row, are read from a table that all heads share.
Work rope_work(const OperatorCall& call) {
    const double elements = element_count(call, {"rows", "heads", "head_dim"});
    const auto& format = call.operand("x");
    return elementwise_work(call, 3.0 * elements,
                            {{"x", bytes_of(format, elements), bytes_of(format, elements)},
                             {"table", bytes_of(format, element_count(call, {"rows", "head_dim"})), 0.0}});
}

}  // namespace

OperatorInfo rope_operator() {
    return {.name = "rope",
            .summary = "rotary position embedding of queries and keys",
            .formula = "(x, y) -> (x cos a - y sin a, x sin a + y cos a)",
            .dimensions = {{"rows", "tokens"},
                           {"heads", "heads of queries and keys"},
                           {"head_dim", "elements of a head"}},
            .operands = {{"x", "rows x heads x head_dim", "turned in place"}},
            .check = check_elementwise,
            .work = rope_work};
}

}  // namespace ridge::operators
