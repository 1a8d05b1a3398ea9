// SPDX-License-Identifier: Apache-2.0
#include "operators/rope/rope_calls.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

void check_rope(const OperatorCall& call) {
    check_elementwise(call);
    if (const auto head_dim = call.dimension("head_dim"); head_dim % 2 != 0)
        throw InputError("operator call '" + call.text() + "': head_dim is " + std::to_string(head_dim) +
                         ", should be even, since elements turn in pairs");
}

// A pair turns by 4 multiplications and 2 additions: 3 FLOP an element. Cosines and sines, head_dim for each
// row, are read from a table that all heads share.
Work rope_work(const OperatorCall& call) {
    const double elements = element_count(call, {"rows", "heads", "head_dim"});
    const auto& format = call.operand("x");
    return elementwise_work(call, 3.0 * elements,
                            {{"x", bytes_of(format, elements), 0.0},
                             {"table", bytes_of(format, element_count(call, {"rows", "head_dim"})), 0.0},
                             {"y", 0.0, bytes_of(format, elements)}});
}

OperatorInfo rope_operator(std::string_view name, std::string_view summary, std::string_view formula) {
    return {.name = name,
            .summary = summary,
            .formula = formula,
            .dimensions = {{"rows", "tokens"},
                           {"heads", "heads of queries and keys"},
                           {"head_dim", "elements of a head"}},
            .operands = {{"x", "rows x heads x head_dim",
                          "input, table of cosines and sines (rows x head_dim) and output"}},
            .check = check_rope,
            .work = rope_work};
}

}  // namespace

std::vector<OperatorInfo> rope_operators() {
    return {rope_operator("rope", "rotary position embedding of queries and keys, by halves",
                          "(x[i], x[i + d/2]) -> (x[i] cos a - x[i + d/2] sin a, x[i] sin a + x[i + d/2] cos "
                          "a), d = head_dim"),
            rope_operator("rope_interleaved", "rotary position embedding of neighbouring elements",
                          "(x[2i], x[2i+1]) -> (x[2i] cos a - x[2i+1] sin a, x[2i] sin a + x[2i+1] cos a)")};
}

}  // namespace ridge::operators
