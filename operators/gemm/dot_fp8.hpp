// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/fp8_in_bf16.hpp"
#include "operators/gemm/dot_avx512.hpp"

#if defined(RIDGE_HAS_AVX512_BF16) && defined(RIDGE_HAS_FP8_IN_BF16)
#define RIDGE_HAS_FP8_PAIRS
namespace ridge::operators {

/// Pairs of fp8 become pairs of bf16: A when it is packed, W when it is loaded.
template <typename T>
struct DotFp8Pairs : DotBf16Avx512 {
    using Stored = std::uint16_t;
    using Weight = std::uint16_t;

    static Word activation(Stored pair) {
        const auto one = [](unsigned bits) {
            const unsigned at = bits & 0x7FU;
            return fp8_tables<T>.lower[at] | static_cast<unsigned>(fp8_tables<T>.upper[at]) << 8 |
                   (bits & 0x80U) << 8;
        };
        return static_cast<Word>(one(pair & 0xFFU) | one(pair >> 8) << 16);
    }
    static Vector<Word> weights(const Weight* from) {
        return Vector<Word>(fp8_in_bf16<T>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
    }
};

}  // namespace ridge::operators
#endif
