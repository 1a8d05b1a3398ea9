// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/gemm_call.hpp"

namespace ridge::operators {

/// A value in fp64 and what a right result may miss it by.
struct Bounded {
    double value = 0, bound = 0;
};

/// Result of a sum that misses its exact value by at most `sum.bound`, after the call's epilogue with operand
/// `e` and the rounding to C.
[[nodiscard]] Bounded finished(const GemmCall& call, const Bounded& sum, double e);

}  // namespace ridge::operators
