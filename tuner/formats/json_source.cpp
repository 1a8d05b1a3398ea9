// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/json_source.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view blanks = " \t\r\n";

// Position behind the text that begins with the quote at `at`; npos when it does not end.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"') return at + 1;
        if (text[at] == '\\') ++at;
    }
    return npos;
}

enum class Sign : unsigned char { none, quote, open, close };

constexpr auto signs = [] {
    std::array<Sign, 256> table{};
    table['"'] = Sign::quote;
    table['['] = table['{'] = Sign::open;
    table[']'] = table['}'] = Sign::close;
    return table;
}();

// Position behind the array or object that begins at `at`. Whether its brackets match is for the parser.
// Every byte of a file passes here several times, which find_first_of() would make a third of the time of
// reading it.
std::size_t structure_end(std::string_view text, std::size_t at) {
    for (std::size_t depth = 0; at < text.size();) {
        switch (signs[static_cast<unsigned char>(text[at])]) {
            case Sign::none:
                break;
            case Sign::quote:
                at = string_end(text, at);
                continue;
            case Sign::open:
                ++depth;
                break;
            case Sign::close:
                if (--depth == 0) return at + 1;
                break;
        }
        ++at;
    }
    return npos;
}

std::size_t value_end(std::string_view text, std::size_t at) {
    if (text[at] == '"') return string_end(text, at);
    if (text[at] == '[' || text[at] == '{') return structure_end(text, at);
    return text.find_first_of(",]} \t\r\n", at);
}

}  // namespace

void JsonSource::refuse(std::size_t at, const std::string& wanted) const {
    throw InputError(place(text_.substr(at)) + ": " +
                     (at < text_.size() ? "'" + std::string(text_.substr(at, 1)) + "'" : "the end") +
                     " stands where " + wanted + " should be");
}

std::vector<JsonPiece> JsonSource::pieces(std::string_view part) const {
    std::size_t end = 0;
    return pieces(part, end);
}

std::vector<JsonPiece> JsonSource::pieces(std::string_view part, std::size_t& behind) const {
    behind = npos;
    std::vector<JsonPiece> found;
    const auto offset = static_cast<std::size_t>(part.data() - text_.data());
    const auto next = [&part](std::size_t from) { return part.find_first_not_of(blanks, from); };
    std::size_t at = next(0);
    if (at == npos) return found;
    const bool object = part[at] == '{';
    if (!object && part[at] != '[') refuse(offset + at, "an object or an array");
    const char close = object ? '}' : ']';
    at = next(at + 1);
    if (at != npos && part[at] == close) behind = at + 1;
    while (at != npos && behind == npos) {
        JsonPiece piece;
        if (object) {
            if (part[at] != '"') refuse(offset + at, "a key in double quotes");
            const auto end = string_end(part, at);
            if (end == npos) return found;
            piece.key = parse({{}, part.substr(at, end - at), true}).get<std::string>();
            at = next(end);
            if (at == npos) return found;
            if (part[at] != ':') refuse(offset + at, "':'");
            at = next(at + 1);
            if (at == npos) return found;
        }
        if (std::string_view(",:]}").find(part[at]) != npos) refuse(offset + at, "a value");
        const auto end = value_end(part, at);
        piece.text = part.substr(at, end == npos ? npos : end - at);
        piece.whole = end != npos;
        found.push_back(std::move(piece));
        at = end == npos ? npos : next(end);
        if (at == npos) return found;
        if (part[at] == close) {
            behind = at + 1;
            return found;
        }
        if (part[at] != ',') refuse(offset + at, std::string("',' or '") + close + "'");
        at = next(at + 1);
    }
    return found;
}

JsonRoot JsonSource::root() const {
    std::size_t end = npos;
    JsonRoot root{pieces(text_, end), end == npos};
    const auto behind = end == npos ? npos : text_.find_first_not_of(blanks, end);
    if (behind != npos) refuse(behind, "the end of the file");
    return root;
}

Json JsonSource::parse(const JsonPiece& piece, std::string_view text) const {
    // The message of a parser that sees the piece alone has places within the piece.
    try {
        return parse_json(text, "");
    } catch (const InputError& error) {
        throw InputError(place(piece.text) + ": not valid JSON" +
                         (piece.key.empty() ? "" : " under the key '" + piece.key.substr(0, 60) + "'"));
    }
}

std::string JsonSource::place(std::string_view part) const {
    return file_ + ", line " + std::to_string(1 + std::count(text_.data(), part.data(), '\n'));
}

bool has_python_numbers(std::string_view json) {
    return json.find("NaN") != npos || json.find("Infinity") != npos;
}

void replace_python_numbers(std::string& json) {
    struct Word {
        std::string_view python, text;
    };
    constexpr Word words[] = {{"-Infinity", "\"-inf\"   "}, {"Infinity", "\"inf\"   "}, {"NaN", "\"\" "}};
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] == '"') {
            at = std::min(string_end(json, at), json.size());
            continue;
        }
        for (const auto& word : words)
            if (json.compare(at, word.python.size(), word.python) == 0)
                json.replace(at, word.text.size(), word.text);
        at += json[at] == '"' ? 0U : 1U;
    }
}

}  // namespace ridge::tuner
