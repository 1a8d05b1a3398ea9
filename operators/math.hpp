// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "operators/pack.hpp"

/// Elementary functions of whole vectors, without branches. `bits`: the relative error is below 2^(3 - bits);
/// fp32 gives 24 at most and fp64 53. Results that are rounded to few bits afterwards need no more than
/// math::bits_for of their type. On devices whose vectors have one lane they are the device's own functions.
namespace ridge::operators::math {

template <typename C>
inline constexpr int all_bits = std::is_same_v<C, double> ? 53 : 24;

/// Bits that make an error small beside the rounding to T: 2^-8 or more for bf16 and fp8.
template <typename T>
inline constexpr int bits_for = std::is_same_v<T, Bf16> || sizeof(T) == 1 ? 14 : all_bits<Compute<T>>;

/// Relative error of a function computed for results of this precision.
[[nodiscard]] constexpr double function_error(Precision precision) {
    if (precision == Precision::fp64) return 0x1p-50;
    return precision == Precision::fp32 || precision == Precision::fp16 ? 0x1p-21 : 0x1p-11;
}

template <typename C>
inline constexpr bool one_lane = Vector<C>::size() == 1;

template <typename C>
inline constexpr bool in_avx512 =
#if defined(RIDGE_HAS_AVX512)
    Vector<C>::size() * sizeof(C) == 64;
#else
    false;
#endif

/// Calls `f` with the value of each lane.
template <typename C, typename F>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> each_lane(const Vector<C>& x, const F& f) {
    C values[static_cast<std::size_t>(Vector<C>::size())];
    simd::simd_unchecked_store(x, values, simd::simd_flag_default);
    for (auto& value : values) value = f(value);
    return load(values);
}

/// value · 2^power for whole powers within ±2^10 (fp32) or ±2^11 (fp64); overflows to infinity and
/// underflows gradually.
template <typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> scale(const Vector<C>& value, const Vector<C>& power) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (in_avx512<C> && std::is_same_v<C, float>)
        return Vector<C>(_mm512_scalef_ps(static_cast<__m512>(value), static_cast<__m512>(power)));
    if constexpr (in_avx512<C> && std::is_same_v<C, double>)
        return Vector<C>(_mm512_scalef_pd(static_cast<__m512d>(value), static_cast<__m512d>(power)));
#endif
    // In two steps: the largest power alone would be infinite where the value, below 1, brings it back.
    const auto first = each_lane(power, [](C one) { return Kokkos::exp2(Kokkos::trunc(one / 2)); });
    const auto second = each_lane(power, [](C one) { return Kokkos::exp2(one - Kokkos::trunc(one / 2)); });
    return value * first * second;
}

/// 1 / x; 0 for an infinity.
template <int bits = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> reciprocal(const Vector<C>& x) {
    [[maybe_unused]] constexpr int wanted = bits > 0 ? bits : all_bits<C>;
#if defined(RIDGE_HAS_AVX512)
    // An estimate of 14 bits; each step of Newton's method doubles them. Where a step is not a number the
    // estimate is 0, infinite or no number itself, and stays.
    if constexpr (in_avx512<C> && std::is_same_v<C, float>) {
        const auto a = static_cast<__m512>(x);
        const auto y = _mm512_rcp14_ps(a);
        if constexpr (wanted <= 14) return Vector<C>(y);
        const auto rest = _mm512_fnmadd_ps(a, y, _mm512_set1_ps(1.0F));
        return Vector<C>(_mm512_mask_fmadd_ps(y, _mm512_cmp_ps_mask(rest, rest, _CMP_ORD_Q), rest, y));
    }
    if constexpr (in_avx512<C> && std::is_same_v<C, double>) {
        const auto a = static_cast<__m512d>(x);
        auto y = _mm512_rcp14_pd(a);
        for (int step = 0; step < 2; ++step) {
            const auto rest = _mm512_fnmadd_pd(a, y, _mm512_set1_pd(1.0));
            y = _mm512_mask_fmadd_pd(y, _mm512_cmp_pd_mask(rest, rest, _CMP_ORD_Q), rest, y);
        }
        return Vector<C>(y);
    }
#endif
    return Vector<C>(C(1)) / x;
}

// A device may read a constant where it may not call the host's function that computes it.
template <typename Coefficients, int k, typename C>
inline constexpr C coefficient = static_cast<C>(Coefficients::at(k));

