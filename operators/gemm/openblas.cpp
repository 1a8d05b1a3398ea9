// SPDX-License-Identifier: Apache-2.0
#include <cblas.h>

#include <algorithm>
#include <limits>

#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/packing.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

class PreparedOpenblas : public PreparedGemm {
  public:
    explicit PreparedOpenblas(const GemmOperands& operands)
        : PreparedGemm(operands),
          a_(upload_rows(operands.activations(), sizeof(float))),
          w_(upload_rows(operands.weights(), sizeof(float))) {
        openblas_set_num_threads(DeviceSpace().concurrency());
    }

    void run() override {
        const auto m = static_cast<blasint>(call().m), n = static_cast<blasint>(call().n),
                   k = static_cast<blasint>(call().k);
        if (m == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, n, k, 1.0F, w_.as<float>(), k, a_.as<float>(), 1, 0.0F,
                        output().as<float>(), 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0F, a_.as<float>(), k,
                        w_.as<float>(), k, 0.0F, output().as<float>(), n);
    }

    std::vector<MemoryRegion> regions() override { return {a_.region(), w_.region(), output().region()}; }

  private:
    Buffer a_, w_;
};

class Openblas : public Implementation {
  public:
    [[nodiscard]] protocol::ImplementationInfo info() const override {
        return {.op = "gemm",
                .name = "openblas",
                .version = openblas_get_config(),
                .formats = {"a=fp32 w=fp32 c=fp32"},
                .sparsities = {"dense"},
                .space = {}};
    }
    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        const auto gemm = GemmCall::from(call);
        if (const auto reason = unsupported(gemm, info())) return reason;
        constexpr std::int64_t most = std::numeric_limits<blasint>::max();
        if (std::max({gemm.m, gemm.n, gemm.k}) > most)
            return "a dimension above " + std::to_string(most) + " does not fit into OpenBLAS's integers";
        return misfit(config, {});
    }
    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands, const OperatorCall&,
                                                          const KernelConfig&) const override {
        return std::make_unique<PreparedOpenblas>(dynamic_cast<const GemmOperands&>(operands));
    }
};

}  // namespace

std::unique_ptr<Implementation> make_openblas() { return std::make_unique<Openblas>(); }

}  // namespace ridge::operators
