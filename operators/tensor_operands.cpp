// SPDX-License-Identifier: Apache-2.0
#include "operators/tensor_operands.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/units.hpp"
#include "operators/error_bound.hpp"
#include "operators/installed_memory.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

using HostRange = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>>;

// Elements and reference operations of an output up to which every row is checked: 1 MiB of references and
// about 0.1 s on one core.
constexpr double full_check_elements = 65536.0, full_check_operations = 67108864.0;
constexpr std::int64_t fewest_rows = 4;
constexpr std::uint64_t stream_rows = 255;  // inputs take the streams from 1 on

std::int64_t rows_to_check(const TensorSpec& output, double operations_per_row) {
    const double by_elements = full_check_elements / static_cast<double>(output.columns);
    const double by_operations =
        operations_per_row > 0 ? full_check_operations / operations_per_row : by_elements;
    const double most = std::min({by_elements, by_operations, static_cast<double>(output.rows)});
    return std::min(output.rows, std::max(fewest_rows, static_cast<std::int64_t>(most)));
}

std::vector<std::int64_t> choose(const TensorSpec& output, std::int64_t count, std::uint64_t seed,
                                 const std::vector<std::int64_t>& wanted) {
    std::vector<std::int64_t> rows;
    if (count == output.rows) {
        rows.resize(static_cast<std::size_t>(count));
        std::iota(rows.begin(), rows.end(), 0);
        return rows;
    }
    rows = {0, output.rows - 1};
    for (std::int64_t i = 2; i < count; ++i)
        rows.push_back(static_cast<std::int64_t>(random_bits(seed, stream_rows, i) %
                                                 static_cast<std::uint64_t>(output.rows)));
    std::ranges::copy_if(wanted, std::back_inserter(rows),
                         [&](std::int64_t row) { return row < output.rows; });
    std::ranges::sort(rows);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

std::vector<Tensor> make_inputs(const TensorProblem& problem, std::uint64_t seed) {
    std::vector<Tensor> inputs;
    for (const auto& spec : problem.inputs) inputs.emplace_back(spec);
    if (problem.fill)
        problem.fill(inputs, seed);
    else
        for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].fill_random(seed, i + 1);
    return inputs;
}

}  // namespace

double tensor_bytes(const TensorProblem& problem) {
    double bytes = 0;
    for (const auto* list : {&problem.inputs, &problem.outputs})
        for (const auto& spec : *list) bytes += static_cast<double>(spec.bytes());
    return bytes;
}

TensorOperands::TensorOperands(const OperatorCall& call, std::uint64_t seed, TensorProblem problem)
    : call_(call), seed_(seed), problem_(std::move(problem)) {
    require_memory(call_, tensor_bytes(problem_));
    inputs_ = make_inputs(problem_, seed);
    for (const auto& input : inputs_) host_inputs_.emplace_back(input);
    choose_rows();
}

void TensorOperands::choose_rows() {
    for (std::size_t output = 0; output < problem_.outputs.size(); ++output) {
        const auto& spec = problem_.outputs[output];
        const auto count = rows_to_check(spec, problem_.operations_per_row);
        for (const auto row : choose(spec, count, seed_, problem_.checked_rows)) {
            rows_.push_back({output, row, checked_values_});
            checked_values_ += static_cast<std::size_t>(spec.columns);
        }
    }
}

std::span<double> TensorOperands::slice(std::vector<double>& values, const CheckedRow& row) const {
    return std::span(values).subspan(row.first,
                                     static_cast<std::size_t>(problem_.outputs[row.output].columns));
}

void TensorOperands::compute_reference() const {
    if (!values_.empty()) return;
    values_.resize(checked_values_);
    bounds_.resize(checked_values_);
    Kokkos::parallel_for("reference", HostRange(0, rows_.size()), [this](const std::size_t i) {
        const auto& row = rows_[i];
        const auto bounds = slice(bounds_, row);
        problem_.reference(*this, {row.output, row.row, slice(values_, row), bounds});
        // Beside a result in fp64 the reference is no more exact than the result: both may miss by the bound.
        if (problem_.outputs[row.output].precision == Precision::fp64)
            for (double& bound : bounds) bound *= 2.0;
    });
}

double TensorOperands::error_over_bound(std::span<const Tensor> outputs) const {
    compute_reference();
    std::vector<HostTensor> results;
    for (const auto& output : outputs) results.emplace_back(output);
    double worst = 0.0;
    for (const auto& row : rows_) {
        const auto values = slice(values_, row), bounds = slice(bounds_, row);
        for (std::size_t j = 0; j < values.size(); ++j)
            worst = std::max(worst, operators::error_over_bound(
                                        results[row.output].at(row.row, static_cast<std::int64_t>(j)),
                                        values[j], bounds[j]));
    }
    return worst;
}

}  // namespace ridge::operators
