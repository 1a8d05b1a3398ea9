// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "operators/error_bound.hpp"
#include "operators/formats/format_kernels.hpp"
#include "operators/formats/quantised.hpp"

namespace ridge::operators {
namespace {

float limit_of(Precision precision) {
    if (precision == Precision::int8) return Quantised<std::int8_t>::limit;
    return precision == Precision::int4 ? Quantised<Int4Pair>::limit : Quantised<Fp8E4m3>::limit;
}

// Every implementation computes the scale by this one division, which IEEE 754 defines to the last bit, so
// that rounding it to fp16 is no matter of luck.
float stored_scale(float largest, Precision precision, Precision scale) {
    const float value = largest / limit_of(precision);
    return scale == Precision::fp16 ? to_float(from_float<Fp16>(value)) : value;
}

float scale_of(const TensorOperands& operands, std::int64_t row, std::int64_t group) {
    const auto& format = operands.call().operand("y");
    const auto groups = ScaleGroups::of(format, operands.call().dimension("n"));
    double largest = 0;
    for (std::int64_t j = group * groups.size; j < (group + 1) * groups.size; ++j)
        largest = std::max(largest, std::abs(operands.at(0, row, j)));
    return stored_scale(static_cast<float>(largest), format.precision, scale_precision(format));
}

// Output 0: the quotient itself, which rounding to the stored format may miss by half a step, and a few
// roundings of the arithmetic. A scale rounded down lets the largest quotient exceed the limit, where it
// stays. Output 1: the scales.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto& format = operands.call().operand("y");
    const auto groups = ScaleGroups::of(format, operands.call().dimension("n"));
    const double limit = static_cast<double>(limit_of(format.precision));
    for (std::int64_t group = 0; group < groups.count; ++group) {
        const auto scale = static_cast<double>(scale_of(operands, row.row, group));
        if (row.output == 1) {
            const auto at = static_cast<std::size_t>(group);
            row.values[at] = scale;
            row.bounds[at] = rounding_error(Precision::fp32, scale);
            continue;
        }
        for (std::int64_t j = group * groups.size; j < (group + 1) * groups.size; ++j) {
            const double exact = scale > 0 ? operands.at(0, row.row, j) / scale : 0.0;
            const double value = std::clamp(exact, -limit, limit);
            const auto at = static_cast<std::size_t>(j);
            row.values[at] = value;
            row.bounds[at] = rounding_error(format.precision, value) + 0x1p-21 * std::abs(value);
        }
    }
}

KOKKOS_FORCEINLINE_FUNCTION float largest_lane(const Vector<float>& value) {
#if defined(RIDGE_HAS_AVX512)
    if constexpr (lanes == 16) return _mm512_reduce_max_ps(static_cast<__m512>(value));
#endif
    return max_lanes(value);
}

template <typename X>
struct FindLargestMagnitude {
    const X* x;
    std::int64_t row_length;  ///< 0: of a group, which is short
    Vector<float>* largest;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        typename Step::template Vectors<X> value;
        if (row_length > 0)
            prefetch_next_row<0, 2>(x, row_length, j);
        else
            prefetch(x + j + 4096 / sizeof(X));
        step.load(x + j, value);
        for (int part = 0; part < Step::parts; ++part)
            largest[part] = Kokkos::max(largest[part], Kokkos::abs(value[part]));
    }
};

template <typename X, typename Q>
struct QuantiseRow {
    const X* x;
    Q* y;
    Scales scales;
    std::int64_t n, group;
    bool past_caches;

    /// A row's scale takes the whole team; groups are shared out.
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const X* from = x + row * n;
        Q* to = y + row * Quantised<Q>::row_length(n);
        if (group == n) return quantise(from, to, 0, row, team);
        const std::int64_t count = n / group;
        for (std::int64_t g = team.rank; g < count; g += team.size)
            quantise(from, to, g * group, row * count + g, SoloTeam());
    }

  private:
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void quantise(const X* from, Q* to, std::int64_t first, std::int64_t scale,
                                              const Team& team) const {
        Vector<float> largest[2] = {Vector<float>(0.0F), Vector<float>(0.0F)};
        for_each_step<X>(group, team, FindLargestMagnitude<X>{from + first, group == n ? n : 0, largest});
        const float most = team.max(largest_lane(Kokkos::max(largest[0], largest[1])));
        const float stored = scales.set(scale, most / Quantised<Q>::limit);
        const float factor = stored > 0 ? 1.0F / stored : 0.0F;
        store(from, to, first, factor, team);
    }

    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION void store(const X* from, Q* to, std::int64_t first, float factor,
                                           const Team& team) const {
        constexpr int width = Quantised<Q>::is_packed ? lanes : 1, at_once = Quantised<Q>::at_once;
        const std::int64_t end = first + group, whole = width > 1 ? first + group / width * width : first;
        if constexpr (width > 1)
            for (std::int64_t j = first; j < whole; j += width) {
                // As often as a step of two packs asks in the first pass.
                if (group == n && j % (2 * width) == 0) prefetch_next_row<1, 2>(from, n, j);
                Quantised<Q>::store(to, j, load_pack(from + j) * Vector<float>(factor), past_caches);
            }
        for (std::int64_t j = whole + std::int64_t{team.rank} * at_once; j < end;
             j += std::int64_t{team.size} * at_once) {
            float value[static_cast<std::size_t>(at_once)];
            for (int i = 0; i < at_once; ++i) value[i] = to_float(from[j + i]) * factor;
            Quantised<Q>::set(to, j, value);
        }
    }
};

template <typename X, typename Q>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto& format = call.operand("y");
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const QuantiseRow<X, Q> body{
        kernel.operands().input(0).data<X>(),
        kernel.output(0).data<Q>(),
        Scales{kernel.output(1).data<std::byte>(), scale_precision(format) == Precision::fp16},
        n,
        ScaleGroups::of(format, n).size,
        tuning.past_caches};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto& call = operands.call();
    with_quantised(call.operand("y").precision, call.operand("x").precision, [&](auto q, auto x) {
        set_launch<decltype(x), decltype(q)>(*kernel, RowTuning::from(config));
    });
    return kernel;
}

}  // namespace

std::vector<std::string> quantised_formats(const std::string& floats, const std::string& quantised,
                                           bool floats_first) {
    std::vector<std::string> formats;
    for (const char* q : {"int8:row", "int8:g128", "int4:g128", "int4:g32", "fp8_e4m3:row"})
        for (const char* x : {"fp32", "bf16", "fp16"}) {
            const auto one = floats + "=" + x, other = quantised + "=" + q;
            formats.push_back(floats_first ? one + " " + other : other + " " + one);
        }
    return formats;
}

std::unique_ptr<OperandSet> make_quantise_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const auto& format = call.operand("y");
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{
            .inputs = {{"x", call.operand("x").precision, rows, n}},
            .outputs = {{"y", format.precision, rows, n},
                        {"scales", scale_precision(format), rows, ScaleGroups::of(format, n).count}},
            .reference = reference});
}

Implementations make_quantise_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "quantise",
                                        .name = "kokkos-rows",
                                        .formats = quantised_formats("x", "y", true),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
