// SPDX-License-Identifier: Apache-2.0
#include "tuner/expression_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "tuner/expression.hpp"

namespace ridge::tuner {
namespace {

// Longer symbols first, so that "**" is not read as two "*".
constexpr std::array<std::string_view, 20> symbols = {"**", "//", "==", "!=", "<=", ">=", "&&",
                                                      "||", "+",  "-",  "*",  "/",  "%",  "<",
                                                      ">",  "(",  ")",  ",",  "!",  "^"};
constexpr std::array<std::string_view, 3> symbol_words = {"and", "or", "not"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    std::vector<Token> run() {
        for (skip_blanks(); at_ < text_.size(); skip_blanks()) tokens_.push_back(next());
        tokens_.push_back({.kind = Token::Kind::end, .text = "", .literal = {}, .position = at_});
        return std::move(tokens_);
    }

  private:
    void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    Token next() {
        const char c = text_[at_];
        if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
        if (is_letter(c)) return word();
        if (c == '\'' || c == '"') return quoted(c);
        return symbol();
    }

    Token number() {
        const auto begin = at_;
        bool whole = true;
        const auto digits = [&] {
            while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        };
        digits();
        if (at_ < text_.size() && text_[at_] == '.') whole = false, ++at_, digits();
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E'))
            whole = false, exponent(), digits();
        if (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '.'))
            refuse_expression(text_, begin, "a number is followed by '" + std::string(1, text_[at_]) + "'");
        const auto part = text_.substr(begin, at_ - begin);
        return literal(begin, whole ? read<std::int64_t>(part, begin) : read<double>(part, begin));
    }

    void exponent() {
        ++at_;
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    }

    template <typename Number>
    ParameterValue read(std::string_view part, std::size_t begin) const {
        Number value{};
        const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (error == std::errc{} && rest == part.data() + part.size()) return value;
        refuse_expression(text_, begin, "'" + std::string(part) + "' is not a number that fits into 64 bits");
    }

    Token word() {
        const auto begin = at_;
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
        const std::string name(text_.substr(begin, at_ - begin));
        if (name == "true" || name == "True") return literal(begin, true);
        if (name == "false" || name == "False") return literal(begin, false);
        const bool is_symbol = std::ranges::find(symbol_words, name) != symbol_words.end();
        return {.kind = is_symbol ? Token::Kind::symbol : Token::Kind::name,
                .text = name,
                .literal = {},
                .position = begin};
    }

    Token quoted(char quote) {
        const auto begin = at_;
        const auto end = text_.find(quote, begin + 1);
        if (end == std::string_view::npos) refuse_expression(text_, begin, "a quoted text does not end");
        at_ = end + 1;
        return literal(begin, std::string(text_.substr(begin + 1, end - begin - 1)));
    }

    Token symbol() {
        const auto rest = text_.substr(at_);
        const auto found =
            std::ranges::find_if(symbols, [&](auto symbol) { return rest.starts_with(symbol); });
        if (found == symbols.end())
            refuse_expression(text_, at_, "'" + std::string(1, text_[at_]) + "' has no meaning here");
        if (*found == "^") refuse_expression(text_, at_, "'^' has no meaning here; a power is written '**'");
        at_ += found->size();
        return {.kind = Token::Kind::symbol,
                .text = std::string(*found),
                .literal = {},
                .position = at_ - found->size()};
    }

    static Token literal(std::size_t begin, ParameterValue value) {
        return {.kind = Token::Kind::literal, .text = "", .literal = std::move(value), .position = begin};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) { return Lexer(text).run(); }

}  // namespace ridge::tuner