/// Coefficients of a polynomial's terms from the constant one up, Horner's rule from term `k` on.
template <typename Coefficients, int k = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> polynomial(const Vector<C>& x) {
    const Vector<C> here(C{coefficient<Coefficients, k, C>});
    if constexpr (k == Coefficients::degree)
        return here;
    else
        return Kokkos::fma(polynomial<Coefficients, k + 1>(x), x, here);
}

/// Taylor's series of exp around 0, without its first `dropped` terms: on |x| <= ln(2) / 2 the rest is below
/// 2^-bits.
template <int bits, int dropped>
struct ExpTerms {
    static constexpr double at(int k) {
        double value = 1.0;
        for (int i = 2; i <= k + dropped; ++i) value /= i;
        return value;
    }
    static constexpr int last_term() {
        constexpr double half_ln2 = 0.34657359027997264;
        double limit = 1.0, term = half_ln2;
        for (int i = 0; i < bits; ++i) limit /= 2;
        int n = 0;
        for (; term > limit; term *= half_ln2 / (n + 1)) ++n;
        return n;
    }
    static constexpr int degree = last_term() - dropped;
};

/// exp on |x| <= ln(2) / 2 in fp32: the polynomial of this degree with exp(0) = 1 whose largest relative
/// error is least, 2^-23.4; Taylor's takes three terms more.
struct ExpInFp32 {
    static constexpr int degree = 5;
    static constexpr double at(int k) {
        constexpr double terms[] = {1.0,          0.9999997072,  0.499991497,
                                    0.1666763617, 0.04189790604, 0.008290304318};
        return terms[k];
    }
};
/// 2^x likewise, on |x| <= 1/2.
struct Exp2InFp32 {
    static constexpr int degree = 5;
    static constexpr double at(int k) {
        constexpr double terms[] = {1.0,           0.6931469776,   0.2402224217,
                                    0.05550733734, 0.009671507271, 0.001326471056};
        return terms[k];
    }
};

template <int bits, typename C>
using ExpPolynomial = std::conditional_t<std::is_same_v<C, float>, ExpInFp32, ExpTerms<bits, 0>>;

/// x = power · ln 2 + rest with a whole power, |rest| <= ln(2) / 2.
template <typename C>
struct Reduced {
    Vector<C> power, rest;
};
template <typename C>
KOKKOS_FORCEINLINE_FUNCTION Reduced<C> split_powers_of_two(const Vector<C>& x) {
    constexpr bool wide = std::is_same_v<C, double>;
    constexpr double ln2 = 0.69314718055994530942;
    constexpr C high = static_cast<C>(ln2);
    constexpr C low = wide ? C(2.3190468138462996e-17) : static_cast<C>(ln2 - static_cast<double>(high));
    // 1.5 · 2^mantissa bits: a sum with it has no place for fractions.
    const Vector<C> round(static_cast<C>(wide ? 0x1.8p52 : 0x1.8p23));
    const auto power = Kokkos::fma(x, Vector<C>(static_cast<C>(1.0 / ln2)), round) - round;
    const auto rest = Kokkos::fma(power, Vector<C>(-high), x);
    return {power, Kokkos::fma(power, Vector<C>(-low), rest)};
}

/// x, at most `largest` in magnitude; not a number stays so.
template <typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> within(const Vector<C>& x, double least, double largest) {
    return Kokkos::min(Vector<C>(static_cast<C>(largest)), Kokkos::max(Vector<C>(static_cast<C>(least)), x));
}

#if defined(RIDGE_HAS_AVX512)
/// 2^t to 13 bits: 2^floor(t), which scaling takes from t as it is, times a polynomial of the fraction,
/// fitted so that its largest relative error is 1.1e-4; infinities and large numbers need no care.
KOKKOS_FORCEINLINE_FUNCTION __m512 exp2_few_bits(__m512 t) {
    constexpr int fraction_below_floor = 1;  // no digits kept, rounding down
    const __m512 f = _mm512_reduce_ps(t, fraction_below_floor);
    __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(0.0780245168F), f, _mm512_set1_ps(0.226067164F));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.695833538F));
    return _mm512_scalef_ps(_mm512_fmadd_ps(p, f, _mm512_set1_ps(0.999925219F)), t);
}
#endif

