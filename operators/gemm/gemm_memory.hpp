// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/gemm_call.hpp"

namespace ridge::operators {

/// Rows of C whose reference is computed: all on small calls, else at most eight.
[[nodiscard]] std::int64_t most_checked_rows(const GemmCall& call);

/// Bytes of memory that measuring a call takes at most, for one configuration: A and the words that a run
/// packs it into, packed W with the copy from which a library packs it, the output and the fp32 sums that it
/// is rounded from, the reference and its bounds (fp64). Our own kernels draw weights while packing and need
/// W once; those for sparse weights keep them in fp32.
[[nodiscard]] double gemm_memory_bytes(const GemmCall& call);

}  // namespace ridge::operators
