// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

/// The order in which people read about the operators: chapters, and calls of real models as examples. The
/// catalogue knows what an operator is; here stands where it is explained.
namespace ridge::operators {

struct OperatorGroup {
    std::string_view name;   ///< "attention"
    std::string_view title;  ///< "Attention"
    std::string_view text;   ///< what the chapter begins with
};

/// Every group, in the order of the chapters.
[[nodiscard]] std::span<const OperatorGroup> operator_groups();

struct OperatorExample {
    std::string_view group;
    std::string_view call;  ///< canonical text

    [[nodiscard]] std::string_view op() const { return call.substr(0, call.find(' ')); }
};

/// In the order of the chapters. Every operator of the catalogue has at least one; the group of its first one
/// is its own.
[[nodiscard]] std::span<const OperatorExample> operator_examples();

/// Throws Error for an operator without example.
[[nodiscard]] const OperatorGroup& group_of(std::string_view op);

/// Operators of the catalogue that belong to a group, in the order of their examples.
[[nodiscard]] std::vector<std::string_view> operators_of(std::string_view group);

/// Texts of an operator's examples in a group.
[[nodiscard]] std::vector<std::string_view> examples_of(std::string_view op, std::string_view group);

}  // namespace ridge::operators
