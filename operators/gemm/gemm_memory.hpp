// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/gemm_call.hpp"

namespace ridge::operators {

/// Rows of C whose reference is computed: all on small calls, else at most eight.
[[nodiscard]] std::int64_t most_checked_rows(const GemmCall& call);

/// Bytes of memory that measuring a call takes at most, for one configuration: operands as drawn (fp32, dense
/// whatever the sparsity), the reference and its bounds (fp64), A and packed W with the copies from which
/// they are packed, the output with the copy that is checked.
[[nodiscard]] double gemm_memory_bytes(const GemmCall& call);

}  // namespace ridge::operators
