// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "operators/element_types.hpp"
#include "operators/random.hpp"
#include "operators/tokens/ranking.hpp"
#include "operators/tokens/token_calls.hpp"
#include "operators/tokens/token_kernels.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_scores, input_uniform };

// Share by which a sum may be off before a decision changes; kernels are off by far less.
constexpr double margin = 0x1p-16;

// Place among scores in falling order.
std::size_t drawn_place(const std::vector<double>& scores, double uniform, double top_p) {
    std::vector<double> sums;
    double sum = 0;
    for (const double score : scores)
        sums.push_back(sum += std::exp((score - scores[0]) / sample_temperature));
    const auto kept = std::ranges::lower_bound(sums, top_p * sum);
    const double kept_sum = kept == sums.end() ? sum : *kept;
    const auto drawn = std::ranges::lower_bound(sums, uniform * kept_sum);
    return std::min(static_cast<std::size_t>(drawn - sums.begin()), sums.size() - 1);
}

bool is_clear(const std::vector<double>& scores, double uniform) {
    const auto place = drawn_place(scores, uniform, sample_top_p);
    for (const double top_p : {sample_top_p - margin, sample_top_p + margin})
        for (const double moved : {uniform - margin, uniform + margin})
            if (drawn_place(scores, moved, top_p) != place) return false;
    return uniform > margin;
}

// In fp32, and below 1.
double uniform_of(std::uint64_t seed, std::int64_t row, std::int64_t attempt) {
    constexpr std::int64_t most_attempts = 64;
    const auto bits = random_bits(seed, 2, row * most_attempts + attempt);
    return static_cast<double>(static_cast<float>(unit_interval(bits) * (1.0 - 0x1p-20)));
}

double clear_uniform(const std::vector<double>& best, std::uint64_t seed, std::int64_t row) {
    std::int64_t attempt = 0;
    while (attempt < 63 && !is_clear(best, uniform_of(seed, row, attempt))) ++attempt;
    return uniform_of(seed, row, attempt);
}

template <typename At>
std::vector<double> best_scores(std::int64_t n, std::int64_t k, std::vector<std::int64_t>& order,
                                const At& at) {
    std::vector<double> scores(static_cast<std::size_t>(n)), best;
    for (std::size_t j = 0; j < scores.size(); ++j) scores[j] = at(static_cast<std::int64_t>(j));
    order = ranked(scores, k);
    for (const auto j : order) best.push_back(scores[static_cast<std::size_t>(j)]);
    return best;
}

void reference(const TensorOperands& operands, const RowReference& row) {
    std::vector<std::int64_t> order;
    const auto best = best_scores(operands.call().dimension("n"), operands.call().dimension("k"), order,
                                  [&](std::int64_t j) { return operands.at(input_scores, row.row, j); });
    const auto place = drawn_place(best, operands.at(input_uniform, row.row, 0), sample_top_p);
    row.values[0] = static_cast<double>(order[place]);
    row.bounds[0] = 0.5;
}

double draw_score(std::uint64_t bits, Precision) { return 16.0 * unit_interval(bits) - 8.0; }

/// One thread ranks a row and draws from the best; the sums are fp64.
template <typename T>
struct Sample {
    const T* x;
    const float* uniform;
    std::int32_t* token;
    float* values;
    std::int32_t* indices;
    std::int64_t n, k;
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        if (team.rank != 0) return;
        BestScores<float> best{values + row * k, indices + row * k, k};
        rank_row(x + row * n, n, best);
        token[row] = best.indices[drawn(best.values, static_cast<double>(uniform[row]))];
    }

  private:
    // Scores become their exponentials on the way.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t drawn(float* scores, double number) const {
        const float largest = scores[0];
        double sum = 0;
        for (std::int64_t i = 0; i < k; ++i) {
            scores[i] = Kokkos::exp((scores[i] - largest) * static_cast<float>(1.0 / sample_temperature));
            sum += static_cast<double>(scores[i]);
        }
        const double kept = running_sum(scores, sample_top_p * sum).second;
        return running_sum(scores, number * kept).first;
    }
    // The first place where the running sum reaches the target, and the sum there.
    KOKKOS_FORCEINLINE_FUNCTION Kokkos::pair<std::int64_t, double> running_sum(const float* weights,
                                                                               double target) const {
        double sum = static_cast<double>(weights[0]);
        std::int64_t i = 0;
        while (i + 1 < k && sum < target) sum += static_cast<double>(weights[++i]);
        return {i, sum};
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& operands = kernel.operands();
    const auto& call = operands.call();
    const auto rows = call.dimension("rows"), n = call.dimension("n"), k = call.dimension("k");
    const auto places = static_cast<std::size_t>(rows * k);
    const auto& values = kernel.add_workspace(places * sizeof(float));
    const auto& indices = kernel.add_workspace(places * sizeof(std::int32_t));
    const Sample<T> body{operands.input(input_scores).data<T>(),
                         operands.input(input_uniform).data<float>(),
                         kernel.output(0).data<std::int32_t>(),
                         values.as<float>(),
                         indices.as<std::int32_t>(),
                         n,
                         k};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(ScoreElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, tuning); });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_sample_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), n = call.dimension("n"), k = call.dimension("k");
    TensorProblem problem{
        .inputs = {{"x", call.operand("x").precision, rows, n}, {"uniform", Precision::fp32, rows, 1}},
        .outputs = {{"token", Precision::int32, rows, 1}},
        .reference = reference,
        .operations_per_row = 4.0 * static_cast<double>(n)};
    problem.fill = [n, k](std::vector<Tensor>& inputs, std::uint64_t from) {
        inputs[input_scores].fill_random(from, 1, draw_score);
        const HostTensor scores(inputs[input_scores]);
        inputs[input_uniform].fill([&](std::int64_t row, std::int64_t) {
            std::vector<std::int64_t> order;
            const auto best = best_scores(n, k, order, [&](std::int64_t j) { return scores.at(row, j); });
            return clear_uniform(best, from, row);
        });
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations make_sample_implementations() {
    auto space = row_space();
    std::erase_if(space.parameters, [](const auto& parameter) { return parameter.name == "store"; });
    Implementations list;
    list.push_back(make_implementation({.op = "sample",
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", ScoreElements()),
                                        .space = space,
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
