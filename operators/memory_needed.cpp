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

// Pixels that lie between the windows, and filters a second time: as they were drawn, and packed.
double unread_bytes_of_images(const OperatorCall& call) {
    const auto traffic = work(call).traffic;
    const double filters = call.op == "max_pool2d" ? 0.0 : traffic[1].read_bytes;
    if (call.op == "patch_embedding") return filters;
    const double pixels = dimension(call, "batch") * dimension(call, "height") * dimension(call, "width");
    return operand_bytes(call, pixels * dimension(call, "channels")) - traffic[0].read_bytes + filters;
}

// What lies in memory though a call reads a part of it only: the table; the distributions of tokens that are
// not reached.
double unread_bytes(const OperatorCall& call) {
    if (call.op == "embedding") return operand_bytes(call, dimension(call, "vocab") * dimension(call, "n"));
    if (call.op == "speculative_verify")
        return operand_bytes(
            call, 2.0 * dimension(call, "rows") * dimension(call, "drafted") * dimension(call, "n"));
    if (call.op == "conv2d" || call.op == "max_pool2d" || call.op == "patch_embedding")
        return unread_bytes_of_images(call);
    return 0.0;
}

}  // namespace

double memory_needed(const OperatorCall& call) {
    if (is_gemm(call)) return gemm_memory_bytes(GemmCall::from(call));
    // Every array once; the reference is computed on the way.
    return work(call).bytes() + unread_bytes(call);
}

}  // namespace ridge::operators
