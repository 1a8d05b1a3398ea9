// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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

/// Independent chains of a vector of `vector_bytes`: several times what two units of latency 4 need, so that
/// an unlucky choice of unit costs nothing, with registers left over (16 of them up to AVX2, 32 with
/// AVX-512).
[[nodiscard]] constexpr int chains_for(std::size_t vector_bytes) { return vector_bytes >= 64 ? 24 : 12; }

}  // namespace ridge::profiler
