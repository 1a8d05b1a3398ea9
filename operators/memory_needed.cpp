// SPDX-License-Identifier: Apache-2.0
#include "operators/memory_needed.hpp"

#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_memory.hpp"

namespace ridge::operators {
namespace {

double operand_bytes(const OperatorCall& call, double elements) {
    return call.operand("x").bits_per_element() * elements / 8.0;
}

double dimension(const OperatorCall& call, const char* name) {
    return static_cast<double>(call.dimension(name));
}

// What lies in memory though a call reads a part of it only: the table; the distributions of tokens that are
// not reached.
double unread_bytes(const OperatorCall& call) {
    if (call.op == "embedding") return operand_bytes(call, dimension(call, "vocab") * dimension(call, "n"));
    if (call.op == "speculative_verify")
        return operand_bytes(
            call, 2.0 * dimension(call, "rows") * dimension(call, "drafted") * dimension(call, "n"));
    return 0.0;
}

}  // namespace

double memory_needed(const OperatorCall& call) {
    if (is_gemm(call)) return gemm_memory_bytes(GemmCall::from(call));
    // Every array once; the reference is computed on the way.
    return work(call).bytes() + unread_bytes(call);
}

}  // namespace ridge::operators
