// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/kv_cache/kv_operands.hpp"
#include "operators/rows.hpp"

/// Storing a row of floats in a cache's format. The floats come from a source: source(element, count) gives a
/// vector whose first `count` lanes are the row's elements from `element` on. A row is asked for twice where
/// its scale has to be known first.
namespace ridge::operators {

/// Where a row is stored, and how.
struct RowTarget {
    std::byte* row;
    std::byte* scales;
    std::int64_t columns;
    bool past_caches;
};

KOKKOS_FORCEINLINE_FUNCTION RowTarget target_of(const WritableSide& side, std::int64_t row,
                                                std::int64_t columns, bool past_caches) {
    return {side.data + row * side.row_bytes, side.scales + row * side.row_scale_bytes, columns, past_caches};
}

/// Elements as floats of type T.
template <typename T, typename Source, typename Team>
KOKKOS_FUNCTION void store_floats(const RowTarget& to, const Source& source, const Team& team) {
    for_each_pack_of_row<float>(to.columns, team, [&](const std::int64_t d, const int count) {
        store_up_to(reinterpret_cast<T*>(to.row) + d, source(d, count), count, to.past_caches);
    });
}

/// Largest magnitude of the first `count` lanes.
KOKKOS_FORCEINLINE_FUNCTION Vector<float> magnitudes(const Vector<float>& value, int count) {
    const auto all = Kokkos::max(value, -value);
    if (count == lanes) return all;
    float values[static_cast<std::size_t>(lanes)];
    simd::simd_unchecked_store(all, values, simd::simd_flag_default);
    for (int i = count; i < lanes; ++i) values[i] = 0.0F;
    return load(values);
}

#if defined(RIDGE_HAS_AVX512)
/// Sixteen values to the nearest whole numbers, as bytes.
inline __m128i whole_bytes(const Vector<float>& value) {
    return _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(static_cast<__m512>(value)));
}
/// Sixteen whole numbers within ±7 as eight bytes, the first one of a pair in the low half.
inline __m128i half_bytes(const Vector<float>& value) {
    const __m128i halves = _mm_and_si128(whole_bytes(value), _mm_set1_epi8(15));
    const __m128i pairs = _mm_maddubs_epi16(halves, _mm_set1_epi16(0x1001));  // first + 16 · second
    return _mm_packus_epi16(pairs, pairs);
}
#endif

/// max_lanes() and from_float() in an instruction or a few: a row has one scale, or one for each 32 elements.
KOKKOS_FORCEINLINE_FUNCTION float largest_lane(const Vector<float>& value) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) return _mm512_reduce_max_ps(static_cast<__m512>(value));
#endif
    return max_lanes(value);
}
KOKKOS_FORCEINLINE_FUNCTION Fp16 nearest_fp16(float value) {
#if defined(RIDGE_HAS_AVX512)
    return {_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT)};
#else
    return from_float<Fp16>(value);
#endif
}
KOKKOS_FORCEINLINE_FUNCTION float widened(Fp16 value) {
#if defined(RIDGE_HAS_AVX512)
    return _cvtsh_ss(value.bits);
#else
    return to_float(value);
#endif
}

/// The first `count` lanes to the nearest whole numbers.
KOKKOS_FORCEINLINE_FUNCTION void store_whole(std::int8_t* to, const Vector<float>& value, int count,
                                             bool past_caches) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16)
        if (count == lanes) {
            if (past_caches && reinterpret_cast<std::uintptr_t>(to) % 16 == 0)
                return _mm_stream_si128(reinterpret_cast<__m128i*>(to), whole_bytes(value));
            return _mm_storeu_si128(reinterpret_cast<__m128i*>(to), whole_bytes(value));
        }
#endif
    store_up_to(to, value, count, past_caches);
}

/// A group of int4 of which each step is 1 / per_step.
KOKKOS_FORCEINLINE_FUNCTION void store_group(std::byte* to, const float* values, float per_step) {
    constexpr float steps = 7.0F;
    constexpr int group = static_cast<int>(CachedInt4::group);
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) {
        for (int i = 0; i < group; i += lanes) {
            const auto scaled = load(values + i) * Vector<float>(per_step);
            const auto within = Kokkos::max(Vector<float>(-steps), Kokkos::min(Vector<float>(steps), scaled));
            _mm_storel_epi64(reinterpret_cast<__m128i*>(to + i / 2), half_bytes(within));
        }
        return;
    }
#endif
    for (int i = 0; i < group; i += 2) {
        std::int32_t whole[2];
        for (int j = 0; j < 2; ++j)
            whole[j] = static_cast<std::int32_t>(
                Kokkos::nearbyint(Kokkos::max(-steps, Kokkos::min(steps, values[i + j] * per_step))));
        to[i / 2] = static_cast<std::byte>((whole[0] & 15) | (whole[1] & 15) << 4);
    }
}

