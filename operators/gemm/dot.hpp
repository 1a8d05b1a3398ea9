// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "operators/pack.hpp"

/// The inner step of a GEMM, one type for each precision and instruction set. Operands are read in 32-bit
/// words along k: one fp32, two bf16 or four int8 values. A step multiplies one word of a row of A (the same
/// for all lanes) with a vector of words of W (one lane for each output feature) and adds the products to a
/// vector of sums. On a GPU vectors have one lane and each thread computes its own tile.
namespace ridge::operators {

/// Operands that lie in memory as the words that a step takes.
template <typename T>
struct WordOperands {
    using Word = T;    ///< of A as a step takes it
    using Stored = T;  ///< of A in memory
    using Weight = T;  ///< of W in memory
    KOKKOS_FORCEINLINE_FUNCTION static Word activation(Stored word) { return word; }
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Word> weights(const Weight* from) { return load(from); }
};

struct DotFp32 : WordOperands<float> {
    using Sum = float;
    static constexpr bool shifts_activations = false;

    KOKKOS_FORCEINLINE_FUNCTION static Vector<Sum> step(const Vector<Word>& w, const Vector<Word>& a,
                                                        const Vector<Sum>& sum) {
        return Kokkos::fma(a, w, sum);
    }
};

struct DotFp64 : WordOperands<double> {
    using Sum = double;
    static constexpr bool shifts_activations = false;

    KOKKOS_FORCEINLINE_FUNCTION static Vector<Sum> step(const Vector<Word>& w, const Vector<Word>& a,
                                                        const Vector<Sum>& sum) {
        return Kokkos::fma(a, w, sum);
    }
};

/// Formats that are only stored: one element of type T a word, converted exactly to fp32, W when it is
/// loaded, A when a step takes it or when it is packed before.
template <typename T>
struct DotStored : DotFp32 {
    using Stored = T;
    using Weight = T;
    KOKKOS_FORCEINLINE_FUNCTION static Word activation(Stored element) { return to_float(element); }
    KOKKOS_FORCEINLINE_FUNCTION static Vector<Word> weights(const Weight* from) { return load_pack(from); }
};

/// bf16 by widening both halves of each word to fp32, which is exact. Words are signed because Kokkos has no
/// vectors of unsigned ones on AVX2.
struct DotBf16 : WordOperands<std::int32_t> {
    using Sum = float;
    static constexpr bool shifts_activations = false;

    KOKKOS_FORCEINLINE_FUNCTION static Vector<Sum> step(const Vector<Word>& w, const Vector<Word>& a,
                                                        const Vector<Sum>& sum) {
        const auto even_a = Kokkos::bit_cast<Vector<Sum>>(a << 16),
                   odd_a = Kokkos::bit_cast<Vector<Sum>>((a >> 16) << 16);
        const auto even_w = Kokkos::bit_cast<Vector<Sum>>(w << 16),
                   odd_w = Kokkos::bit_cast<Vector<Sum>>((w >> 16) << 16);
        return Kokkos::fma(odd_a, odd_w, Kokkos::fma(even_a, even_w, sum));
    }
};

/// int8 by sign-extending each quarter of a word.
struct DotInt8 : WordOperands<std::int32_t> {
    using Sum = std::int32_t;
    static constexpr bool shifts_activations = false;

    KOKKOS_FORCEINLINE_FUNCTION static Vector<Sum> step(const Vector<Word>& w, const Vector<Word>& a,
                                                        Vector<Sum> sum) {
        for (int shift = 24; shift >= 0; shift -= 8) sum = sum + ((w << shift) >> 24) * ((a << shift) >> 24);
        return sum;
    }
};

}  // namespace ridge::operators
