// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/variants.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace ridge::operators {
namespace {

TunableParameter tile_parameter(std::string name, std::span<const RegisterTile> tiles,
                                int RegisterTile::*extent, std::string meaning) {
    std::vector<ParameterValue> values;
    for (const auto& tile : tiles) {
        const ParameterValue value = std::int64_t{tile.*extent};
        if (std::ranges::find(values, value) == values.end()) values.push_back(value);
    }
    std::ranges::sort(values);
    return {std::move(name), values, std::int64_t{tiles.front().*extent}, std::move(meaning)};
}

// "mr == 4 and nr == 4 or mr == 6 and nr == 3": the tiles that are compiled.
std::string tile_constraint(std::span<const RegisterTile> tiles) {
    std::vector<std::string> alternatives;
    for (const auto& tile : tiles)
        alternatives.push_back("mr == " + std::to_string(tile.mr) + " and nr == " + std::to_string(tile.nr));
    return join(alternatives, " or ");
}

ParameterSpace space_of(const Family& family) {
    ParameterSpace space;
    if (!family.tiles.empty()) {
        space.parameters = {
            tile_parameter("mr", family.tiles, &RegisterTile::mr, "rows of the register tile"),
            tile_parameter("nr", family.tiles, &RegisterTile::nr,
                           "vectors of output features in the register tile")};
        space.constraints = {tile_constraint(family.tiles)};
    }
    space.parameters.insert(space.parameters.end(), family.parameters.begin(), family.parameters.end());
    return space;
}

class FamilyImplementation : public Implementation {
  public:
    explicit FamilyImplementation(Family family) : family_(std::move(family)) {
        info_ = {.op = family_.op,
                 .name = family_.name,
                 .version = {},
                 .formats = {},
                 .sparsities = {family_.sparsity},
                 .space = space_of(family_)};
        info_.sparsities.insert(info_.sparsities.end(), family_.other_sparsities.begin(),
                                family_.other_sparsities.end());
        for (const auto& variant : family_.variants) info_.formats.push_back(variant.formats);
    }

    [[nodiscard]] protocol::ImplementationInfo info() const override { return info_; }

    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        const auto gemm = GemmCall::from(call);
        if (auto reason = unsupported(gemm, info_)) return reason;
        if (auto reason = misfit(config, info_.space)) return reason;
        if (auto reason = missing_tile(config)) return reason;
        return family_.refusal != nullptr ? family_.refusal(gemm, config) : std::nullopt;
    }

    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands,
                                                          const OperatorCall& call,
                                                          const KernelConfig& config) const override {
        const auto variant = std::ranges::find(family_.variants, format_text(call), &Variant::formats);
        return variant->prepare(dynamic_cast<const GemmOperands&>(operands), config);
    }

  private:
    [[nodiscard]] std::optional<std::string> missing_tile(const KernelConfig& config) const {
        const auto fits = [&](const RegisterTile& tile) {
            return config.integer("mr") == tile.mr && config.integer("nr") == tile.nr;
        };
        if (family_.tiles.empty() || std::ranges::any_of(family_.tiles, fits)) return std::nullopt;
        return "no kernel is compiled for a register tile of " + config.text();
    }

    Family family_;
    protocol::ImplementationInfo info_;
};

}  // namespace

std::vector<Variant> fp8_variants(PrepareVariant e4m3, PrepareVariant e5m2) {
    return {{"a=fp8_e4m3 w=fp8_e4m3 c=fp32", e4m3},
            {"a=fp8_e4m3 w=fp8_e4m3 c=bf16", e4m3},
            {"a=fp8_e5m2 w=fp8_e5m2 c=fp32", e5m2},
            {"a=fp8_e5m2 w=fp8_e5m2 c=bf16", e5m2}};
}

std::unique_ptr<Implementation> make_family(Family family) {
    return std::make_unique<FamilyImplementation>(std::move(family));
}

Output output_format(const GemmCall& call) {
    switch (call.c.precision) {
        case Precision::bf16:
            return Output::bf16;
        case Precision::fp16:
            return Output::fp16;
        case Precision::fp64:
            return Output::fp64;
        case Precision::int32:
            return Output::int32;
        default:
            return Output::fp32;
    }
}

}  // namespace ridge::operators
