// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/kernel_config.hpp"

namespace ridge::tuner {

struct Token {
    enum class Kind { literal, name, symbol, end };
    Kind kind = Kind::end;
    std::string text;        ///< of a name or symbol; the words and, or, not, &&, ||, ! are symbols
    ParameterValue literal;  ///< of a literal
    std::size_t position = 0;
};

/// Tokens of an expression, closed by one of kind `end`. Throws InputError with text and column.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text);

}  // namespace ridge::tuner
