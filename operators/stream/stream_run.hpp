// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/precision.hpp"

/// Running a stream pattern over arrays in the memory of the default execution space; the bandwidth roofs use
/// it too.
namespace ridge::operators::stream {

enum class Pattern { read, copy, triad };

/// "stream_read" and so on; nothing for another operator.
[[nodiscard]] std::optional<Pattern> pattern_of(std::string_view op);

inline constexpr double triad_factor = 3.0;

/// `n` elements of fp32 or fp64 each, aligned to 64 bytes; z and y only where the pattern has them.
struct Arrays {
    const void* x = nullptr;
    const void* z = nullptr;
    void* y = nullptr;
    std::int64_t n = 0;
    Precision precision = Precision::fp32;
};

struct Tuning {
    int unroll = 8;  ///< 4 or 8 packs in flight
    bool spread =
        false;  ///< the packs of a block lie far apart, one hardware prefetch stream each; hosts only
    int prefetch_bytes = 0;    ///< distance of software prefetch; 0: none; hosts only
    bool nontemporal = false;  ///< stores past the caches, where the instruction set has them
};

[[nodiscard]] bool is_supported(Precision precision);
[[nodiscard]] bool nontemporal_is_supported();

/// Goes over the arrays `passes` times, every worker over its own part, without meeting in between; complete
/// when it returns. Gives the sum over all passes for `read`, 0 otherwise.
double run(Pattern pattern, const Arrays& arrays, const Tuning& tuning, std::int64_t passes = 1);

}  // namespace ridge::operators::stream
