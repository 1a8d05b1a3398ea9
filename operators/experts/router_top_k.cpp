// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "operators/element_types.hpp"
#include "operators/error_bound.hpp"
#include "operators/experts/experts_kernels.hpp"
#include "operators/random.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

enum Output : std::size_t { output_indices, output_weights };

// Scores between -4 and 4 in steps of 1/32: equal ones occur in every precision.
double draw_score(std::uint64_t bits, Precision) {
    return std::floor(256.0 * unit_interval(bits)) / 32.0 - 4.0;
}

// Experts by score, ties by index; scores are exact, so the choice is.
std::vector<std::int64_t> chosen(const TensorOperands& operands, std::int64_t row) {
    const auto experts = operands.call().dimension("experts"), k = operands.call().dimension("k");
    std::vector<double> scores(static_cast<std::size_t>(experts));
    for (std::size_t e = 0; e < scores.size(); ++e)
        scores[e] = operands.at(0, row, static_cast<std::int64_t>(e));
    std::vector<std::int64_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    const auto score = [&](std::int64_t e) { return scores[static_cast<std::size_t>(e)]; };
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](std::int64_t a, std::int64_t b) {
        return score(a) != score(b) ? score(a) > score(b) : a < b;
    });
    order.resize(static_cast<std::size_t>(k));
    return order;
}

// An exponential misses by its argument's rounding, |d| · u, and 2 units of its own; so does the sum of them,
// whose arguments are at most the last one.
void reference(const TensorOperands& operands, const RowReference& row) {
    const auto order = chosen(operands, row.row);
    if (row.output == output_indices) {
        std::ranges::copy(order, row.values.begin());
        std::ranges::fill(row.bounds, 0.5);
        return;
    }
    const auto precision = operands.call().operand("x").precision;
    const auto difference = [&](std::size_t i) {
        return operands.at(0, row.row, order[i]) - operands.at(0, row.row, order[0]);
    };
    double sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i) sum += std::exp(difference(i));
    const double u = unit_roundoff(precision == Precision::fp64 ? precision : Precision::fp32);
    const double widest = std::abs(difference(order.size() - 1));
    const double relative =
        summation_error(precision, static_cast<double>(order.size())) + 2.0 * (widest + 2.0) * u + 4.0 * u;
    for (std::size_t i = 0; i < order.size(); ++i) {
        row.values[i] = std::exp(difference(i)) / sum;
        row.bounds[i] = relative * row.values[i] + rounding_error(precision, row.values[i] * (1 + relative));
    }
}

/// One row. The k best so far stand in `indices`, sorted; nearly every score is smaller than the last of
/// them, which a whole vector of scores is compared with at once.
template <typename T>
struct RouteRow {
    using C = Compute<T>;
    const T* x;
    std::int32_t* indices;
    T* weights;
    std::int64_t experts, k;

    KOKKOS_FUNCTION void operator()(const std::int64_t row, const int) const {
        const T* scores = x + row * experts;
        std::int32_t* best = indices + row * k;
        std::int64_t found = 0;
        for (std::int64_t first = 0; first < experts; first += lanes_of<T>) {
            const auto count = static_cast<int>(Kokkos::min<std::int64_t>(lanes_of<T>, experts - first));
            if (found == k && !any_better(scores, first, count, best)) continue;
            for (int i = 0; i < count; ++i) found = offer(scores, best, found, first + i);
        }
        write_weights(scores, best, weights + row * k);
    }

    KOKKOS_FORCEINLINE_FUNCTION bool any_better(const T* scores, std::int64_t first, int count,
                                                const std::int32_t* best) const {
        const C last(to_float(scores[best[k - 1]]));
        return max_lanes(load_up_to(scores + first, count, last)) > last;
    }

    KOKKOS_FORCEINLINE_FUNCTION std::int64_t offer(const T* scores, std::int32_t* best, std::int64_t found,
                                                   std::int64_t expert) const {
        const C score(to_float(scores[expert]));
        std::int64_t place = found;
        while (place > 0 && score > C(to_float(scores[best[place - 1]]))) --place;
        if (place == k) return found;
        const std::int64_t kept = Kokkos::min(found, k - 1);
        for (std::int64_t i = kept; i > place; --i) best[i] = best[i - 1];
        best[place] = static_cast<std::int32_t>(expert);
        return kept + 1;
    }

    KOKKOS_FORCEINLINE_FUNCTION void write_weights(const T* scores, const std::int32_t* best, T* out) const {
        const C largest(to_float(scores[best[0]]));
        C sum(0);
        for (std::int64_t i = 0; i < k; ++i) sum += Kokkos::exp(C(to_float(scores[best[i]])) - largest);
        for (std::int64_t i = 0; i < k; ++i)
            out[i] = from_float<T>(Kokkos::exp(C(to_float(scores[best[i]])) - largest) / sum);
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows");
    const RouteRow<T> body{
        kernel.operands().input(0).data<T>(), kernel.output(output_indices).data<std::int32_t>(),
        kernel.output(output_weights).data<T>(), call.dimension("experts"), call.dimension("k")};
    kernel.set_launch([=] { for_each_pack<1>(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, RowTuning::from(config)); });
    return kernel;
}

ParameterSpace thread_space() {
    auto space = row_space();
    std::erase_if(space.parameters, [](const auto& parameter) { return parameter.name != "threads"; });
    return space;
}

}  // namespace

std::unique_ptr<OperandSet> make_router_top_k_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), experts = call.dimension("experts"), k = call.dimension("k");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", precision, rows, experts}},
                      .outputs = {{"indices", Precision::int32, rows, k}, {"weights", precision, rows, k}},
                      .reference = reference,
                      .operations_per_row = static_cast<double>(experts) * 8.0,
                      .fill = [](std::vector<Tensor>& inputs, std::uint64_t of) {
                          inputs[0].fill_random(of, 1, draw_score);
                      }});
}

Implementations make_router_top_k_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "router_top_k",
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = thread_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
