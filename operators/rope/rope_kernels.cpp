// SPDX-License-Identifier: Apache-2.0
#include "operators/rope/rope_kernels.hpp"

#include <cmath>

#include "operators/chunks.hpp"
#include "operators/element_types.hpp"
#include "operators/error_bound.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_x, input_table };

// Element `i` of a head with its partner, the one of the pair that stands first, and the pair's number.
struct PairOf {
    std::int64_t first, second, number;
};
PairOf pair_of(std::int64_t i, std::int64_t head_dim, bool interleaved) {
    if (interleaved) return {i / 2 * 2, i / 2 * 2 + 1, i / 2};
    const std::int64_t half = head_dim / 2, number = i % half;
    return {number, number + half, number};
}

// Two products and a sum, each rounded.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto head_dim = operands.call().dimension("head_dim");
    const auto precision = operands.call().operand("x").precision;
    const bool interleaved = operands.call().op == "rope_interleaved";
    const double u = unit_roundoff(precision == Precision::fp64 ? precision : Precision::fp32);
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const auto column = static_cast<std::int64_t>(j), i = column % head_dim, head = column - i;
        const auto pair = pair_of(i, head_dim, interleaved);
        const double a = operands.at(input_x, row.row, head + pair.first);
        const double b = operands.at(input_x, row.row, head + pair.second);
        const double cosine = operands.at(input_table, row.row, pair.number);
        const double sine = operands.at(input_table, row.row, head_dim / 2 + pair.number);
        const bool is_first = i == pair.first;
        const double one = is_first ? a * cosine : a * sine, other = is_first ? -b * sine : b * cosine;
        const double error = 3.0 * u * (std::abs(one) + std::abs(other));
        row.values[j] = one + other;
        row.bounds[j] = error + rounding_error(precision, std::abs(one + other) + error);
    }
}

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void turn(Vector<Compute<T>>& a, Vector<Compute<T>>& b,
                                      const Vector<Compute<T>>& cosine, const Vector<Compute<T>>& sine) {
    const auto turned = a * cosine - b * sine;
    b = a * sine + b * cosine;
    a = turned;
}

/// Elements that memory needs to be asked for beforehand.
template <typename T>
inline constexpr std::int64_t ahead = 2048 / static_cast<std::int64_t>(sizeof(T));

template <typename T>
struct TurnHalves {
    const T *x, *table;
    T* y;
    std::int64_t half;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t i) const {
        typename Step::template Vectors<T> a, b, cosine, sine;
        prefetch(x + i + ahead<T>);
        prefetch(x + half + i + ahead<T>);
        step.load(x + i, a);
        step.load(x + half + i, b);
        step.load(table + i, cosine);
        step.load(table + half + i, sine);
        for (int part = 0; part < Step::parts; ++part) turn<T>(a[part], b[part], cosine[part], sine[part]);
        step.store(y + i, a, past_caches);
        step.store(y + half + i, b, past_caches);
    }
};

/// 2 · lanes_of<T> neighbours as even and odd elements.
template <typename T>
struct EvenAndOdd {
    using C = Compute<T>;
    static constexpr int width = lanes_of<T>;
    using Two = Vector<C>[2];

    KOKKOS_FORCEINLINE_FUNCTION static void load(const T* from, Two& to) {
        if constexpr (takes_even_and_odd<T>) return TwoPacks().load(from, to);
        TwoPacks().load(from, to);
        if constexpr (width > 1) rearrange(to, true);
    }
    KOKKOS_FORCEINLINE_FUNCTION static void store(T* to, Two& value, bool past_caches) {
        if constexpr (!takes_even_and_odd<T> && width > 1) rearrange(value, false);
        TwoPacks().store(to, value, past_caches);
    }

  private:
    // Neighbours apart, or together again.
    KOKKOS_FORCEINLINE_FUNCTION static void rearrange(Two& value, bool apart) {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (width == 16) {
            const __m512i low = apart ? every_second(0) : both_in_turn(0);
            const __m512i high = apart ? every_second(1) : both_in_turn(8);
            const auto a = static_cast<__m512>(value[0]), b = static_cast<__m512>(value[1]);
            value[0] = Vector<C>(_mm512_permutex2var_ps(a, low, b));
            value[1] = Vector<C>(_mm512_permutex2var_ps(a, high, b));
            return;
        }
#endif
        constexpr auto both = static_cast<std::size_t>(2 * width);
        C from[both], to[both];
        simd::simd_unchecked_store(value[0], from, simd::simd_flag_default);
        simd::simd_unchecked_store(value[1], from + width, simd::simd_flag_default);
        for (int i = 0; i < width; ++i) {
            to[apart ? i : 2 * i] = from[apart ? 2 * i : i];
            to[apart ? width + i : 2 * i + 1] = from[apart ? 2 * i + 1 : width + i];
        }
        value[0] = simd::simd_unchecked_load<Vector<C>>(to, simd::simd_flag_default);
        value[1] = simd::simd_unchecked_load<Vector<C>>(to + width, simd::simd_flag_default);
    }
#if defined(RIDGE_HAS_AVX512)
    // Positions in two vectors taken as one of 32 lanes.
    KOKKOS_FORCEINLINE_FUNCTION static __m512i every_second(int first) {
        const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
        return _mm512_add_epi32(even, _mm512_set1_epi32(first));
    }
    KOKKOS_FORCEINLINE_FUNCTION static __m512i both_in_turn(int first) {
        const __m512i lower = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
        return _mm512_add_epi32(lower, _mm512_set1_epi32(first));
    }
#endif
};

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void turn_neighbours(const T* x, const T* table, T* y, std::int64_t half,
                                                 std::int64_t pair) {
    using C = Compute<T>;
    const auto a = static_cast<C>(to_float(x[2 * pair])), b = static_cast<C>(to_float(x[2 * pair + 1]));
    const auto cosine = static_cast<C>(to_float(table[pair]));
    const auto sine = static_cast<C>(to_float(table[half + pair]));
    y[2 * pair] = from_float<T>(a * cosine - b * sine);
    y[2 * pair + 1] = from_float<T>(a * sine + b * cosine);
}

