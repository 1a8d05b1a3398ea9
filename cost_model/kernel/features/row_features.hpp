// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cost_model/kernel/features/call_features.hpp"

namespace ridge::cost_model {

/// Norms, softmax, elementwise operators, changes of format and what else works on rows of features (first
/// dimension "rows") on a device other than a processor.
[[nodiscard]] bool is_accelerator_rows(const OperatorCall& call, const Machine& machine);

/// Ceilings, in seconds: compute, DRAM (what the caches do not hold), L2 (all of it).
/// Latencies: launch; block (blocks of 1024 elements, or of a row where rows are longer, that a unit takes
/// one after the other: 8 at a time, as many as 2048 threads are in blocks of 256); row (passes of a block of
/// threads over a row of 1024 elements at a time).
/// Axes, log2: the operator's dimensions, and bytes moved.
[[nodiscard]] CallFeatures row_features(const OperatorCall& call, const KernelConfig& config,
                                        CacheState cache, const Machine& machine);

}  // namespace ridge::cost_model
