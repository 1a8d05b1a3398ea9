// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/rows.hpp"

/// Loops of norms and elementwise operators in steps of two packs, one pack and a rest. Within a step of two
/// the vectors may hold the elements in any order, the same for every operand of a format: bf16 is taken as
/// even and odd elements, which costs half the instructions of taking neighbours.
namespace ridge::operators {

#if defined(RIDGE_HAS_AVX512) && defined(__AVX512BF16__)
template <typename T>
inline constexpr bool takes_even_and_odd = lanes == 16 && std::is_same_v<T, Bf16>;

/// to[0] = the even elements in fp32, to[1] = the odd ones.
KOKKOS_FORCEINLINE_FUNCTION void split_pairs(__m512i both, Vector<float>* to) {
    to[0] = Vector<float>(_mm512_castsi512_ps(_mm512_slli_epi32(both, 16)));
    to[1] = Vector<float>(_mm512_castsi512_ps(_mm512_and_si512(both, avx512::words(0xFFFF0000U))));
}
#else
template <typename T>
inline constexpr bool takes_even_and_odd = false;
#endif

/// Two packs.
struct TwoPacks {
    static constexpr int parts = 2;
    template <typename T>
    using Vectors = Vector<Compute<T>>[2];

    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION void load(const T* from, Vectors<T>& to) const {
#if defined(RIDGE_HAS_AVX512) && defined(__AVX512BF16__)
        if constexpr (takes_even_and_odd<T>) {
            return split_pairs(_mm512_loadu_si512(from), to);
        }
#endif
        to[0] = load_pack(from);
        to[1] = load_pack(from + lanes_of<T>);
    }

    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION void store(T* to, const Vectors<T>& value, bool past_caches) const {
#if defined(RIDGE_HAS_AVX512) && defined(__AVX512BF16__)
        if constexpr (takes_even_and_odd<T>) {
            // Element 2i from the lower half's i, 2i + 1 from the upper half's.
            const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                                   8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
            const auto halves =
                _mm512_cvtne2ps_pbh(static_cast<__m512>(value[1]), static_cast<__m512>(value[0]));
            const __m512i bits = _mm512_permutexvar_epi16(order, reinterpret_cast<__m512i>(halves));
            if (past_caches && reinterpret_cast<std::uintptr_t>(to) % 64 == 0)
                _mm512_stream_si512(reinterpret_cast<__m512i*>(to), bits);
            else
                _mm512_storeu_si512(to, bits);
            return;
        }
#endif
        store_up_to(to, value[0], lanes_of<T>, past_caches);
        store_up_to(to + lanes_of<T>, value[1], lanes_of<T>, past_caches);
    }
};

/// One pack, or its first `count` elements; the other lanes are zero.
struct OnePack {
    static constexpr int parts = 1;
    template <typename T>
    using Vectors = Vector<Compute<T>>[1];
    int count;

    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION void load(const T* from, Vectors<T>& to) const {
        to[0] = load_up_to(from, count);
    }
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION void store(T* to, const Vectors<T>& value, bool past_caches) const {
        store_up_to(to, value[0], count, past_caches);
    }
};

/// Asks for a part of the row after this one, of `n` elements, into the second cache, while step `j` of pass
/// `pass` runs: every pass asks for its share, so that memory answers during all of them alike.
template <int pass, int passes, typename T>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_next_row([[maybe_unused]] const T* row,
                                                   [[maybe_unused]] std::int64_t n,
                                                   [[maybe_unused]] std::int64_t j) {
    static_assert(passes >= 2, "a step of up to two cache lines asks for one");
    KOKKOS_IF_ON_HOST((__builtin_prefetch(row + n + (pass * n + j) / passes, 0, 2);))
}

/// One thread that shares a row with no others, on any device.
class SoloTeam {
  public:
    static constexpr int rank = 0, size = 1;
    template <typename T>
    [[nodiscard]] KOKKOS_FUNCTION T sum(T value) const {
        return value;
    }
    template <typename T>
    [[nodiscard]] KOKKOS_FUNCTION T max(T value) const {
        return value;
    }
};

/// Calls body(step, column) for this thread's steps of a stretch of `n` elements of type T; `step` is
/// TwoPacks or OnePack.
template <typename T, typename Team, typename Body>
KOKKOS_FORCEINLINE_FUNCTION void for_each_step(std::int64_t n, const Team& team, Body&& body) {
    constexpr int width = lanes_of<T>;
    if constexpr (std::is_same_v<Team, HostTeam> || std::is_same_v<Team, SoloTeam>) {
        std::int64_t column = 0;
        for (; column + 2 * width <= n; column += 2 * width) body(TwoPacks(), column);
        for (; column < n; column += width)
            body(OnePack{static_cast<int>(Kokkos::min<std::int64_t>(width, n - column))}, column);
    } else {
        for (std::int64_t column = std::int64_t{team.rank} * width; column < n;
             column += std::int64_t{team.size} * width)
            body(OnePack{static_cast<int>(Kokkos::min<std::int64_t>(width, n - column))}, column);
    }
}

}  // namespace ridge::operators
