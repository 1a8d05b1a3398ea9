// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "operators/registry.hpp"
#include "operators/tensor_kernel.hpp"

/// Implementations of operators on tensors as a table: what a kernel family takes, what may be tuned, and the
/// function that makes a call ready.
namespace ridge::operators {

struct KernelFamily {
    std::string op;
    std::string name;
    std::vector<std::string> formats;  ///< "x=bf16 y=fp32": operands in canonical order
    std::vector<std::string> sparsities = {"dense"};
    ParameterSpace space = {};
    /// Only for calls and configs that the family does not refuse.
    std::unique_ptr<TensorKernel> (*prepare)(const TensorOperands& operands,
                                             const KernelConfig& config) = nullptr;
    /// Reason of the family's own; may be null.
    std::optional<std::string> (*refusal)(const OperatorCall& call, const KernelConfig& config) = nullptr;
};

[[nodiscard]] std::unique_ptr<Implementation> make_implementation(KernelFamily family);

/// "x=fp32", "x=bf16", … for each precision.
[[nodiscard]] std::vector<std::string> formats_of(std::string_view operand,
                                                  std::initializer_list<Precision> precisions);

/// "a=fp32 w=fp32 c=fp32" of a call.
[[nodiscard]] std::string format_text(const OperatorCall& call);

/// Why a config does not fit a space: a missing or unknown parameter, or a value outside its list.
[[nodiscard]] std::optional<std::string> misfit(const KernelConfig& config, const ParameterSpace& space);

/// Values of a parameter, the first one the default.
[[nodiscard]] TunableParameter integer_parameter(std::string name, std::initializer_list<std::int64_t> values,
                                                 std::string meaning);
[[nodiscard]] TunableParameter word_parameter(std::string name, std::initializer_list<const char*> values,
                                              std::string meaning);

}  // namespace ridge::operators
