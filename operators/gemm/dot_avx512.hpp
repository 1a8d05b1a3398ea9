// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/dot.hpp"

#if defined(__AVX512F__) && !defined(__CUDACC__) && !defined(__HIPCC__)
#include <immintrin.h>
#endif

/// Inner steps by instructions that portable code does not reach, and which step is the best here for each
/// precision.
namespace ridge::operators {

#if defined(__AVX512BF16__) && !defined(__CUDACC__) && !defined(__HIPCC__)
#define RIDGE_HAS_AVX512_BF16
/// Two bf16 products for each lane in one instruction; sums round to nearest, and denormals count as zero.
struct DotBf16Avx512 : DotBf16 {
    static Vector<Sum> step(const Vector<Word>& w, const Vector<Word>& a, const Vector<Sum>& sum) {
        const auto pair = reinterpret_cast<__m512bh>(static_cast<__m512i>(a));
        const auto weights = reinterpret_cast<__m512bh>(static_cast<__m512i>(w));
        return Vector<Sum>(_mm512_dpbf16_ps(static_cast<__m512>(sum), pair, weights));
    }
};
using BestBf16 = DotBf16Avx512;
#else
using BestBf16 = DotBf16;
#endif

#if defined(__AVX512VNNI__) && !defined(__CUDACC__) && !defined(__HIPCC__)
#define RIDGE_HAS_AVX512_VNNI
/// Four int8 products for each lane in one instruction, which wants one operand unsigned: activations are
/// shifted by +128 (their sign bits flipped), and the sums begin at -128 · Σ W to make up for it.
struct DotInt8Vnni : DotInt8 {
    static constexpr bool shifts_activations = true;

    static Word activation(Word word) {
        return static_cast<Word>(static_cast<std::uint32_t>(word) ^ 0x80808080u);
    }
    static Vector<Sum> step(const Vector<Word>& w, const Vector<Word>& a, const Vector<Sum>& sum) {
        return Vector<Sum>(
            _mm512_dpbusd_epi32(static_cast<__m512i>(sum), static_cast<__m512i>(a), static_cast<__m512i>(w)));
    }
};
using BestInt8 = DotInt8Vnni;
#else
using BestInt8 = DotInt8;
#endif

}  // namespace ridge::operators
