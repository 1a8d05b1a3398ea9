// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/precision.hpp"

namespace ridge::profiler {

/// A loop of one kind of arithmetic instruction on registers, on every core at once.
struct ComputeMix {
    std::string_view
        name;  ///< "fma", "add", "mul", "fma+add"; "dot" for instructions that multiply and sum groups
    Precision precision;
    double (*run)(std::int64_t iterations);  ///< gives the FLOP (or OP) done; complete when it returns
};

/// The mixes that this program was compiled with and this CPU runs.
[[nodiscard]] std::vector<ComputeMix> compute_mixes();

/// Those that need instructions of AVX-512 for neural networks; empty elsewhere.
[[nodiscard]] std::vector<ComputeMix> avx512_dot_mixes();

/// Independent chains: 12 cover two units of latency 5, and leave room for two constants in 16 registers.
inline constexpr int chains = 12;

}  // namespace ridge::profiler
