// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/kernel_config.hpp"

namespace ridge::tuner {

enum class Operation {
    literal,
    name,
    negate,
    plus,
    logical_not,
    add,
    subtract,
    multiply,
    divide,
    floor_divide,
    modulo,
    power,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    logical_and,
    logical_or,
    compare_chain,
    minimum,
    maximum,
    absolute,
};

/// One node of a parsed expression; children are indices into the expression's nodes.
struct ExpressionNode {
    Operation operation = Operation::literal;
    std::size_t position = 0;  ///< of the token in the text, from 0
    ParameterValue literal;    ///< of a literal
    std::size_t name = 0;      ///< of a name: index into names()
    std::vector<std::size_t> children;
    std::vector<Operation> comparisons;  ///< of a chain: one between each two children
};

/// A constraint over parameter names, "mc % mr == 0 and nr <= 4"; grammar and meaning in docs/tuning.md.
/// As in Python: a chain of comparisons (1 < x <= 8), floor division and a remainder of the divisor's sign,
/// `/` gives a float, `and`/`or` give one of their operands and look at the second only when needed, true and
/// false count as 1 and 0. Unlike Python: whole numbers have 64 bits, and leaving them or the range of floats
/// is an error. `&&`, `||` and `!` may stand for `and`, `or` and a tightly binding `not`.
class Expression {
  public:
    /// Throws InputError with text and column for anything that is not an expression, is longer than 4096
    /// characters or nested deeper than 64 levels.
    [[nodiscard]] static Expression parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// Names that occur, each once, in the order of their first occurrence.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// Value when names()[i] has the value *values[i]. Throws InputError with text and column for a division
    /// by zero, an overflow, or operands of the wrong type.
    [[nodiscard]] ParameterValue evaluate(std::span<const ParameterValue* const> values) const;
    /// The same with the values of a configuration; a name that it lacks is an InputError.
    [[nodiscard]] ParameterValue evaluate(const KernelConfig& config) const;

  private:
    friend class ExpressionParser;
    std::string text_;
    std::vector<std::string> names_;
    std::vector<ExpressionNode> nodes_;
    std::size_t root_ = 0;
};

/// Whether a value counts as true: not false, 0 or an empty text.
[[nodiscard]] bool truth(const ParameterValue& value);

/// Throws InputError "expression 'text', column c: why" (columns from 1).
[[noreturn]] void refuse_expression(std::string_view text, std::size_t position, const std::string& why);

}  // namespace ridge::tuner
