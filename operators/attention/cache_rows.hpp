// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/pack.hpp"

/// Cached keys and values: where the row of a position lies, and loading its elements as fp32. A row is one
/// head's key or value of one position; neighbouring rows are the heads of a position.
namespace ridge::operators {

/// Brings a line into the second-level cache only, so that what is far ahead does not drive out of the first
/// level what is computed with; nothing on a GPU, whose threads hide the wait.
KOKKOS_FORCEINLINE_FUNCTION void prefetch_to_second_level([[maybe_unused]] const void* address) {
    KOKKOS_IF_ON_HOST((__builtin_prefetch(address, 0, 2);))
}

/// The same of each line of `bytes` from an address on.
KOKKOS_FORCEINLINE_FUNCTION void prefetch_to_second_level(const std::byte* address, std::int64_t bytes) {
    constexpr std::int64_t line = 64;
    for (std::int64_t from = 0; from < bytes; from += line) prefetch_to_second_level(address + from);
}

/// Keys or values: rows without gaps, and the scales of a quantised format.
struct CacheSide {
    const std::byte* data = nullptr;
    const std::byte* scales = nullptr;  ///< fp32 for each row, or fp16 for each group of a row
    std::int64_t row_bytes = 0, row_scale_bytes = 0;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION const std::byte* row(std::int64_t index) const {
        return data + index * row_bytes;
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION const std::byte* scales_of(std::int64_t index) const {
        return scales + index * row_scale_bytes;
    }
};

/// The rows of all sequences. With a table, position p lies in page table[sequence][p / page].
struct CacheRows {
    CacheSide k, v;
    const std::int32_t* table = nullptr;
    std::int64_t kv_heads = 0, context = 0, pages = 0;
    int page_shift = 0;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t index(std::int64_t sequence, std::int64_t head,
                                                                 std::int64_t position) const {
        std::int64_t slot = sequence * context + position;
        if (table != nullptr) {
            const std::int64_t page = table[sequence * pages + (position >> page_shift)];
            slot = (page << page_shift) + (position & ((std::int64_t{1} << page_shift) - 1));
        }
        return slot * kv_heads + head;
    }
    /// Positions from this one on whose rows follow each other in memory.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t follow(std::int64_t position) const {
        const std::int64_t page = std::int64_t{1} << page_shift;
        return table != nullptr ? page - (position & (page - 1)) : context - position;
    }
};

/// Elements that are floats in memory. `factor`: what a loaded element has to be multiplied with; bytes and
/// scale_bytes: how far element `count` of a row is from the first one.
template <typename T>
struct CachedFloats {
    static constexpr int bits = 8 * static_cast<int>(sizeof(T));
    static constexpr bool row_scale = false;
    static constexpr float factor = 1.0F;
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t bytes(std::int64_t count) {
        return count * static_cast<std::int64_t>(sizeof(T));
    }
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t scale_bytes(std::int64_t) { return 0; }
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load(const std::byte* row, const std::byte*,
                                                          std::int64_t element) {
        return load_pack(reinterpret_cast<const T*>(row) + element);
    }
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load_first(const std::byte* row, const std::byte*,
                                                                std::int64_t element, int count) {
        return load_part(reinterpret_cast<const T*>(row) + element, count);
    }
};

/// fp8 e4m3 by way of fp16, whose exponents are biased by 8 more: exact, smallest numbers included.
struct CachedFp8 {
    static constexpr int bits = 8;
    static constexpr bool row_scale = false;
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t bytes(std::int64_t count) { return count; }
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t scale_bytes(std::int64_t) { return 0; }
#if defined(RIDGE_HAS_AVX512)
    static constexpr float factor = 256.0F;
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load(const std::byte* row, const std::byte*,
                                                          std::int64_t element) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + element));
        const __m256i shifted = _mm256_slli_epi16(_mm256_cvtepi8_epi16(bytes), 7);
        return Vector<float>(_mm512_cvtph_ps(_mm256_and_si256(shifted, _mm256_set1_epi16(-0x4001))));
    }
