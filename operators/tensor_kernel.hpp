// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "operators/tensor_operands.hpp"

namespace ridge::operators {

/// A prepared kernel that reads the tensors of its operands and writes outputs of its own. `launch` starts
/// one execution; run() waits for its end.
class TensorKernel : public PreparedKernel {
  public:
    using Launch = std::function<void()>;

    explicit TensorKernel(const TensorOperands& operands);
    /// What run() does, to be set once the addresses of outputs and workspace are known.
    void set_launch(Launch launch) { launch_ = std::move(launch); }
    /// Memory beyond inputs and outputs, zeroed; stays at its address.
    [[nodiscard]] const Buffer& add_workspace(std::size_t bytes);
    /// Memory that takes the place of an input (packed weights): counted among the operands, not as
    /// workspace. The input itself is then not among the regions that run() touches.
    const Buffer& add_packed(std::size_t input, Buffer packed);

    [[nodiscard]] const TensorOperands& operands() const { return operands_; }
    [[nodiscard]] const Tensor& output(std::size_t i) const { return outputs_[i]; }
    [[nodiscard]] std::span<const Tensor> outputs() const { return outputs_; }

    void run() override;
    void poison_output() override;
    double error_over_bound() override { return operands_.error_over_bound(outputs_); }
    [[nodiscard]] std::int64_t workspace_bytes() const override;
    std::vector<MemoryRegion> regions() override;

  private:
    const TensorOperands& operands_;
    std::vector<Tensor> outputs_;
    std::vector<std::unique_ptr<Buffer>> workspace_, packed_;
    std::vector<bool> replaced_;
    Launch launch_;
};

}  // namespace ridge::operators
