// SPDX-License-Identifier: Apache-2.0
#include "tuner/expression.hpp"

#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>
#include <optional>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

using Integer = std::int64_t;
using Operands = std::span<const ParameterValue* const>;

bool is_text(const ParameterValue& value) { return std::holds_alternative<std::string>(value); }
bool is_float(const ParameterValue& value) { return std::holds_alternative<double>(value); }

Integer as_integer(const ParameterValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    return std::get<Integer>(value);
}

double as_double(const ParameterValue& value) {
    return is_float(value) ? std::get<double>(value) : static_cast<double>(as_integer(value));
}

// Floor division and the remainder that goes with it: a == floor * b + remainder, remainder of b's sign.
Integer floor_quotient(Integer a, Integer b) {
    const Integer quotient = a / b;
    return (a % b != 0 && (a % b < 0) != (b < 0)) ? quotient - 1 : quotient;
}

Integer floor_remainder(Integer a, Integer b) {
    const Integer remainder = a % b;
    return (remainder != 0 && (remainder < 0) != (b < 0)) ? remainder + b : remainder;
}

double floor_remainder(double a, double b) {
    const double remainder = std::fmod(a, b);
    return (remainder != 0 && (remainder < 0) != (b < 0)) ? remainder + b : remainder;
}

std::optional<Integer> integer_power(Integer base, Integer exponent) {
    Integer result = 1;
    while (exponent > 0) {
        if (exponent % 2 == 1 && __builtin_mul_overflow(result, base, &result)) return std::nullopt;
        exponent /= 2;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return std::nullopt;
    }
    return result;
}

// Nothing: the result leaves 64 bits.
std::optional<ParameterValue> on_integers(Operation operation, Integer a, Integer b) {
    constexpr Integer lowest = std::numeric_limits<Integer>::min();
    Integer result = 0;
    switch (operation) {
        case Operation::add:
            return __builtin_add_overflow(a, b, &result) ? std::nullopt
                                                         : std::optional<ParameterValue>(result);
        case Operation::subtract:
            return __builtin_sub_overflow(a, b, &result) ? std::nullopt
                                                         : std::optional<ParameterValue>(result);
        case Operation::multiply:
            return __builtin_mul_overflow(a, b, &result) ? std::nullopt
                                                         : std::optional<ParameterValue>(result);
        case Operation::floor_divide:
            if (a == lowest && b == -1) return std::nullopt;
            return floor_quotient(a, b);
        case Operation::modulo:
            return b == -1 ? Integer{0} : floor_remainder(a, b);
        default: {
            const auto power = integer_power(a, b);
            return power ? std::optional<ParameterValue>(*power) : std::nullopt;
        }
    }
}

double on_doubles(Operation operation, double a, double b) {
    switch (operation) {
        case Operation::add:
            return a + b;
        case Operation::subtract:
            return a - b;
        case Operation::multiply:
            return a * b;
        case Operation::divide:
            return a / b;
        case Operation::floor_divide:
            return std::floor(a / b);
        case Operation::modulo:
            return floor_remainder(a, b);
        default:
            return std::pow(a, b);
    }
}

bool divides(Operation operation) {
    return operation == Operation::divide || operation == Operation::floor_divide ||
           operation == Operation::modulo;
}

bool stays_whole(Operation operation, const ParameterValue& a, const ParameterValue& b) {
    if (is_float(a) || is_float(b) || operation == Operation::divide) return false;
    return operation != Operation::power || as_integer(b) >= 0;
}

// Long double holds every 64-bit integer and every double exactly on x86-64.
std::partial_ordering compare_numbers(const ParameterValue& a, const ParameterValue& b) {
    const auto exact = [](const ParameterValue& value) {
        return is_float(value) ? static_cast<long double>(std::get<double>(value))
                               : static_cast<long double>(as_integer(value));
    };
    return exact(a) <=> exact(b);
}

bool holds(Operation operation, std::partial_ordering order) {
    switch (operation) {
        case Operation::less:
            return order < 0;
        case Operation::less_equal:
            return order <= 0;
        case Operation::greater:
            return order > 0;
        case Operation::greater_equal:
            return order >= 0;
        case Operation::equal:
            return order == 0;
        default:
            return order != 0;
    }
}

/// Walks the nodes of one expression with one set of values.
class Evaluator {
  public:
    Evaluator(std::string_view text, const std::vector<ExpressionNode>& nodes, Operands values)
        : text_(text), nodes_(nodes), values_(values) {}

