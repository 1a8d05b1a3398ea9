// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tuner/expression.hpp"
#include "tuner/expression_lexer.hpp"

namespace ridge::tuner {
namespace {

// Both limits keep hostile text from using up the stack: parsing recurses once for each nested level,
// evaluating once for each operator of a chain.
constexpr std::size_t max_length = 4096;
constexpr int max_depth = 64;

struct BinaryRow {
    std::string_view symbol;
    Operation operation;
    int precedence;
};

// Precedence from loose to tight, as in Python's reference (6.17): or, and, not, comparisons, + -, * / // %,
// unary, **.
constexpr int or_level = 1, and_level = 2, not_level = 3, compare_level = 4, sum_level = 5, product_level = 6,
              unary_level = 7, power_level = 8;

constexpr std::array<BinaryRow, 17> binary_rows = {{
    {"or", Operation::logical_or, or_level},
    {"||", Operation::logical_or, or_level},
    {"and", Operation::logical_and, and_level},
    {"&&", Operation::logical_and, and_level},
    {"==", Operation::equal, compare_level},
    {"!=", Operation::not_equal, compare_level},
    {"<", Operation::less, compare_level},
    {"<=", Operation::less_equal, compare_level},
    {">", Operation::greater, compare_level},
    {">=", Operation::greater_equal, compare_level},
    {"+", Operation::add, sum_level},
    {"-", Operation::subtract, sum_level},
    {"*", Operation::multiply, product_level},
    {"/", Operation::divide, product_level},
    {"//", Operation::floor_divide, product_level},
    {"%", Operation::modulo, product_level},
    {"**", Operation::power, power_level},
}};

struct PrefixRow {
    std::string_view symbol;
    Operation operation;
    int level;          ///< of the operator itself
    int operand_level;  ///< least precedence inside its operand
};

constexpr std::array<PrefixRow, 4> prefix_rows = {{
    {"not", Operation::logical_not, not_level, not_level},
    {"!", Operation::logical_not, power_level, unary_level},
    {"-", Operation::negate, power_level, unary_level},
    {"+", Operation::plus, power_level, unary_level},
}};

struct FunctionRow {
    std::string_view name;
    Operation operation;
    std::size_t least_arguments, most_arguments;
};

constexpr std::array<FunctionRow, 3> function_rows = {{
    {"min", Operation::minimum, 2, 64},
    {"max", Operation::maximum, 2, 64},
    {"abs", Operation::absolute, 1, 1},
}};

template <typename Rows, typename Key>
auto find_row(const Rows& rows, Key key, const Token& token, Token::Kind kind) -> decltype(&rows[0]) {
    if (token.kind != kind) return nullptr;
    const auto found = std::ranges::find(rows, std::string_view(token.text), key);
    return found == rows.end() ? nullptr : &*found;
}

std::string shown(const Token& token) {
    if (token.kind == Token::Kind::end) return "the end";
    return "'" + (token.kind == Token::Kind::literal ? text(token.literal) : token.text) + "'";
}

}  // namespace

/// Precedence climbing over the tokens; builds the nodes of one expression.
class ExpressionParser {
  public:
    explicit ExpressionParser(std::string_view text) : tokens_(tokenize(text)) { out_.text_ = text; }

    Expression run() {
        out_.root_ = binary(or_level);
        if (current().kind != Token::Kind::end) fail(current(), shown(current()) + " is not expected here");
        return std::move(out_);
    }

  private:
    std::size_t binary(int least) {
        const Nesting nesting(*this);
        auto left = prefix(least);
        for (const auto* row = find_binary(); row && row->precedence >= least; row = find_binary()) {
            if (row->precedence == compare_level) {
                left = comparison(left);
                continue;
            }
            const auto& token = take();
            // A power is right-associative and takes a sign on its right: 2 ** -1.
            const auto right = binary(row->precedence == power_level ? unary_level : row->precedence + 1);
            left = add(row->operation, token, {left, right});
        }
        return left;
    }