template <int bits = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> exp(const Vector<C>& x) {
    if constexpr (one_lane<C>) return Kokkos::exp(x);
#if defined(RIDGE_HAS_AVX512)
    if constexpr (in_avx512<C> && std::is_same_v<C, float> && bits > 0 && bits <= 14)
        return Vector<C>(exp2_few_bits(_mm512_mul_ps(static_cast<__m512>(x), _mm512_set1_ps(1.44269504F))));
#endif
    constexpr bool wide = std::is_same_v<C, double>;
    // Beyond them the result is 0 or infinite.
    const auto [power, rest] = split_powers_of_two(within(x, wide ? -750.0 : -104.0, wide ? 710.0 : 89.0));
    return scale(polynomial<ExpPolynomial<(bits > 0 ? bits : all_bits<C>), C>>(rest), power);
}

/// 2^x
template <int bits = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> exp2(const Vector<C>& x) {
    if constexpr (one_lane<C>) return Kokkos::exp2(x);
    if constexpr (std::is_same_v<C, double>) {
        return each_lane(x, [](C one) { return Kokkos::exp2(one); });
    } else {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (in_avx512<C>) {
            const auto t = static_cast<__m512>(x);
            if constexpr (bits > 0 && bits <= 14) return Vector<C>(exp2_few_bits(t));
            constexpr int fraction_to_nearest = 0;  // of an infinity it is 0
            const __m512 f = _mm512_reduce_ps(t, fraction_to_nearest);
            const auto p = polynomial<Exp2InFp32>(Vector<C>(f));
            return Vector<C>(_mm512_scalef_ps(static_cast<__m512>(p), _mm512_sub_ps(t, f)));
        }
#endif
        const Vector<C> round(0x1.8p23F);
        const auto t = within(x, -160.0, 160.0);
        const auto power = (t + round) - round;
        return scale(polynomial<Exp2InFp32>(t - power), power);
    }
}

/// 1 / (1 + exp(-x))
template <int bits = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> logistic(const Vector<C>& x) {
    return reciprocal<bits>(Vector<C>(C(1)) + exp<bits>(-x));
}

/// With e = exp(2x) - 1, which the reduction gives without cancellation, e / (e + 2).
template <int bits = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> tanh(const Vector<C>& x) {
    if constexpr (one_lane<C>) return Kokkos::tanh(x);
    // Beyond them the result is 1.
    const auto [power, rest] = split_powers_of_two(within(x + x, -40.0, 40.0));
    const auto fraction = rest * polynomial<ExpTerms<(bits > 0 ? bits : all_bits<C>), 1>>(rest);
    const auto two_to_power = scale(Vector<C>(C(1)), power);
    const auto e = Kokkos::fma(two_to_power, fraction, two_to_power - Vector<C>(C(1)));
    return e * reciprocal<bits>(e + Vector<C>(C(2)));
}

/// erf(x) = x · P(x²) / Q(x²) on |x| <= 3.93, beyond which it is 1 within 2^-25. Fitted by weighted least
/// squares to the exact function; largest relative error 1.8e-8, and 1.9e-5 of the short one.
template <bool is_short>
struct ErfAbove {
    static constexpr int degree = is_short ? 3 : 5;
    static constexpr double at(int k) {
        constexpr double full[] = {1.12837914761,    0.189821022565,    0.0526841436868,
                                   0.00374382586262, 0.000284984946179, 2.06259267678e-6};
        constexpr double few[] = {1.12835843878, 0.166322031757, 0.0412590216532, 0.000632800193188};
        return is_short ? few[k] : full[k];
    }
};
template <bool is_short>
struct ErfBelow {
    static constexpr int degree = is_short ? 3 : 5;
    static constexpr double at(int k) {
        constexpr double full[] = {
            1.0, 0.501557278974, 0.113878767273, 0.0149253471016, 0.00115833638091, 3.8225963067e-5};
        constexpr double few[] = {1.0, 0.480487582524, 0.0972377682856, 0.00834719810632};
        return is_short ? few[k] : full[k];
    }
};

template <int bits = 0, typename C>
KOKKOS_FORCEINLINE_FUNCTION Vector<C> erf(const Vector<C>& x) {
    if constexpr (one_lane<C> || std::is_same_v<C, double>) {
        return each_lane(x, [](C one) { return Kokkos::erf(one); });
    } else {
        constexpr bool is_short = bits > 0 && bits <= 14;
        const auto t = within(x, -3.93, 3.93);
        const auto z = t * t;
        return t * polynomial<ErfAbove<is_short>>(z) * reciprocal<bits>(polynomial<ErfBelow<is_short>>(z));
    }
}

}  // namespace ridge::operators::math
