// SPDX-License-Identifier: Apache-2.0
#include "operators/tokens/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "operators/element_types.hpp"
#include "operators/error_bound.hpp"
#include "operators/tokens/token_kernels.hpp"

namespace ridge::operators {
namespace {

std::vector<double> scores_of(const TensorOperands& operands, std::int64_t row) {
    std::vector<double> scores(static_cast<std::size_t>(operands.call().dimension("n")));
    for (std::size_t j = 0; j < scores.size(); ++j)
        scores[j] = operands.at(0, row, static_cast<std::int64_t>(j));
    return scores;
}

void argmax_reference(const TensorOperands& operands, const RowReference& row) {
    const auto scores = scores_of(operands, row.row);
    row.values[0] = static_cast<double>(std::ranges::max_element(scores) - scores.begin());
    row.bounds[0] = rounding_error(Precision::int32, row.values[0]);
}

// Output 0: the scores themselves, copied; output 1: their indices.
void top_k_reference(const TensorOperands& operands, const RowReference& row) {
    const auto scores = scores_of(operands, row.row);
    const auto precision = operands.call().operand("x").precision;
    const auto best = ranked(scores, operands.call().dimension("k"));
    for (std::size_t i = 0; i < best.size(); ++i) {
        const double score = scores[static_cast<std::size_t>(best[i])];
        row.values[i] = row.output == 0 ? score : static_cast<double>(best[i]);
        row.bounds[i] = row.output == 0 ? rounding_error(precision, score) / 2.0 : 0.5;
    }
}

// The first block that holds a new largest score is remembered and searched in the end.
template <typename T>
struct ArgMax {
    const T* x;
    std::int32_t* index;
    std::int64_t n;
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        using C = Compute<T>;
        constexpr std::int64_t block = 4096;
        const T* from = x + row * n;
        auto largest = static_cast<C>(to_float(from[0]));
        std::int64_t first = 0;
        for (std::int64_t j = 0; j < n; j += block) {
            const auto one = largest_of(from + j, Kokkos::min(block, n - j), largest, team);
            if (one > largest) {
                largest = one;
                first = j;
            }
        }
        if (team.rank != 0) return;
        while (static_cast<C>(to_float(from[first])) != largest) ++first;
        index[row] = static_cast<std::int32_t>(first);
    }
};

/// One thread ranks a row; the scores lie in a workspace until they are known.
template <typename T>
struct TopK {
    const T* x;
    T* values;
    std::int32_t* indices;
    Compute<T>* kept;
    std::int64_t n, k;
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        if (team.rank != 0) return;
        BestScores<Compute<T>> best{kept + row * k, indices + row * k, k};
        rank_row(x + row * n, n, best);
        for (std::int64_t i = 0; i < k; ++i) values[row * k + i] = from_float<T>(best.values[i]);
    }
};

template <typename T>
void launch_argmax(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows");
    const ArgMax<T> body{kernel.operands().input(0).data<T>(), kernel.output(0).data<std::int32_t>(),
                         call.dimension("n")};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

template <typename T>
void launch_top_k(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows"), n = call.dimension("n"), k = call.dimension("k");
    const auto& kept = kernel.add_workspace(static_cast<std::size_t>(rows * k) * sizeof(Compute<T>));
    const TopK<T> body{kernel.operands().input(0).data<T>(),
                       kernel.output(0).data<T>(),
                       kernel.output(1).data<std::int32_t>(),
                       kept.as<Compute<T>>(),
                       n,
                       k};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare_argmax(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(ScoreElements(), operands.call().operand("x").precision,
                    [&](auto zero) { launch_argmax<decltype(zero)>(*kernel, RowTuning::from(config)); });
    return kernel;
}

std::unique_ptr<TensorKernel> prepare_top_k(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(ScoreElements(), operands.call().operand("x").precision,
                    [&](auto zero) { launch_top_k<decltype(zero)>(*kernel, RowTuning::from(config)); });
    return kernel;
}

Implementations implementations(const char* op,
                                std::unique_ptr<TensorKernel> (*prepare_kernel)(const TensorOperands&,
                                                                                const KernelConfig&)) {
    auto space = row_space();
    std::erase_if(space.parameters, [](const auto& parameter) { return parameter.name == "store"; });
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", ScoreElements()),
                                        .space = space,
                                        .prepare = prepare_kernel}));
    return list;
}

}  // namespace

std::vector<std::int64_t> ranked(const std::vector<double>& scores, std::int64_t k) {
    std::vector<std::int64_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](std::int64_t a, std::int64_t b) {
        return ranks_before(scores[static_cast<std::size_t>(a)], a, scores[static_cast<std::size_t>(b)], b);
    });
    order.resize(static_cast<std::size_t>(k));
    return order;
}

std::unique_ptr<OperandSet> make_argmax_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", call.operand("x").precision, rows, n}},
                      .outputs = {{"index", Precision::int32, rows, 1}},
                      .reference = argmax_reference,
                      .operations_per_row = static_cast<double>(n)});
}

std::unique_ptr<OperandSet> make_top_k_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n"), k = call.dimension("k");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", precision, rows, n}},
                      .outputs = {{"values", precision, rows, k}, {"indices", Precision::int32, rows, k}},
                      .reference = top_k_reference,
                      .operations_per_row = 4.0 * static_cast<double>(n)});
}

Implementations make_argmax_implementations() { return implementations("argmax", prepare_argmax); }
Implementations make_top_k_implementations() { return implementations("top_k", prepare_top_k); }

}  // namespace ridge::operators
