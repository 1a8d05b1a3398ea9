// SPDX-License-Identifier: Apache-2.0
#include "operators/embedding/embedding_call.hpp"

#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

// No arithmetic: a row of the table for each token, and its index of 4 bytes.
Work embedding_work(const OperatorCall& call) {
    constexpr double index_bytes = 4.0;
    const double bytes = bytes_of(call.operand("x"), element_count(call, {"rows", "n"}));
    return elementwise_work(call, 0.0,
                            {{"table", bytes, 0.0},
                             {"tokens", index_bytes * element_count(call, {"rows"}), 0.0},
                             {"y", 0.0, bytes}});
}

}  // namespace

OperatorInfo embedding_operator() {
    return {.name = "embedding",
            .summary = "look-up of token embeddings",
            .formula = "y[i] = table[token[i]]",
            .dimensions = {{"rows", "tokens"}, {"n", "features"}},
            .operands = {{"x", "rows x n", "rows of the table, and the output"}},
            .check = check_elementwise,
            .work = embedding_work};
}

}  // namespace ridge::operators