template <typename T, bool interleaved>
struct Rope {
    const T *x, *table;
    T* y;
    std::int64_t heads, head_dim, heads_at_once;
    bool past_caches;

    /// A group of heads of a row.
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t group, const Team& team) const {
        const std::int64_t groups = (heads + heads_at_once - 1) / heads_at_once;
        const std::int64_t row = group / groups, first = group % groups * heads_at_once;
        const T* angles = table + row * head_dim;
        for (std::int64_t head = first; head < Kokkos::min(heads, first + heads_at_once); ++head) {
            const std::int64_t at = (row * heads + head) * head_dim;
            if constexpr (interleaved)
                neighbours(x + at, angles, y + at, team);
            else
                for_each_step<T>(head_dim / 2, team,
                                 TurnHalves<T>{x + at, angles, y + at, head_dim / 2, past_caches});
        }
    }

    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void neighbours(const T* from, const T* angles, T* to,
                                                const Team& team) const {
        constexpr int width = lanes_of<T>;
        const std::int64_t half = head_dim / 2, whole = half / width * width;
        for (std::int64_t pair = std::int64_t{team.rank} * width; pair < whole;
             pair += std::int64_t{team.size} * width) {
            typename EvenAndOdd<T>::Two value;
            prefetch(from + 2 * pair + ahead<T>);
            EvenAndOdd<T>::load(from + 2 * pair, value);
            turn<T>(value[0], value[1], load_pack(angles + pair), load_pack(angles + half + pair));
            EvenAndOdd<T>::store(to + 2 * pair, value, past_caches);
        }
        for (std::int64_t pair = whole + team.rank; pair < half; pair += team.size)
            turn_neighbours(from, angles, to, half, pair);
    }
};

template <typename T, bool interleaved>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows"), heads = call.dimension("heads");
    // Whole rows where there are enough of them, for long stretches of memory.
    const bool whole_rows = rows >= 4 * std::int64_t{DeviceSpace().concurrency()};
    const std::int64_t at_once = whole_rows ? heads : Kokkos::min<std::int64_t>(heads, 4);
    const Rope<T, interleaved> body{kernel.operands().input(input_x).data<T>(),
                                    kernel.operands().input(input_table).data<T>(),
                                    kernel.output(0).data<T>(),
                                    heads,
                                    call.dimension("head_dim"),
                                    at_once,
                                    tuning.past_caches};
    const auto groups = rows * ((heads + at_once - 1) / at_once);
    kernel.set_launch([=] { for_each_row(groups, tuning, body); });
}

template <bool interleaved>
std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero), interleaved>(*kernel, tuning); });
    return kernel;
}

template <bool interleaved>
Implementations rope_implementations(const char* op) {
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare<interleaved>}));
    return list;
}

void fill(std::vector<Tensor>& inputs, std::uint64_t seed) {
    inputs[input_x].fill_random(seed, 1);
    constexpr double base = 10000.0;  // Su et al. 2021
    const auto half = inputs[input_table].spec().columns / 2;
    inputs[input_table].fill([half](std::int64_t position, std::int64_t column) {
        const double share = static_cast<double>(column % half) / static_cast<double>(half);
        const double angle = static_cast<double>(position) * std::pow(base, -share);
        return column < half ? std::cos(angle) : std::sin(angle);
    });
}

}  // namespace

std::unique_ptr<OperandSet> make_rope_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), head_dim = call.dimension("head_dim");
    const auto columns = call.dimension("heads") * head_dim;
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", precision, rows, columns}, {"table", precision, rows, head_dim}},
                      .outputs = {{"y", precision, rows, columns}},
                      .reference = reference,
                      .fill = fill});
}

Implementations make_rope_implementations() { return rope_implementations<false>("rope"); }
Implementations make_rope_interleaved_implementations() {
    return rope_implementations<true>("rope_interleaved");
}

}  // namespace ridge::operators