    std::size_t comparison(std::size_t first) {
        const auto& token = current();
        std::vector<std::size_t> operands = {first};
        std::vector<Operation> between;
        for (const auto* row = find_binary(); row && row->precedence == compare_level; row = find_binary()) {
            take();
            between.push_back(row->operation);
            operands.push_back(binary(compare_level + 1));
        }
        const auto node = add(Operation::compare_chain, token, std::move(operands));
        out_.nodes_[node].comparisons = std::move(between);
        return node;
    }

    std::size_t prefix(int least) {
        const auto* row = find_row(prefix_rows, &PrefixRow::symbol, current(), Token::Kind::symbol);
        if (!row) return primary();
        if (row->level < least) fail(current(), "'not' needs parentheses here");
        const auto& token = take();
        return add(row->operation, token, {binary(row->operand_level)});
    }

    std::size_t primary() {
        const auto& token = take();
        if (token.kind == Token::Kind::literal) return literal(token);
        if (token.kind == Token::Kind::name) return is("(") ? function(token) : name(token);
        if (token.text != "(" || token.kind != Token::Kind::symbol)
            fail(token, "a number, a name or '(' is expected, not " + shown(token));
        const auto inner = binary(or_level);
        expect(")");
        return inner;
    }

    std::size_t literal(const Token& token) {
        const auto node = add(Operation::literal, token, {});
        out_.nodes_[node].literal = token.literal;
        return node;
    }

    std::size_t name(const Token& token) {
        const auto node = add(Operation::name, token, {});
        const auto found = std::ranges::find(out_.names_, token.text);
        out_.nodes_[node].name = static_cast<std::size_t>(found - out_.names_.begin());
        if (found == out_.names_.end()) out_.names_.push_back(token.text);
        return node;
    }

    std::size_t function(const Token& token) {
        const auto* row = find_row(function_rows, &FunctionRow::name, token, Token::Kind::name);
        if (!row) fail(token, "there is no function '" + token.text + "'; known: min, max, abs");
        expect("(");
        std::vector<std::size_t> arguments;
        while (!is(")")) {
            if (!arguments.empty()) expect(",");
            arguments.push_back(binary(or_level));
        }
        expect(")");
        if (arguments.size() < row->least_arguments || arguments.size() > row->most_arguments)
            fail(token, "'" + token.text + "' should have " +
                            (row->most_arguments == 1 ? "one argument" : "2 to 64 arguments") + ", not " +
                            std::to_string(arguments.size()));
        return add(row->operation, token, std::move(arguments));
    }

    /// Counts how deep binary() is inside itself.
    struct Nesting {
        explicit Nesting(ExpressionParser& parser) : parser_(parser) {
            if (++parser_.depth_ > max_depth)
                parser_.fail(parser_.current(),
                             "nested deeper than " + std::to_string(max_depth) + " levels");
        }
        ~Nesting() { --parser_.depth_; }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        ExpressionParser& parser_;
    };

    const BinaryRow* find_binary() const {
        return find_row(binary_rows, &BinaryRow::symbol, current(), Token::Kind::symbol);
    }
    const Token& current() const { return tokens_[at_]; }
    const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool is(std::string_view symbol) const {
        return current().kind == Token::Kind::symbol && current().text == symbol;
    }
    void expect(std::string_view symbol) {
        if (!is(symbol))
            fail(current(), "'" + std::string(symbol) + "' is expected, not " + shown(current()));
        take();
    }
    std::size_t add(Operation operation, const Token& token, std::vector<std::size_t> children) {
        out_.nodes_.push_back({.operation = operation,
                               .position = token.position,
                               .literal = {},
                               .name = 0,
                               .children = std::move(children),
                               .comparisons = {}});
        return out_.nodes_.size() - 1;
    }
    [[noreturn]] void fail(const Token& token, const std::string& why) const {
        refuse_expression(out_.text_, token.position, why);
    }

    Expression out_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

Expression Expression::parse(std::string_view text) {
    if (text.size() > max_length) refuse_expression(text, max_length, "longer than 4096 characters");
    return ExpressionParser(text).run();
}

}  // namespace ridge::tuner
