// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace ridge::tuner {

/// An element of an array or a member of an object, found without parsing it.
struct JsonPiece {
    std::string key;        ///< of a member
    std::string_view text;  ///< of the value
    bool whole = true;      ///< the text does not end before the value does
};

struct JsonRoot {
    std::vector<JsonPiece> pieces;
    bool cut = false;  ///< the text ends before the array or object that it begins with does
};

/// The JSON text of a file, taken apart piece by piece: a file cut in the middle gives the pieces that are
/// whole, and a piece that is not sound does not spoil the others.
class JsonSource {
  public:
    /// `text` must outlive the source.
    JsonSource(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

    /// Elements or members of the array or object that `part`, a part of the text, begins with. Only the last
    /// piece may be one that is not whole. Throws InputError with the place where something else stands.
    [[nodiscard]] std::vector<JsonPiece> pieces(std::string_view part) const;
    /// Of the whole text; nothing but blanks may follow them.
    [[nodiscard]] JsonRoot root() const;

    /// Throws InputError with the place when the piece is not sound JSON.
    [[nodiscard]] Json parse(const JsonPiece& piece) const { return parse(piece, piece.text); }
    /// The same for another text in the piece's place.
    [[nodiscard]] Json parse(const JsonPiece& piece, std::string_view text) const;
    /// "file, line 12" of a part of the text.
    [[nodiscard]] std::string place(std::string_view part) const;
    [[nodiscard]] const std::string& file() const { return file_; }

  private:
    [[nodiscard]] std::vector<JsonPiece> pieces(std::string_view part, std::size_t& behind) const;
    [[noreturn]] void refuse(std::size_t at, const std::string& wanted) const;

    std::string_view text_;
    std::string file_;
};

/// Python writes NaN and Infinity where JSON has no word: they become texts of the same length, "" and "inf",
/// so that places stay right and no number is taken from them.
[[nodiscard]] bool has_python_numbers(std::string_view json);
void replace_python_numbers(std::string& json);

}  // namespace ridge::tuner
