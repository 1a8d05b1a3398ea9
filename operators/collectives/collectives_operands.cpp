// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "operators/collectives/collectives_kernels.hpp"
#include "operators/error_bound.hpp"
#include "operators/tensor_operands.hpp"

/// The arrays of all parts follow each other in one tensor of one column, so that single elements of large
/// arrays are checked. Threads zeroed it in equal shares when it was made (Buffer): a part's array lies in
/// the memory next to its threads.
namespace ridge::operators {
namespace {

struct Shape {
    std::int64_t ranks, n, piece;  // what a part brings, and a ranks-th of it
    explicit Shape(const OperatorCall& call)
        : ranks(call.dimension("ranks")), n(call.dimension("n")), piece(n / ranks) {}
};

std::int64_t received(const OperatorCall& call) {
    const Shape shape(call);
    if (call.op == "all_gather") return shape.ranks * shape.n;
    return call.op == "reduce_scatter" ? shape.piece : shape.n;
}

// Each of ranks - 1 additions rounds a partial sum to fp32 (fp64) and, where it travels from part to part, to
// the elements' precision; a partial sum is at most (1 + u)^(ranks - 1) times the sum of magnitudes.
double sum_bound(Precision precision, double magnitude, double roundings) {
    const double largest = magnitude * std::pow(1.0 + unit_roundoff(precision), roundings);
    const auto compute = precision == Precision::fp64 ? Precision::fp64 : Precision::fp32;
    return roundings * (rounding_error(precision, largest) + rounding_error(compute, largest));
}

void sum_reference(const TensorOperands& operands, const RowReference& row) {
    const Shape shape(operands.call());
    // Pieces of reduce_scatter follow each other as they do in every x.
    const auto at = row.row % shape.n;
    double sum = 0.0, magnitude = 0.0;
    for (std::int64_t s = 0; s < shape.ranks; ++s) {
        const double value = operands.at(0, s * shape.n + at, 0);
        sum += value;
        magnitude += std::abs(value);
    }
    row.values[0] = sum;
    row.bounds[0] =
        sum_bound(operands.outputs()[0].precision, magnitude, static_cast<double>(shape.ranks - 1));
}

std::int64_t origin(const OperatorCall& call, std::int64_t row) {
    const Shape shape(call);
    if (call.op == "all_gather") return row % (shape.ranks * shape.n);
    const auto target = row / shape.n, source = row % shape.n / shape.piece;
    return source * shape.n + target * shape.piece + row % shape.piece;
}

void move_reference(const TensorOperands& operands, const RowReference& row) {
    row.values[0] = operands.at(0, origin(operands.call(), row.row), 0);
    row.bounds[0] = rounding_error(operands.outputs()[0].precision, row.values[0]) / 2.0;
}

// First and last of what each part receives from each, beside the random ones.
std::vector<std::int64_t> seams(std::int64_t ranks, std::int64_t length) {
    std::vector<std::int64_t> rows;
    for (std::int64_t r = 0; r < ranks; ++r)
        for (std::int64_t s = 0; s < ranks; ++s) {
            rows.push_back(r * length + s * length / ranks);
            rows.push_back(r * length + (s + 1) * length / ranks - 1);
        }
    std::erase_if(rows, [](std::int64_t row) { return row < 0; });
    return rows;
}

}  // namespace

std::unique_ptr<OperandSet> make_collective_operands(const OperatorCall& call, std::uint64_t seed) {
    const Shape shape(call);
    const auto precision = call.operand("x").precision;
    const bool sums = call.op == "all_reduce" || call.op == "reduce_scatter";
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"x", precision, shape.ranks * shape.n, 1}},
                      .outputs = {{"y", precision, shape.ranks * received(call), 1}},
                      .reference = sums ? sum_reference : move_reference,
                      .operations_per_row = static_cast<double>(shape.ranks),
                      .checked_rows = seams(shape.ranks, received(call))});
}

}  // namespace ridge::operators
