// SPDX-License-Identifier: Apache-2.0
#include <dnnl.hpp>

#include "core/error.hpp"
#include "operators/gemm/gemm_kernels.hpp"
#include "operators/gemm/packing.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

using dnnl::memory;

memory::data_type data_type(Precision precision) {
    switch (precision) {
        case Precision::bf16:
            return memory::data_type::bf16;
        case Precision::int8:
            return memory::data_type::s8;
        case Precision::int32:
            return memory::data_type::s32;
        default:
            return memory::data_type::f32;
    }
}

dnnl::matmul::primitive_desc plan_of(const GemmCall& gemm, const dnnl::engine& engine) {
    const memory::desc a({gemm.m, gemm.k}, data_type(gemm.a.precision), memory::format_tag::ab);
    const memory::desc w({gemm.k, gemm.n}, data_type(gemm.w.precision), memory::format_tag::any);
    const memory::desc c({gemm.m, gemm.n}, data_type(gemm.c.precision), memory::format_tag::ab);
#if DNNL_VERSION_MAJOR >= 3
    return {engine, a, w, c};
#else
    return {dnnl::matmul::desc(a, w, c), engine};
#endif
}

// Which formats run depends on the library's version and on the CPU; a small call tells.
bool accepts(const std::string& format) {
    try {
        const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
        const auto gemm = GemmCall::from(parse_call("gemm m=16 n=16 k=16 " + format));
        return static_cast<bool>(plan_of(gemm, engine));
    } catch (const dnnl::error&) {
        return false;
    }
}

// Without a dot-product instruction the library adds pairs of int8 products in 16 bits, where they overflow
// ("Nuances of int8 computations" in its documentation): results that are wrong are nothing to compare with.
bool sums_int8_exactly() {
    switch (dnnl::get_effective_cpu_isa()) {
        case dnnl::cpu_isa::sse41:
        case dnnl::cpu_isa::avx:
        case dnnl::cpu_isa::avx2:
        case dnnl::cpu_isa::avx512_core:
            return false;
        default:
            return true;
    }
}

std::vector<std::string> accepted_formats() {
    std::vector<std::string> formats = {"a=fp32 w=fp32 c=fp32", "a=bf16 w=bf16 c=fp32",
                                        "a=bf16 w=bf16 c=bf16"};
    if (sums_int8_exactly()) formats.emplace_back("a=int8 w=int8 c=int32");
    std::erase_if(formats, [](const std::string& format) { return !accepts(format); });
    return formats;
}

/// The library's matmul; the weights are reordered once into the layout that it asks for.
class PreparedOnednn : public PreparedGemm {
  public:
    explicit PreparedOnednn(const GemmOperands& operands)
        : PreparedGemm(operands), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
        const auto& gemm = call();
        a_ = upload_rows(operands.activations(), 1);
        const auto plan = plan_of(gemm, engine_);
        matmul_ = dnnl::matmul(plan);
        reorder_weights(plan.weights_desc());
        arguments_ = {{DNNL_ARG_SRC, memory(plan.src_desc(), engine_, a_.as<void>())},
                      {DNNL_ARG_WEIGHTS, memory(plan.weights_desc(), engine_, w_.as<void>())},
                      {DNNL_ARG_DST, memory(plan.dst_desc(), engine_, output().as<void>())}};
    }

    void run() override {
        matmul_.execute(stream_, arguments_);
        stream_.wait();
    }

    std::vector<MemoryRegion> regions() override { return {a_.region(), w_.region(), output().region()}; }

  private:
    void reorder_weights(const memory::desc& wanted) {
        const auto& gemm = call();
        const auto plain = upload_rows(operands().weights(), 1);
        w_ = Buffer(wanted.get_size());
        memory from({{gemm.k, gemm.n}, data_type(gemm.w.precision), memory::format_tag::ba}, engine_,
                    plain.as<void>());
        memory to(wanted, engine_, w_.as<void>());
        dnnl::reorder(from, to).execute(stream_, from, to);
        stream_.wait();
    }

    dnnl::engine engine_;
    dnnl::stream stream_;
    dnnl::matmul matmul_;
    Buffer a_, w_;
    std::unordered_map<int, memory> arguments_;
};

class Onednn : public Implementation {
  public:
    [[nodiscard]] protocol::ImplementationInfo info() const override {
        static const auto formats = accepted_formats();
        const auto* version = dnnl::version();
        return {.op = "gemm",
                .name = "onednn",
                .version = std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                           std::to_string(version->patch),
                .formats = formats,
                .sparsities = {"dense"},
                .space = {}};
    }
    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        if (const auto reason = unsupported(GemmCall::from(call), info())) return reason;
        return misfit(config, {});
    }
    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands,
                                                          const OperatorCall& call,
                                                          const KernelConfig&) const override {
        try {
            return std::make_unique<PreparedOnednn>(dynamic_cast<const GemmOperands&>(operands));
        } catch (const dnnl::error& error) {
            throw EnvironmentError("oneDNN cannot run '" + call.text() + "' here: " + error.message);
        }
    }
};

}  // namespace

std::unique_ptr<Implementation> make_onednn() { return std::make_unique<Onednn>(); }

}  // namespace ridge::operators