/// int8 with an fp32 scale that maps the row's largest magnitude to 127.
template <typename Source, typename Team>
KOKKOS_FUNCTION void store_int8(const RowTarget& to, const Source& source, const Team& team) {
    constexpr float steps = 127.0F;
    Vector<float> top(0.0F);
    for_each_pack_of_row<float>(to.columns, team, [&](const std::int64_t d, const int count) {
        top = Kokkos::max(top, magnitudes(source(d, count), count));
    });
    const float largest = team.max(largest_lane(top));
    const Vector<float> per_step(largest > 0.0F ? steps / largest : 0.0F);
    if (team.rank == 0) *reinterpret_cast<float*>(to.scales) = largest / steps;
    for_each_pack_of_row<float>(to.columns, team, [&](const std::int64_t d, const int count) {
        store_whole(reinterpret_cast<std::int8_t*>(to.row) + d, source(d, count) * per_step, count,
                    to.past_caches);
    });
}

/// int4, groups of 32 with an fp16 scale each; the low half of a byte comes first.
template <typename Source, typename Team>
KOKKOS_FUNCTION void store_int4(const RowTarget& to, const Source& source, const Team& team) {
    constexpr float steps = 7.0F;
    constexpr int group = static_cast<int>(CachedInt4::group);
    for (std::int64_t g = team.rank; g < to.columns / group; g += team.size) {
        float values[static_cast<std::size_t>(group)];
        Vector<float> top(0.0F);
        for (int i = 0; i < group; i += lanes) {
            const auto value = source(g * group + i, lanes);
            top = Kokkos::max(top, magnitudes(value, lanes));
            simd::simd_unchecked_store(value, values + i, simd::simd_flag_default);
        }
        const auto scale = nearest_fp16(largest_lane(top) * (1.0F / steps));
        reinterpret_cast<Fp16*>(to.scales)[g] = scale;
        const float rounded = widened(scale);
        store_group(to.row + g * group / 2, values, rounded > 0.0F ? 1.0F / rounded : 0.0F);
    }
}

template <typename Format>
struct RowWriter;

template <typename T>
struct RowWriter<CachedFloats<T>> {
    template <typename Source, typename Team>
    KOKKOS_FUNCTION static void store(const RowTarget& to, const Source& source, const Team& team) {
        store_floats<T>(to, source, team);
    }
};
template <>
struct RowWriter<CachedFp8> {
    template <typename Source, typename Team>
    KOKKOS_FUNCTION static void store(const RowTarget& to, const Source& source, const Team& team) {
        store_floats<Fp8E4m3>(to, source, team);
    }
};
template <>
struct RowWriter<CachedInt8> {
    template <typename Source, typename Team>
    KOKKOS_FUNCTION static void store(const RowTarget& to, const Source& source, const Team& team) {
        store_int8(to, source, team);
    }
};
template <>
struct RowWriter<CachedInt4> {
    template <typename Source, typename Team>
    KOKKOS_FUNCTION static void store(const RowTarget& to, const Source& source, const Team& team) {
        store_int4(to, source, team);
    }
};

/// Elements as they are.
template <typename T>
struct PlainSource {
    const T* from;
    KOKKOS_FORCEINLINE_FUNCTION Vector<float> operator()(std::int64_t d, int count) const {
        return load_up_to(from + d, count);
    }
};

/// A cached row, turned: the element half a row further on is the other one of a pair. `turn` holds the
/// cosines of all pairs, then the sines.
template <typename Format>
struct TurnedSource {
    const std::byte* row;
    const std::byte* scales;
    const float* turn;
    std::int64_t columns;

    KOKKOS_FORCEINLINE_FUNCTION Vector<float> operator()(std::int64_t d, int count) const {
        const std::int64_t half = columns / 2;
        if (count < lanes || half % lanes != 0) return one_by_one(d, count);
        const bool first = d < half;
        const std::int64_t pair = first ? d : d - half;
        const auto x = element(pair), y = element(pair + half);
        const auto cosine = load(turn + pair), sine = load(turn + half + pair);
        return first ? Kokkos::fma(x, cosine, -(y * sine)) : Kokkos::fma(x, sine, y * cosine);
    }

  private:
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float row_factor() const {
        if constexpr (Format::row_scale) return *reinterpret_cast<const float*>(scales) * Format::factor;
        return Format::factor;
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Vector<float> element(std::int64_t d) const {
        return Format::load(row, scales, d) * Vector<float>(row_factor());
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float one(std::int64_t d) const {
        float values[static_cast<std::size_t>(lanes)];
        simd::simd_unchecked_store(Format::load_first(row, scales, d, 1), values, simd::simd_flag_default);
        return values[0] * row_factor();
    }
    [[nodiscard]] KOKKOS_FUNCTION Vector<float> one_by_one(std::int64_t d, int count) const {
        const std::int64_t half = columns / 2;
        float values[static_cast<std::size_t>(lanes)] = {};
        for (int i = 0; i < count; ++i) {
            const std::int64_t at = d + i, pair = at < half ? at : at - half;
            const float x = one(pair), y = one(pair + half);
            values[i] =
                at < half ? x * turn[pair] - y * turn[half + pair] : x * turn[half + pair] + y * turn[pair];
        }
        return load(values);
    }
};

}  // namespace ridge::operators
