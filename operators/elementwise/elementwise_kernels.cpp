// SPDX-License-Identifier: Apache-2.0
#include "operators/elementwise/elementwise_kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "operators/element_types.hpp"
#include "operators/elementwise/map.hpp"
#include "operators/error_bound.hpp"
#include "operators/math.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

constexpr double sqrt_half = 0.70710678118654752440, sqrt_2_over_pi = 0.79788456080286535588;
constexpr double log2_e = 1.44269504088896340736;
constexpr double gelu_cubic = 0.044715;  // Hendrycks and Gimpel 2016

template <typename T>
using Pack = Vector<Compute<T>>;
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Pack<T> constant(double value) {
    return Pack<T>(static_cast<Compute<T>>(value));
}

struct SiluMul {
    static constexpr int inputs = 2;
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION static Pack<T> apply(const Pack<T>& g, const Pack<T>& u) {
        return g * math::logistic<math::bits_for<T>>(g) * u;
    }
};

struct Gelu {
    static constexpr int inputs = 1;
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION static Pack<T> apply(const Pack<T>& x) {
        const auto half = x * constant<T>(0.5);
        return Kokkos::fma(half, math::erf<math::bits_for<T>>(x * constant<T>(sqrt_half)), half);
    }
};

// (1 + tanh(u)) / 2 is the logistic function of 2u, 1 / (1 + 2^(-2u log2(e))).
struct GeluTanh {
    static constexpr int inputs = 1;
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION static Pack<T> apply(const Pack<T>& x) {
        constexpr double factor = -2.0 * sqrt_2_over_pi * log2_e;
        const auto inner = Kokkos::fma(x * x, constant<T>(factor * gelu_cubic), constant<T>(factor));
        const auto power = math::exp2<math::bits_for<T>>(x * inner);
        return x * math::reciprocal<math::bits_for<T>>(power + constant<T>(1.0));
    }
};

struct Relu2 {
    static constexpr int inputs = 1;
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION static Pack<T> apply(const Pack<T>& x) {
        const auto positive = Kokkos::max(x, Pack<T>(Compute<T>(0)));
        return positive * positive;
    }
};

struct ResidualAdd {
    static constexpr int inputs = 2;
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION static Pack<T> apply(const Pack<T>& x, const Pack<T>& r) {
        return x + r;
    }
};

// What an element should be, and the magnitude that the relative error of the arithmetic belongs to.
struct Exact {
    double value = 0, magnitude = 0;
};
Exact plain(double value) { return {value, std::abs(value)}; }

Exact silu_mul_exact(double g, double u) { return plain(g / (1.0 + std::exp(-g)) * u); }
// 1 + erf may cancel.
Exact gelu_exact(double x, double) { return {x / 2.0 * (1.0 + std::erf(x * sqrt_half)), std::abs(x)}; }
// A relative error of the argument is an error of the logistic function's value as many times as large.
Exact gelu_tanh_exact(double x, double) {
    const double argument = 2.0 * sqrt_2_over_pi * (x + gelu_cubic * x * x * x);
    const double value = x / (1.0 + std::exp(-argument));
    return {value, std::abs(value) * (1.0 + std::abs(argument))};
}
Exact relu2_exact(double x, double) { return plain(x > 0 ? x * x : 0.0); }
Exact residual_add_exact(double x, double r) { return plain(x + r); }

struct MapOperator {
    std::string_view op, second_input;
    Exact (*exact)(double a, double b);
    bool has_function;  // exp or erf
};
constexpr std::array map_operators = {
    MapOperator{"silu_mul", "u", silu_mul_exact, true}, MapOperator{"gelu", "", gelu_exact, true},
    MapOperator{"gelu_tanh", "", gelu_tanh_exact, true}, MapOperator{"relu2", "", relu2_exact, false},
    MapOperator{"residual_add", "r", residual_add_exact, false}};

// Wide enough for functions to reach their limits.
double draw_wide(std::uint64_t bits, Precision) { return 16.0 * unit_interval(bits) - 8.0; }

// A few roundings in the precision of the arithmetic, the functions' error, and rounding the result.
void reference(const MapOperator& map, const TensorOperands& operands, const RowReference& row) {
    const auto precision = operands.call().operand("x").precision;
    constexpr double roundings = 6.0;
    const double relative =
        roundings * unit_roundoff(precision == Precision::fp64 ? precision : Precision::fp32) +
        (map.has_function ? math::function_error(precision) : 0.0);
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const auto column = static_cast<std::int64_t>(j);
        const double second = map.second_input.empty() ? 0.0 : operands.at(1, row.row, column);
        const auto exact = map.exact(operands.at(0, row.row, column), second);
        const double error = relative * exact.magnitude;
        row.values[j] = exact.value;
        row.bounds[j] = error + rounding_error(precision, std::abs(exact.value) + error);
    }
}

template <typename Function, typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto inputs = kernel.operands().inputs();
    const Map<Function, T> map{inputs[0].data<T>(), Function::inputs == 2 ? inputs[1].data<T>() : nullptr,
                               kernel.output(0).data<T>(), tuning.past_caches};
    const auto n = inputs[0].spec().elements();
    kernel.set_launch([=] { run_map(n, tuning, map); });
}

template <typename Function>
std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<Function, decltype(zero)>(*kernel, tuning); });
    return kernel;
}

template <typename Function>
Implementations map_implementations(const char* op) {
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-map",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare<Function>}));
    return list;
}

}  // namespace

std::unique_ptr<OperandSet> make_elementwise_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto map = *std::ranges::find(map_operators, call.op, &MapOperator::op);
    TensorSpec spec{"x", call.operand("x").precision, call.dimension("rows"), call.dimension("n")};
    TensorProblem problem{.inputs = {spec}};
    if (!map.second_input.empty()) {
        spec.name = map.second_input;
        problem.inputs.push_back(spec);
    }
    spec.name = "y";
    problem.outputs = {spec};
    problem.reference = [map](const TensorOperands& operands, const RowReference& row) {
        reference(map, operands, row);
    };
    problem.fill = [](std::vector<Tensor>& inputs, std::uint64_t from) {
        for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].fill_random(from, i + 1, draw_wide);
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations make_silu_mul_implementations() { return map_implementations<SiluMul>("silu_mul"); }
Implementations make_gelu_implementations() { return map_implementations<Gelu>("gelu"); }
Implementations make_gelu_tanh_implementations() { return map_implementations<GeluTanh>("gelu_tanh"); }
Implementations make_relu2_implementations() { return map_implementations<Relu2>("relu2"); }
Implementations make_residual_add_implementations() {
    return map_implementations<ResidualAdd>("residual_add");
}

}  // namespace ridge::operators
