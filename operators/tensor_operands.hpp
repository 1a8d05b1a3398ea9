// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "operators/implementation.hpp"
#include "operators/tensor.hpp"

/// Operands of operators whose kernels read their tensors as they are: an operator says which inputs and
/// outputs a call has and what a row of an output should be; the rest stands here.
namespace ridge::operators {

class TensorOperands;

/// One row of one output: what it should be in fp64, and what a right result may miss it by. `values` and
/// `bounds` have a place for each column.
struct RowReference {
    std::size_t output = 0;
    std::int64_t row = 0;
    std::span<double> values, bounds;
};

/// What a call of an operator works on.
struct TensorProblem {
    std::vector<TensorSpec> inputs = {}, outputs = {};
    /// Computes one row; called from several threads at once.
    std::function<void(const TensorOperands& operands, const RowReference& row)> reference = {};
    /// Operations of a row's reference: bounds how many rows of a large output are checked.
    double operations_per_row = 0;
    /// Fills the inputs; without one they are uniformly random (draw_uniform), stream i + 1 for input i.
    std::function<void(std::vector<Tensor>& inputs, std::uint64_t seed)> fill = {};
    /// Rows of each output beside the first, the last and random ones that have to be checked.
    std::vector<std::int64_t> checked_rows = {};
};

class TensorOperands : public OperandSet {
  public:
    /// Throws InputError when inputs and outputs are more than the machine's memory.
    TensorOperands(const OperatorCall& call, std::uint64_t seed, TensorProblem problem);

    [[nodiscard]] const OperatorCall& call() const { return call_; }
    [[nodiscard]] const Tensor& input(std::size_t i) const { return inputs_[i]; }
    [[nodiscard]] std::span<const Tensor> inputs() const { return inputs_; }
    [[nodiscard]] std::span<const TensorSpec> outputs() const { return problem_.outputs; }
    /// Element of input `i`, for references.
    [[nodiscard]] double at(std::size_t i, std::int64_t row, std::int64_t column) const {
        return host_inputs_[i].at(row, column);
    }
    /// Largest error over bound in the checked rows of every output, computed when first asked for.
    [[nodiscard]] double error_over_bound(std::span<const Tensor> outputs) const;

  private:
    struct CheckedRow {
        std::size_t output = 0;
        std::int64_t row = 0;
        std::size_t first = 0;  // of its values
    };
    void choose_rows();
    void compute_reference() const;
    [[nodiscard]] std::span<double> slice(std::vector<double>& values, const CheckedRow& row) const;

    OperatorCall call_;
    std::uint64_t seed_;
    TensorProblem problem_;
    std::vector<Tensor> inputs_;
    std::vector<HostTensor> host_inputs_;
    std::vector<CheckedRow> rows_;
    std::size_t checked_values_ = 0;
    mutable std::vector<double> values_, bounds_;  // empty until asked for
};

/// Bytes of inputs and outputs.
[[nodiscard]] double tensor_bytes(const TensorProblem& problem);

}  // namespace ridge::operators
