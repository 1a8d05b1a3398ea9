// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "operators/error_bound.hpp"
#include "operators/formats/format_kernels.hpp"
#include "operators/formats/narrow_line.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

// Through fp32, but for fp64 to fp32: a number of fp64 is rounded twice on its way to a narrower one.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto to = operands.call().operand("y").precision;
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const double value = operands.at(0, row.row, static_cast<std::int64_t>(j));
        row.values[j] = value;
        row.bounds[j] = rounding_error(to, value * (1.0 + 0x1p-24)) + 0x1p-24 * std::abs(value);
    }
}

/// `lanes` elements in fp32.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<float> load_as_float(const T* from) {
    if constexpr (std::is_same_v<T, double>) {
        float values[static_cast<std::size_t>(lanes)];
        for (int i = 0; i < lanes; ++i) values[i] = static_cast<float>(from[i]);
        return load(values);
    } else {
        return load_pack(from);
    }
}

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void store_from_float(T* to, const Vector<float>& value, bool past_caches) {
    if constexpr (std::is_same_v<T, double>) {
        float values[static_cast<std::size_t>(lanes)];
        simd::simd_unchecked_store(value, values, simd::simd_flag_default);
        for (int i = 0; i < lanes; ++i) to[i] = static_cast<double>(values[i]);
    } else {
        store_up_to(to, value, lanes, past_caches);
    }
}

template <typename X, typename Y>
struct CastElements {
    static constexpr int step = line_of<Y>;
    const X* x;
    Y* y;
    bool past_caches;

    KOKKOS_FUNCTION void operator()(std::int64_t first, int count) const {
        if (count == step) return cast_step(x + first, y + first);
        for (int i = 0; i < count; ++i)
            y[first + i] = from_float<Y>(static_cast<float>(to_float(x[first + i])));
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION void cast_step(const X* from, Y* to) const {
        for (int i = 0; i < step; i += static_cast<int>(64 / sizeof(X)))
            prefetch(from + i + 2048 / sizeof(X));
#if defined(RIDGE_HAS_FP8_LOOK_UP)
        if constexpr (std::is_same_v<X, Bf16> && sizeof(Y) == 1) {
            using Narrow = std::conditional_t<std::is_same_v<Y, Fp8E4m3>, NarrowE4m3, NarrowE5m2>;
            __m512i line;
            if (narrow_line<Narrow>(from, line)) return store_line(to, line, past_caches);
        }
#endif
#if defined(RIDGE_HAS_AVX512)
        if constexpr (step > lanes) {
            const auto load_part = [from](int i) { return load_as_float(from + i * lanes); };
            return store_line(to, narrow_line<Y>(load_part), past_caches);
        }
#endif
        store_from_float(to, load_as_float(from), past_caches);
    }
};

template <typename X, typename Y>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& from = kernel.operands().input(0);
    const CastElements<X, Y> body{from.data<X>(), kernel.output(0).data<Y>(), tuning.past_caches};
    const auto n = from.spec().elements();
    kernel.set_launch([=] { for_each_pack<CastElements<X, Y>::step>(n, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element(operands.call().operand("x").precision, [&](auto x) {
        with_element(operands.call().operand("y").precision, [&](auto y) {
            using X = decltype(x);
            using Y = decltype(y);
            constexpr bool is_cast =
                !std::is_same_v<X, Y> && !std::is_same_v<X, std::int8_t> && !std::is_same_v<Y, std::int8_t>;
            if constexpr (is_cast) set_launch<X, Y>(*kernel, tuning);
        });
    });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_cast_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", call.operand("x").precision, rows, n}},
                      .outputs = {{"y", call.operand("y").precision, rows, n}},
                      .reference = reference});
}

Implementations make_cast_implementations() {
    constexpr std::array floats = {Precision::fp64, Precision::fp32,     Precision::bf16,
                                   Precision::fp16, Precision::fp8_e4m3, Precision::fp8_e5m2};
    std::vector<std::string> formats;
    for (const auto x : floats)
        for (const auto y : floats)
            if (x != y) formats.push_back("x=" + std::string(name(x)) + " y=" + std::string(name(y)));
    Implementations list;
    list.push_back(make_implementation(
        {.op = "cast", .name = "kokkos-map", .formats = formats, .space = row_space(), .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