#else
    static constexpr float factor = 1.0F;
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load(const std::byte* row, const std::byte*,
                                                          std::int64_t element) {
        return load_pack(reinterpret_cast<const Fp8E4m3*>(row) + element);
    }
#endif
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load_first(const std::byte* row, const std::byte*,
                                                                std::int64_t element, int count) {
        return load_part(reinterpret_cast<const Fp8E4m3*>(row) + element, count) *
               Vector<float>(1.0F / factor);
    }
};

/// int8 whose row has a scale, which the kernel applies to scores and weights.
struct CachedInt8 : CachedFloats<std::int8_t> {
    static constexpr bool row_scale = true;
};

/// int4 with an fp16 scale for each 32 elements of a row; the low half of a byte comes first.
struct CachedInt4 {
    static constexpr int bits = 4;
    static constexpr bool row_scale = false;
    static constexpr float factor = 1.0F;
    static constexpr std::int64_t group = 32;
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t bytes(std::int64_t count) { return count / 2; }
    KOKKOS_FORCEINLINE_FUNCTION static std::int64_t scale_bytes(std::int64_t count) {
        return count / group * static_cast<std::int64_t>(sizeof(Fp16));
    }

    KOKKOS_FORCEINLINE_FUNCTION static float scale(const std::byte* scales, std::int64_t element) {
        const auto bits = reinterpret_cast<const Fp16*>(scales)[element / group];
#if defined(RIDGE_HAS_AVX512)
        return _cvtsh_ss(bits.bits);
#else
        return to_float(bits);
#endif
    }
    KOKKOS_FORCEINLINE_FUNCTION static float one(const std::byte* row, std::int64_t element) {
        const auto both = static_cast<unsigned>(row[element / 2]);
        const auto half = static_cast<int>(element % 2 == 0 ? both & 15U : both >> 4);
        return static_cast<float>(half < 8 ? half : half - 16);
    }
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load(const std::byte* row, const std::byte* scales,
                                                          std::int64_t element) {
#if defined(RIDGE_HAS_AVX512) && defined(__AVX512VBMI__)
        if constexpr (lanes == 16) {
            // Each lane picks its half byte out of eight bytes, and its value by that half byte.
            const __m512i picks = _mm512_set_epi64(0x3C00000038, 0x3400000030, 0x2C00000028, 0x2400000020,
                                                   0x1C00000018, 0x1400000010, 0x0C00000008, 0x0400000000);
            const __m512 values = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1);
            long long bytes = 0;
            __builtin_memcpy(&bytes, row + element / 2, sizeof bytes);
            const __m512i halves = _mm512_multishift_epi64_epi8(picks, _mm512_set1_epi64(bytes));
            return Vector<float>(_mm512_permutexvar_ps(halves, values)) *
                   Vector<float>(scale(scales, element));
        }
#endif
        return load_first(row, scales, element, lanes);
    }
    KOKKOS_FORCEINLINE_FUNCTION static Vector<float> load_first(const std::byte* row, const std::byte* scales,
                                                                std::int64_t element, int count) {
        float values[static_cast<std::size_t>(lanes)];
        for (int i = 0; i < lanes; ++i)
            values[i] = i < count ? one(row, element + i) * scale(scales, element + i) : 0.0F;
        return operators::load(values);
    }
};

/// Calls f(Format) with the type of a cache's format.
template <typename F>
void with_cache_format(const NumberFormat& format, const F& f) {
    switch (format.precision) {
        case Precision::bf16:
            return f(CachedFloats<Bf16>{});
        case Precision::fp16:
            return f(CachedFloats<Fp16>{});
        case Precision::fp8_e4m3:
            return f(CachedFp8{});
        case Precision::int8:
            return f(CachedInt8{});
        case Precision::int4:
            return f(CachedInt4{});
        default:
            return f(CachedFloats<float>{});
    }
}

}  // namespace ridge::operators
