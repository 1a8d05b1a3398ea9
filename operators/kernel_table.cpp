// SPDX-License-Identifier: Apache-2.0
#include "operators/kernel_table.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace ridge::operators {
namespace {

class TableImplementation : public Implementation {
  public:
    explicit TableImplementation(KernelFamily family) : family_(std::move(family)) {}

    [[nodiscard]] protocol::ImplementationInfo info() const override {
        return {.op = family_.op,
                .name = family_.name,
                .version = "",
                .formats = family_.formats,
                .sparsities = family_.sparsities,
                .space = family_.space};
    }

    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall& call,
                                                     const KernelConfig& config) const override {
        if (std::ranges::find(family_.formats, format_text(call)) == family_.formats.end())
            return family_.name + " runs " + join(family_.formats, "; ") + ", not " + format_text(call);
        if (auto reason = misfit(config, family_.space)) return reason;
        return family_.refusal != nullptr ? family_.refusal(call, config) : std::nullopt;
    }

    [[nodiscard]] std::unique_ptr<PreparedKernel> prepare(const OperandSet& operands, const OperatorCall&,
                                                          const KernelConfig& config) const override {
        return family_.prepare(dynamic_cast<const TensorOperands&>(operands), config);
    }

  private:
    KernelFamily family_;
};

}  // namespace

std::unique_ptr<Implementation> make_implementation(KernelFamily family) {
    return std::make_unique<TableImplementation>(std::move(family));
}

std::vector<std::string> formats_of(std::string_view operand, std::initializer_list<Precision> precisions) {
    std::vector<std::string> out;
    for (const auto precision : precisions)
        out.push_back(std::string(operand) + "=" + std::string(name(precision)));
    return out;
}

std::string format_text(const OperatorCall& call) {
    std::vector<std::string> parts;
    for (const auto& [name, format] : call.operands) parts.push_back(name + "=" + format.text());
    return join(parts, " ");
}

std::optional<std::string> misfit(const KernelConfig& config, const ParameterSpace& space) {
    for (const auto& [name, value] : config.values())
        if (std::ranges::none_of(space.parameters, [&](const auto& one) { return one.name == name; }))
            return "unknown parameter '" + name + "'";
    for (const auto& parameter : space.parameters) {
        const auto found = config.values().find(parameter.name);
        if (found == config.values().end()) return "parameter '" + parameter.name + "' is missing";
        if (std::ranges::find(parameter.values, found->second) == parameter.values.end())
            return "parameter '" + parameter.name + "' is " + text(found->second) +
                   ", which is not one of its values";
    }
    return std::nullopt;
}

TunableParameter integer_parameter(std::string name, std::initializer_list<std::int64_t> values,
                                   std::string meaning) {
    return {std::move(name), {values.begin(), values.end()}, *values.begin(), std::move(meaning)};
}

TunableParameter word_parameter(std::string name, std::initializer_list<const char*> values,
                                std::string meaning) {
    std::vector<ParameterValue> texts;
    for (const char* value : values) texts.emplace_back(std::string(value));
    const auto first = texts.front();
    return {std::move(name), std::move(texts), first, std::move(meaning)};
}

}  // namespace ridge::operators
