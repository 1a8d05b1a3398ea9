// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "operators/element_types.hpp"
#include "operators/elementwise.hpp"
#include "operators/error_bound.hpp"
#include "operators/experts/experts_kernels.hpp"
#include "operators/experts/routing.hpp"
#include "operators/installed_memory.hpp"
#include "operators/random.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_x, input_positions, input_weights };

// Weights of a router, between 0 and 1.
double draw_weight(std::uint64_t bits, Precision) { return unit_interval(bits); }

// k products and as many additions.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto k = operands.call().dimension("k");
    const auto precision = operands.call().operand("x").precision;
    const double relative = summation_error(precision, 2.0 * static_cast<double>(k));
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        double sum = 0, magnitude = 0;
        for (std::int64_t slot = 0; slot < k; ++slot) {
            const auto from = static_cast<std::int64_t>(operands.at(input_positions, row.row, slot));
            const double product = operands.at(input_weights, row.row, slot) *
                                   operands.at(input_x, from, static_cast<std::int64_t>(j));
            sum += product;
            magnitude += std::abs(product);
        }
        row.values[j] = sum;
        row.bounds[j] =
            relative * magnitude + rounding_error(precision, std::abs(sum) + relative * magnitude);
    }
}

template <typename T>
struct AddUpRow {
    using C = Compute<T>;
    const T* x;
    const std::int32_t* positions;
    const T* weights;
    T* y;
    std::int64_t n, k;
    bool past_caches;

    /// Packs that a token's rows are read by at once, so that finding a row is paid for once for all of them.
    static constexpr int packs = lanes > 1 ? 4 : 1;
    static constexpr std::int64_t width = lanes_of<T>;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        constexpr std::int64_t step = packs * width;
        for (std::int64_t j = team.rank * step; j < n; j += team.size * step)
            if (j + step <= n)
                add_up<packs>(row, j, static_cast<int>(width));
            else
                for (std::int64_t rest = j; rest < n; rest += width)
                    add_up<1>(row, rest, static_cast<int>(Kokkos::min(std::int64_t{width}, n - rest)));
    }

    template <int at_once>
    KOKKOS_FORCEINLINE_FUNCTION void add_up(std::int64_t row, std::int64_t column, int count) const {
        Vector<C> sums[static_cast<std::size_t>(at_once)];
        for (auto& sum : sums) sum = Vector<C>(C(0));
        for (std::int64_t slot = row * k; slot < (row + 1) * k; ++slot) {
            const T* from = x + positions[slot] * n + column;
            const Vector<C> weight(C(to_float(weights[slot])));
            for (int i = 0; i < at_once; ++i)
                sums[i] = Kokkos::fma(weight, load_up_to(from + i * width, count), sums[i]);
        }
        for (int i = 0; i < at_once; ++i)
            store_up_to(y + row * n + column + i * width, sums[i], count, past_caches);
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& operands = kernel.operands();
    const auto rows = operands.call().dimension("rows");
    const AddUpRow<T> body{operands.input(input_x).data<T>(),
                           operands.input(input_positions).data<std::int32_t>(),
                           operands.input(input_weights).data<T>(),
                           kernel.output(0).data<T>(),
                           operands.call().dimension("n"),
                           operands.call().dimension("k"),
                           tuning.past_caches};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, RowTuning::from(config)); });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_unpermute_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n"), k = call.dimension("k");
    const auto precision = call.operand("x").precision;
    TensorProblem problem{.inputs = {{"x", precision, rows * k, n},
                                     {"positions", Precision::int32, rows, k},
                                     {"weights", precision, rows, k}},
                          .outputs = {{"y", precision, rows, n}},
                          .reference = reference,
                          .operations_per_row = 4.0 * element_count(call, {"n", "k"})};
    require_memory(call, tensor_bytes(problem));
    const auto routing = std::make_shared<const Routing>(Routing::draw(call, seed));
    problem.fill = [routing](std::vector<Tensor>& inputs, std::uint64_t of) {
        inputs[input_x].fill_random(of, 1);
        inputs[input_positions].fill(
            [&](std::int64_t token, std::int64_t slot) { return routing->position(token, slot); });
        inputs[input_weights].fill_random(of, 2, draw_weight);
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations make_unpermute_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "unpermute",
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
