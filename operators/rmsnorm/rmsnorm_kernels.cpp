// SPDX-License-Identifier: Apache-2.0
#include "operators/rmsnorm/rmsnorm_kernels.hpp"

#include <cmath>

#include "operators/error_bound.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

constexpr double epsilon = 1e-5;  // of LLaMA's config.json, rms_norm_eps

enum Input : std::size_t { input_x, input_w };

// Relative error of the factor 1/rms: half that of the mean, which sums n squares, and a few roundings more.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto n = operands.call().dimension("n");
    const auto precision = operands.call().operand("x").precision;
    double squares = 0;
    for (std::int64_t j = 0; j < n; ++j) squares += std::pow(operands.at(input_x, row.row, j), 2);
    const double factor = 1.0 / std::sqrt(squares / static_cast<double>(n) + epsilon);
    const double relative = summation_error(precision, 2.0 * static_cast<double>(n)) / 2.0 +
                            8.0 * unit_roundoff(precision == Precision::fp64 ? precision : Precision::fp32);
    for (std::int64_t j = 0; j < n; ++j) {
        const double value = operands.at(input_w, 0, j) * operands.at(input_x, row.row, j) * factor;
        const auto at = static_cast<std::size_t>(j);
        row.values[at] = value;
        row.bounds[at] = relative * std::abs(value) + rounding_error(precision, value * (1.0 + relative));
    }
}

template <typename T>
struct RmsNormRow {
    using C = Compute<T>;
    const T *x, *w;
    T* y;
    std::int64_t n;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const T* from = x + row * n;
        Vector<C> squares(C(0));
        for_each_pack_of_row<T>(n, team, [&](const std::int64_t j, const int count) {
            const auto value = load_up_to(from + j, count);
            squares = Kokkos::fma(value, value, squares);
        });
        const C mean = team.sum(sum_lanes(squares)) / static_cast<C>(n);
        const Vector<C> factor(C(1) / Kokkos::sqrt(mean + static_cast<C>(epsilon)));
        for_each_pack_of_row<T>(n, team, [&](const std::int64_t j, const int count) {
            const auto value = load_up_to(from + j, count) * factor * load_up_to(w + j, count);
            store_up_to(y + row * n + j, value, count, past_caches);
        });
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows");
    const RmsNormRow<T> body{kernel.operands().input(input_x).data<T>(),
                             kernel.operands().input(input_w).data<T>(), kernel.output(0).data<T>(),
                             call.dimension("n"), tuning.past_caches};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element(operands.call().operand("x").precision,
                 [&](auto zero) { set_launch<decltype(zero)>(*kernel, RowTuning::from(config)); });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_rmsnorm_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", precision, rows, n}, {"w", precision, 1, n}},
                      .outputs = {{"y", precision, rows, n}},
                      .reference = reference});
}

Implementations make_rmsnorm_implementations() {
    Implementations list;
    list.push_back(make_implementation(
        {.op = "rmsnorm",
         .name = "kokkos-rows",
         .formats = formats_of("x", {Precision::fp32, Precision::bf16, Precision::fp16, Precision::fp64,
                                     Precision::fp8_e4m3, Precision::fp8_e5m2}),
         .space = row_space(),
         .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
