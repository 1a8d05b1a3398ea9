// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "operators/gemm/finish.hpp"
#include "operators/gemm/matrix_rows.hpp"
#include "operators/gemm/operands.hpp"
#include "operators/memory.hpp"

namespace ridge::operators {

/// What every prepared GEMM shares: its output on the device, poisoned and checked against the reference, and
/// what is applied to sums before they are stored.
class PreparedGemm : public PreparedKernel {
  public:
    explicit PreparedGemm(const GemmOperands& operands);

    void poison_output() override;
    double error_over_bound() override;
    [[nodiscard]] std::int64_t workspace_bytes() const override { return 0; }

  protected:
    [[nodiscard]] const GemmCall& call() const { return operands_.call(); }
    [[nodiscard]] const GemmOperands& operands() const { return operands_; }
    [[nodiscard]] const Buffer& output() const { return output_; }
    /// The output with scales of rows and the call's epilogue, for tiles that finish their sums.
    [[nodiscard]] Result result() const;
    /// Rows of each matrix in tiles of `mr`, for `panels` panels of all matrices.
    [[nodiscard]] MatrixRows matrix_rows(std::int64_t mr, std::int64_t panels) const;
    /// The given regions and those of the output, scales and operand e.
    [[nodiscard]] std::vector<MemoryRegion> with_result(std::vector<MemoryRegion> regions) const;

  private:
    const GemmOperands& operands_;
    Buffer output_;  // m × n in the precision of c, row-major
    Buffer row_scale_, column_scale_, extra_;
    Buffer row_starts_;
};

/// Largest |result - reference| / bound over the checked rows of `c`, m × n in the call's output precision;
/// infinity when a checked value is not finite.
[[nodiscard]] double gemm_error_over_bound(const GemmOperands& operands, const void* c);

/// Why none of `formats` or `sparsities` covers the call; nothing when they do.
[[nodiscard]] std::optional<std::string> unsupported(const GemmCall& call,
                                                     const protocol::ImplementationInfo& info);

}  // namespace ridge::operators
