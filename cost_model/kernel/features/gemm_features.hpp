// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/features/call_features.hpp"

namespace ridge::cost_model {

/// Whether a call is a matrix product on a device whose libraries choose tiles themselves (any but a
/// processor, whose kernels name theirs in the configuration).
[[nodiscard]] bool is_accelerator_gemm(const OperatorCall& call, const Machine& machine);

/// Ceilings "compute", "DRAM" (of a warm call what the largest cache does not hold) and "L2" (what it does
/// hold); latencies "launch" and "step" (64 elements along k by the busiest unit, split
/// over idle units); axes m, n, k and the matrices of a batch, "aligned" (whether m is a multiple of 4, which
/// chooses other kernels where a format has scales), "tail" (log2 of the last wave's excess over the
/// waves' own work, of 128 × 128 tiles), and "tall" and "wide" (log2 of the work of whole tiles of 128 × 32,
/// and of 32 × 128, over that of 64 × 64: libraries choose tiles by what they pad, whatever speed these
/// have). In `tiles` the seconds of "compute" with each of product_tiles.
[[nodiscard]] CallFeatures gemm_features(const OperatorCall& call, const KernelConfig& config,
                                         CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
