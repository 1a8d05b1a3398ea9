// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/tiled.hpp"

#include <algorithm>

#include "operators/gemm/gemm_kernels.hpp"

namespace ridge::operators {
namespace {

using Values = std::vector<ParameterValue>;

Values integers(std::initializer_list<std::int64_t> values) { return {values.begin(), values.end()}; }
Values texts(std::initializer_list<const char*> values) {
    Values out;
    for (const char* value : values) out.emplace_back(std::string(value));
    return out;
}

ParameterSpace tiled_space() {
    return {
        .parameters =
            {{"mr", integers({4, 6, 8, 12, 14}), std::int64_t{14}, "rows of the register tile"},
             {"nr", integers({2, 3, 4}), std::int64_t{2}, "vectors of output features in the register tile"},
             {"mc", integers({64, 128, 256, 512, 1024}), std::int64_t{256}, "rows of a cache block"},
             {"kc", integers({256, 512, 1024, 2048, 4096}), std::int64_t{512},
              "elements of a cache block along k"},
             {"nc", integers({256, 1024, 4096}), std::int64_t{1024}, "output features of a cache block"},
             {"order", texts({"w", "a"}), std::string("w"),
              "operand whose part stays in the innermost cache"},
             {"partition", texts({"m", "n", "mn"}), std::string("n"), "side of C that the threads divide"}},
        .constraints = {"mr * nr >= 16", "mr * nr <= 28"}};
}

bool is_compiled(int mr, int nr) {
    return std::ranges::any_of(register_tiles,
                               [&](const RegisterTile& tile) { return tile.mr == mr && tile.nr == nr; });
}

class Tiled : public Implementation {
  public:
    Tiled(std::string name, std::vector<TiledVariant> variants) : variants_(std::move(variants)) {
        info_ = {.op = "gemm",
                 .name = std::move(name),
                 .version = {},
                 .formats = {},
                 .sparsities = {"dense"},
                 .space = tiled_space()};
        for (const auto& variant : variants_) info_.formats.push_back(variant.formats);
    }

    [[nodiscard]] protocol::ImplementationInfo info() const override { return info_; }

    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        if (const auto reason = unsupported(GemmCall::from(call), info_)) return reason;
        if (const auto reason = misfit(config, info_.space)) return reason;
        const auto [mr, nr] =
            RegisterTile{static_cast<int>(config.integer("mr")), static_cast<int>(config.integer("nr"))};
        if (!is_compiled(mr, nr))
            return "no kernel is compiled for a register tile of mr=" + std::to_string(mr) +
                   " nr=" + std::to_string(nr);
        return std::nullopt;
    }

    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands,
                                                          const OperatorCall& call,
                                                          const KernelConfig& config) const override {
        const auto text = format_text(GemmCall::from(call));
        const auto variant = std::ranges::find(variants_, text, &TiledVariant::formats);
        return variant->prepare(dynamic_cast<const GemmOperands&>(operands), TiledConfig::from(config));
    }

  private:
    protocol::ImplementationInfo info_;
    std::vector<TiledVariant> variants_;
};

}  // namespace

TiledConfig TiledConfig::from(const KernelConfig& config) {
    return {.mr = static_cast<int>(config.integer("mr")),
            .nr = static_cast<int>(config.integer("nr")),
            .mc = config.integer("mc"),
            .nc = config.integer("nc"),
            .kc = config.integer("kc"),
            .weights_inner = config.word("order") == "a",
            .partition = config.word("partition")};
}

Output output_format(const GemmCall& call) {
    if (call.c.precision == Precision::bf16) return Output::bf16;
    return is_integer(call.c.precision) ? Output::int32 : Output::fp32;
}

ThreadGrid thread_grid(const std::string& partition, int threads) {
    if (partition == "m") return {threads, 1};
    if (partition == "n") return {1, threads};
    int rows = 1;
    for (int divisor = 2; divisor * divisor <= threads; ++divisor)
        if (threads % divisor == 0) rows = divisor;
    return {rows, threads / rows};
}

std::unique_ptr<Implementation> make_tiled(std::string name, std::vector<TiledVariant> variants) {
    return std::make_unique<Tiled>(std::move(name), std::move(variants));
}

std::unique_ptr<Implementation> make_kokkos_tiled() {
    return make_tiled("kokkos-tiled", {{"a=fp32 w=fp32 c=fp32", prepare_tiled_fp32},
                                       {"a=bf16 w=bf16 c=fp32", prepare_tiled_bf16},
                                       {"a=bf16 w=bf16 c=bf16", prepare_tiled_bf16},
                                       {"a=int8 w=int8 c=int32", prepare_tiled_int8}});
}

}  // namespace ridge::operators
