// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/precision.hpp"

namespace ridge::profiler {

/// A loop of one kind of arithmetic instruction on registers, on every core at once.
struct ComputeMix {
    /// "fma", "add", "mul", "fma+add"; "dot": instructions that multiply and sum groups; "fma-fp32": on
    /// widened operands.
    std::string_view name;
    Precision precision;
    double (*run)(std::int64_t iterations);  ///< gives the FLOP (or OP) done; complete when it returns
};

/// The mixes that this program was compiled with and this CPU runs.
[[nodiscard]] std::vector<ComputeMix> compute_mixes();

/// Those that need instructions of AVX-512 for neural networks; empty elsewhere.
[[nodiscard]] std::vector<ComputeMix> avx512_dot_mixes();

/// Independent chains: half as many again as two units of latency 4 need, and few enough that they and two
/// constants fit into 16 registers. More gained nothing where there are 32, and GCC 12 keeps 24 in memory.
inline constexpr int chains = 12;

}  // namespace ridge::profiler
