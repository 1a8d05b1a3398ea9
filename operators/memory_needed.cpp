// SPDX-License-Identifier: Apache-2.0
#include "operators/memory_needed.hpp"

#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_memory.hpp"

namespace ridge::operators {

double memory_needed(const OperatorCall& call) {
    if (is_gemm(call)) return gemm_memory_bytes(GemmCall::from(call));
    return work(call).bytes();  // streams: every array once, and the reference is computed on the way
}

}  // namespace ridge::operators