    ParameterValue value(std::size_t index) const {
        const auto& node = nodes_[index];
        switch (node.operation) {
            case Operation::literal:
                return node.literal;
            case Operation::name:
                return *values_[node.name];
            case Operation::logical_and:
            case Operation::logical_or:
                return logical(node);
            case Operation::logical_not:
                return !truth(value(node.children[0]));
            case Operation::compare_chain:
                return chain(node);
            case Operation::negate:
                return arithmetic(node, Operation::subtract, Integer{0}, value(node.children[0]));
            case Operation::plus:
                return arithmetic(node, Operation::add, Integer{0}, value(node.children[0]));
            case Operation::minimum:
                return extreme(node, Operation::less);
            case Operation::maximum:
                return extreme(node, Operation::greater);
            case Operation::absolute:
                return absolute(node);
            default:
                return arithmetic(node, node.operation, value(node.children[0]), value(node.children[1]));
        }
    }

  private:
    ParameterValue logical(const ExpressionNode& node) const {
        auto first = value(node.children[0]);
        const bool decided = truth(first) == (node.operation == Operation::logical_or);
        return decided ? first : value(node.children[1]);
    }

    ParameterValue chain(const ExpressionNode& node) const {
        auto left = value(node.children[0]);
        for (std::size_t i = 0; i < node.comparisons.size(); ++i) {
            auto right = value(node.children[i + 1]);
            if (!compare(node, node.comparisons[i], left, right)) return false;
            left = std::move(right);
        }
        return true;
    }

    bool compare(const ExpressionNode& node, Operation operation, const ParameterValue& a,
                 const ParameterValue& b) const {
        if (!is_text(a) && !is_text(b)) return holds(operation, compare_numbers(a, b));
        if (is_text(a) && is_text(b))
            return holds(operation, std::get<std::string>(a) <=> std::get<std::string>(b));
        if (operation == Operation::equal || operation == Operation::not_equal)
            return operation == Operation::not_equal;
        fail(node, "a text cannot be ordered against a number");
    }

    ParameterValue extreme(const ExpressionNode& node, Operation wanted) const {
        auto best = value(node.children[0]);
        for (std::size_t i = 1; i < node.children.size(); ++i) {
            auto next = value(node.children[i]);
            if (compare(node, wanted, next, best)) best = std::move(next);
        }
        return best;
    }

    ParameterValue absolute(const ExpressionNode& node) const {
        auto inner = value(node.children[0]);
        if (is_text(inner)) fail(node, "a text has no absolute value");
        if (is_float(inner)) return std::fabs(std::get<double>(inner));
        return as_integer(inner) < 0 ? arithmetic(node, Operation::subtract, Integer{0}, inner)
                                     : as_integer(inner);
    }

    ParameterValue arithmetic(const ExpressionNode& node, Operation operation, const ParameterValue& a,
                              const ParameterValue& b) const {
        if (is_text(a) || is_text(b))
            fail(node, "arithmetic needs numbers, not the text '" + text(is_text(a) ? a : b) + "'");
        if (divides(operation) && as_double(b) == 0) fail(node, "division by zero");
        if (stays_whole(operation, a, b)) {
            if (auto whole = on_integers(operation, as_integer(a), as_integer(b))) return *whole;
            fail(node, "the result does not fit into 64 bits");
        }
        const double result = on_doubles(operation, as_double(a), as_double(b));
        if (!std::isfinite(result)) fail(node, "the result is not a finite number");
        return result;
    }

    [[noreturn]] void fail(const ExpressionNode& node, const std::string& why) const {
        refuse_expression(text_, node.position, why);
    }

    std::string_view text_;
    const std::vector<ExpressionNode>& nodes_;
    Operands values_;
};

}  // namespace

bool truth(const ParameterValue& value) {
    if (const auto* held = std::get_if<std::string>(&value)) return !held->empty();
    return as_double(value) != 0;
}

void refuse_expression(std::string_view text, std::size_t position, const std::string& why) {
    constexpr std::size_t shown = 120;
    std::string quoted(text.substr(0, shown));
    if (text.size() > shown) quoted += "…";
    throw InputError("expression '" + quoted + "', column " + std::to_string(position + 1) + ": " + why);
}

ParameterValue Expression::evaluate(Operands values) const {
    return Evaluator(text_, nodes_, values).value(root_);
}

ParameterValue Expression::evaluate(const KernelConfig& config) const {
    std::vector<const ParameterValue*> values;
    for (const auto& name : names_) {
        const auto found = config.values().find(name);
        if (found == config.values().end())
            throw InputError("expression '" + text_ + "': there is no parameter '" + name + "'");
        values.push_back(&found->second);
    }
    return evaluate(values);
}

}  // namespace ridge::tuner
