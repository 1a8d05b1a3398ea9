// SPDX-License-Identifier: Apache-2.0
#include "operators/norms/norm_reference.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "operators/error_bound.hpp"
#include "operators/math.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

struct Arithmetic {
    Precision precision;  // of the elements
    double u;             // unit roundoff of the arithmetic
    double sum_error;     // relative, of a sum of n terms with a rounding or two each
    explicit Arithmetic(const OperatorCall& call)
        : precision(call.operand("x").precision),
          u(unit_roundoff(precision == Precision::fp64 ? precision : Precision::fp32)),
          sum_error(summation_error(precision, 2.0 * static_cast<double>(call.dimension("n")))) {}
};

std::vector<double> input_row(const TensorOperands& operands, std::size_t input, std::int64_t row) {
    std::vector<double> values(static_cast<std::size_t>(operands.call().dimension("n")));
    for (std::size_t j = 0; j < values.size(); ++j)
        values[j] = operands.at(input, row, static_cast<std::int64_t>(j));
    return values;
}

void set(const RowReference& row, std::size_t j, Precision precision, double value, double error) {
    row.values[j] = value;
    row.bounds[j] = error + rounding_error(precision, std::abs(value) + error);
}

// Relative error of the factor 1/rms: half that of the mean, which sums n squares, and a few roundings more.
void rmsnorm(const TensorOperands& operands, const std::vector<double>& x, std::size_t weights,
             double x_error, const RowReference& row) {
    const Arithmetic arithmetic(operands.call());
    double squares = 0;
    for (const double value : x) squares += value * value;
    const double factor = 1.0 / std::sqrt(squares / static_cast<double>(x.size()) + norm_epsilon);
    const double relative = arithmetic.sum_error / 2.0 + 8.0 * arithmetic.u + 2.0 * x_error;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double value = operands.at(weights, 0, static_cast<std::int64_t>(j)) * x[j] * factor;
        set(row, j, arithmetic.precision, value, relative * std::abs(value));
    }
}

void rmsnorm_reference(const TensorOperands& operands, const RowReference& row) {
    rmsnorm(operands, input_row(operands, 0, row.row), 1, 0.0, row);
}

// Output 0 is the sum, rounded; the norm is of the sum before rounding.
void add_rmsnorm_reference(const TensorOperands& operands, const RowReference& row) {
    const Arithmetic arithmetic(operands.call());
    auto sum = input_row(operands, 0, row.row);
    const auto second = input_row(operands, 1, row.row);
    std::ranges::transform(sum, second, sum.begin(), std::plus<>());
    if (row.output == 1) return rmsnorm(operands, sum, 2, arithmetic.u, row);
    for (std::size_t j = 0; j < sum.size(); ++j)
        set(row, j, arithmetic.precision, sum[j], arithmetic.u * std::abs(sum[j]));
}

// Twice: the sum of a row far from zero loses to rounding what the sum of the differences from its quotient
// still has, so that the reference is no further off than a kernel in the same precision may be.
double mean_of(const std::vector<double>& x) {
    const auto n = static_cast<double>(x.size());
    double sum = 0, left = 0;
    for (const double value : x) sum += value;
    const double first = sum / n;
    for (const double value : x) left += value - first;
    return first + left / n;
}

// The mean is off by at most the error of a sum of magnitudes; that shifts every difference, and the
// deviation by no more than as much (Chebyshev norm of the shift).
void layernorm_reference(const TensorOperands& operands, const RowReference& row) {
    const Arithmetic arithmetic(operands.call());
    const auto x = input_row(operands, 0, row.row);
    const auto n = static_cast<double>(x.size());
    double magnitudes = 0, squares = 0;
    for (const double value : x) magnitudes += std::abs(value);
    const double mean = mean_of(x);
    for (const double value : x) squares += (value - mean) * (value - mean);
    const double factor = 1.0 / std::sqrt(squares / n + norm_epsilon);
    const double mean_error = (arithmetic.sum_error + 2.0 * arithmetic.u) * magnitudes / n;
    const double factor_error = arithmetic.sum_error / 2.0 + 8.0 * arithmetic.u + mean_error * factor;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const auto column = static_cast<std::int64_t>(j);
        const double w = operands.at(1, 0, column), b = operands.at(2, 0, column);
        const double scaled = w * (x[j] - mean) * factor;
        const double error =
            factor_error * std::abs(scaled) +
            (mean_error + 2.0 * arithmetic.u * (std::abs(x[j]) + std::abs(mean))) * std::abs(w) * factor +
            2.0 * arithmetic.u * (std::abs(scaled) + std::abs(b));
        set(row, j, arithmetic.precision, scaled + b, error);
    }
}

// The argument of exp is off by a rounding, which counts as many times as it is large.
void softmax_reference(const TensorOperands& operands, const RowReference& row) {
    const Arithmetic arithmetic(operands.call());
    const auto x = input_row(operands, 0, row.row);
    const double largest = std::ranges::max(x), range = largest - std::ranges::min(x);
    double sum = 0;
    for (const double value : x) sum += std::exp(value - largest);
    const double one = math::function_error(arithmetic.precision) + (2.0 * range + 4.0) * arithmetic.u;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double value = std::exp(x[j] - largest) / sum;
        set(row, j, arithmetic.precision, value, (2.0 * one + arithmetic.sum_error) * value);
    }
}

// Scores of attention heads and of vocabularies: several units apart.
double draw_score(std::uint64_t bits, Precision) { return 16.0 * unit_interval(bits) - 8.0; }

struct Norm {
    std::string_view op;
    std::vector<const char*> inputs, weights, outputs;
    void (*reference)(const TensorOperands&, const RowReference&);
    Draw draw;
};

const Norm& find_norm(std::string_view op) {
    static const std::vector<Norm> norms = {
        {"rmsnorm", {"x"}, {"w"}, {"y"}, rmsnorm_reference, draw_uniform},
        {"add_rmsnorm", {"x", "r"}, {"w"}, {"sum", "y"}, add_rmsnorm_reference, draw_uniform},
        {"layernorm", {"x"}, {"w", "b"}, {"y"}, layernorm_reference, draw_uniform},
        {"softmax", {"x"}, {}, {"y"}, softmax_reference, draw_score}};
    return *std::ranges::find(norms, op, &Norm::op);
}

}  // namespace

std::unique_ptr<OperandSet> make_norm_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto& norm = find_norm(call.op);
    const auto rows = call.dimension("rows"), n = call.dimension("n");
    const auto precision = call.operand("x").precision;
    TensorProblem problem;
    for (const char* name : norm.inputs) problem.inputs.push_back({name, precision, rows, n});
    for (const char* name : norm.weights) problem.inputs.push_back({name, precision, 1, n});
    for (const char* name : norm.outputs) problem.outputs.push_back({name, precision, rows, n});
    problem.reference = norm.reference;
    problem.fill = [draw = norm.draw](std::vector<Tensor>& inputs, std::uint64_t from) {
        for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].fill_random(from, i + 1, draw);
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

}  // namespace ridge::operators
