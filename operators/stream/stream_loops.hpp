// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <Kokkos_SIMD.hpp>
#include <cstdint>

#if defined(__AVX512F__) && !defined(KOKKOS_ENABLE_CUDA)
#include <immintrin.h>
#endif

/// The inner loops of the stream operators on one worker (a thread of the execution space).
namespace ridge::operators::stream {

template <typename T>
using Pack = Kokkos::Experimental::simd<T>;

template <typename T>
KOKKOS_INLINE_FUNCTION constexpr std::int64_t pack_width() {
    return static_cast<std::int64_t>(Pack<T>::size());
}

/// Whether nontemporal() below bypasses the caches.
#if defined(__AVX512F__) && !defined(KOKKOS_ENABLE_CUDA)
inline constexpr bool has_nontemporal = true;
#else
inline constexpr bool has_nontemporal = false;
#endif

/// Which elements a worker visits: `unroll` packs at begin + lane · u, `blocks` times `step` further on, and
/// then single elements from `tail` to `end`, `tail_step` apart.
struct Walk {
    std::int64_t begin, blocks, step, lane;
    std::int64_t tail, tail_step, end;
};

struct LoopOptions {
    std::int64_t prefetch_elements = 0;
    bool nontemporal = false;
};

template <typename T>
KOKKOS_INLINE_FUNCTION Pack<T> load(const T* from) {
    return Pack<T>(from, Kokkos::Experimental::simd_flag_aligned);
}

#if defined(__AVX512F__) && !defined(KOKKOS_ENABLE_CUDA)
inline void nontemporal(float* to, const Pack<float>& value) {
    _mm512_stream_ps(to, static_cast<__m512>(value));
}
inline void nontemporal(double* to, const Pack<double>& value) {
    _mm512_stream_pd(to, static_cast<__m512d>(value));
}
inline void drain_stores(bool past_caches) {
    if (past_caches) _mm_sfence();
}
#else
template <typename T>
KOKKOS_INLINE_FUNCTION void nontemporal(T* to, const Pack<T>& value) {
    Kokkos::Experimental::simd_unchecked_store(value, to, Kokkos::Experimental::simd_flag_aligned);
}
KOKKOS_INLINE_FUNCTION void drain_stores(bool) {}
#endif

template <typename T>
KOKKOS_INLINE_FUNCTION void store(T* to, const Pack<T>& value, bool past_caches) {
    if (past_caches)
        nontemporal(to, value);
    else
        Kokkos::Experimental::simd_unchecked_store(value, to, Kokkos::Experimental::simd_flag_aligned);
}

template <bool prefetch, typename T>
KOKKOS_INLINE_FUNCTION void fetch_ahead([[maybe_unused]] const T* at,
                                        [[maybe_unused]] std::int64_t elements) {
#if !defined(KOKKOS_ENABLE_CUDA)
    if constexpr (prefetch) __builtin_prefetch(at + elements);
#endif
}

/// Distance between packs in flight; known to the compiler unless they are spread.
template <bool spread, typename T>
KOKKOS_INLINE_FUNCTION std::int64_t lane_of(const Walk& walk) {
    if constexpr (spread)
        return walk.lane;
    else
        return pack_width<T>();
}

// Between passes the compiler has to believe that the arrays changed, or one pass would do for all.
KOKKOS_INLINE_FUNCTION void forget_memory() { asm volatile("" ::: "memory"); }

/// Sum over the walk, `passes` times over, in `unroll` independent packs so that additions do not wait for
/// each other.
template <int unroll, bool prefetch, bool spread, typename T>
KOKKOS_INLINE_FUNCTION T read(const T* x, const Walk walk, const LoopOptions options, std::int64_t passes) {
    const std::int64_t lane = lane_of<spread, T>(walk);
    Pack<T> sums[std::size_t{unroll}];
    for (auto& sum : sums) sum = Pack<T>(T(0));
    T total = 0;
    for (std::int64_t pass = 0; pass < passes; ++pass) {
        const T* at = x + walk.begin;
        for (std::int64_t block = 0; block < walk.blocks; ++block, at += walk.step)
            for (int u = 0; u < unroll; ++u) {
                fetch_ahead<prefetch>(at + u * lane, options.prefetch_elements);
                sums[u] = sums[u] + load(at + u * lane);
            }
        for (std::int64_t i = walk.tail; i < walk.end; i += walk.tail_step) total += x[i];
        forget_memory();
    }
    for (int u = 1; u < unroll; ++u) sums[0] = sums[0] + sums[u];
    return total + Kokkos::Experimental::reduce(sums[0]);
}

/// y = x over the walk.
template <int unroll, bool prefetch, bool spread, typename T>
KOKKOS_INLINE_FUNCTION void copy(const T* x, T* y, const Walk walk, const LoopOptions options) {
    const std::int64_t lane = lane_of<spread, T>(walk);
    std::int64_t at = walk.begin;
    for (std::int64_t block = 0; block < walk.blocks; ++block, at += walk.step)
        for (int u = 0; u < unroll; ++u) {
            const std::int64_t i = at + u * lane;
            fetch_ahead<prefetch>(x + i, options.prefetch_elements);
            store(y + i, load(x + i), options.nontemporal);
        }
    for (std::int64_t i = walk.tail; i < walk.end; i += walk.tail_step) y[i] = x[i];
    drain_stores(options.nontemporal);
}

/// y = x + factor · z over the walk.
template <int unroll, bool prefetch, bool spread, typename T>
KOKKOS_INLINE_FUNCTION void triad(const T* x, const T* z, T factor, T* y, const Walk walk,
                                  const LoopOptions options) {
    const std::int64_t lane = lane_of<spread, T>(walk);
    const Pack<T> factors(factor);
    std::int64_t at = walk.begin;
    for (std::int64_t block = 0; block < walk.blocks; ++block, at += walk.step)
        for (int u = 0; u < unroll; ++u) {
            const std::int64_t i = at + u * lane;
            fetch_ahead<prefetch>(x + i, options.prefetch_elements);
            fetch_ahead<prefetch>(z + i, options.prefetch_elements);
            store(y + i, Kokkos::fma(factors, load(z + i), load(x + i)), options.nontemporal);
        }
    for (std::int64_t i = walk.tail; i < walk.end; i += walk.tail_step) y[i] = x[i] + factor * z[i];
    drain_stores(options.nontemporal);
}

}  // namespace ridge::operators::stream
