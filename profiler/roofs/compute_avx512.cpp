// SPDX-License-Identifier: Apache-2.0
#include "profiler/roofs/compute.hpp"

#if defined(__AVX512F__) && !defined(KOKKOS_ENABLE_CUDA)
#include <Kokkos_Core.hpp>

#include <immintrin.h>
#endif

namespace ridge::profiler {

#if defined(__AVX512F__) && !defined(KOKKOS_ENABLE_CUDA) && !defined(__CUDACC__)
namespace {

// Values stay where they are: the products are of zero and something, which takes the units as long as any
// other.
#if defined(__AVX512BF16__)
struct Bf16Dot {
    static constexpr double flop = 64;  // VDPBF16PS: 16 lanes of two multiply-adds
    static __m512i step(__m512i value, __m512i left, __m512i right) {
        const auto sum = _mm512_dpbf16_ps(_mm512_castsi512_ps(value), __m512bh(left), __m512bh(right));
        return _mm512_castps_si512(sum);
    }
};
#endif
#if defined(__AVX512VNNI__)
struct Int8Dot {
    static constexpr double flop = 128;  // VPDPBUSD: 16 lanes of four multiply-adds
    static __m512i step(__m512i value, __m512i left, __m512i right) {
        return _mm512_dpbusd_epi32(value, left, right);
    }
};
#endif

template <typename Dot>
std::int64_t run_chains(std::int64_t iterations, int left, int right) {
    const __m512i lefts = _mm512_set1_epi32(left), rights = _mm512_set1_epi32(right);
    __m512i values[chains];
    for (int chain = 0; chain < chains; ++chain)
        values[chain] = _mm512_set1_epi32(0x3f800000 + chain);  // about 1.0f
    for (std::int64_t i = 0; i < iterations; ++i) {
        for (int chain = 0; chain < chains; ++chain) values[chain] = Dot::step(values[chain], lefts, rights);
    }
    for (int chain = 1; chain < chains; ++chain) values[0] = _mm512_add_epi32(values[0], values[chain]);
    return _mm512_reduce_add_epi32(values[0]);
}

template <typename Dot>
double run_mix(std::int64_t iterations) {
    const std::int64_t workers = Kokkos::DefaultHostExecutionSpace().concurrency();
    volatile int left_source = 0, right_source = 0x3f803f80;  // pairs of 0 and of 1.0 as bf16
    const int left = left_source, right = right_source;
    std::int64_t kept = 0;
    Kokkos::parallel_reduce(
        "compute roof", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, workers),
        [=](std::int64_t, std::int64_t& sum) { sum += run_chains<Dot>(iterations, left, right); }, kept);
    return static_cast<double>(iterations) * static_cast<double>(workers) * chains * Dot::flop;
}

}  // namespace
#endif

std::vector<ComputeMix> avx512_dot_mixes() {
    std::vector<ComputeMix> mixes;
#if defined(__AVX512BF16__) && !defined(KOKKOS_ENABLE_CUDA) && !defined(__CUDACC__)
    mixes.push_back({"dot", Precision::bf16, run_mix<Bf16Dot>});
#endif
#if defined(__AVX512VNNI__) && !defined(KOKKOS_ENABLE_CUDA) && !defined(__CUDACC__)
    mixes.push_back({"dot", Precision::int8, run_mix<Int8Dot>});
#endif
    return mixes;
}

}  // namespace ridge::profiler
