// SPDX-License-Identifier: Apache-2.0
#include "core/command_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "core/error.hpp"

namespace ridge {
namespace {

constexpr std::array<std::string_view, 14> shell_operators = {"|", "||", "&",  "&&",  ";",    ">",    ">>",
                                                              "<", "<<", "2>", "2>>", "2>&1", "1>&2", "&>"};

[[noreturn]] void fail(std::string_view what, std::string_view text, const std::string& why) {
    throw InputError(std::string(what) + " '" + std::string(text) + "': " + why);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Takes one word after the other off a command line.
class Splitter {
  public:
    Splitter(std::string_view text, std::string_view what) : text_(text), what_(what) {}

    std::vector<std::string> words() {
        std::vector<std::string> out;
        for (skip_blanks(); at_ < text_.size(); skip_blanks()) out.push_back(word());
        if (out.empty() || out.front().empty())
            fail(what_, text_, "names no program, should be like 'python kernel.py --tile {tile}'");
        return out;
    }

  private:
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }

    std::string word() {
        std::string out;
        bool quoted = false;
        while (at_ < text_.size() && !is_blank(text_[at_])) {
            const char c = text_[at_++];
            quoted = quoted || c == '\'' || c == '"' || c == '\\';
            if (c == '\'' || c == '"')
                quote(c, out);
            else if (c == '\\' && at_ < text_.size())
                out += text_[at_++];
            else
                out += c;
        }
        if (!quoted && std::ranges::find(shell_operators, out) != shell_operators.end())
            fail(what_, text_,
                 "'" + out + "' is a shell's; run it with --shell, or put it in quotes as a plain word");
        return out;
    }

    void quote(char mark, std::string& out) {
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == mark) {
                ++at_;
                return;
            }
            const bool escapes = mark == '"' && text_[at_] == '\\' && at_ + 1 < text_.size() &&
                                 (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
            if (escapes) ++at_;
            out += text_[at_];
        }
        fail(what_, text_, std::string("a quote ") + mark + " has no end");
    }

    std::string_view text_, what_;
    std::size_t at_ = 0;
};

bool is_name(std::string_view text) {
    const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::ranges::all_of(text, fits);
}

// Calls `plain` and `name` with the parts of the text, in order.
void walk(std::string_view text, std::string_view what, const std::function<void(char)>& plain,
          const std::function<void(std::string)>& name) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c != '{' && c != '}') {
            plain(c);
            continue;
        }
        if (at + 1 < text.size() && text[at + 1] == c) {
            plain(c);
            ++at;
            continue;
        }
        const auto end = c == '{' ? text.find('}', at) : std::string_view::npos;
        const auto inside = end == std::string_view::npos ? "" : text.substr(at + 1, end - at - 1);
        if (!is_name(inside))
            fail(what, text,
                 std::string("'") + c + "' at column " + std::to_string(at + 1) +
                     " begins or ends no placeholder such as {tile}; a brace itself is written twice");
        name(std::string(inside));
        at = end;
    }
}

}  // namespace

std::vector<std::string> split_command(std::string_view text, std::string_view what) {
    return Splitter(text, what).words();
}

std::vector<std::string> placeholders(std::string_view text, std::string_view what) {
    std::vector<std::string> names;
    walk(
        text, what, [](char) {},
        [&](std::string name) {
            if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
        });
    return names;
}

std::string fill_placeholders(std::string_view text, const std::map<std::string, std::string>& values,
                              std::string_view what) {
    std::string out;
    walk(
        text, what, [&](char c) { out += c; },
        [&](const std::string& name) {
            const auto found = values.find(name);
            if (found == values.end()) fail(what, text, "nothing is known to put in place of {" + name + "}");
            out += found->second;
        });
    return out;
}

std::string shell_word(std::string_view word) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("_-+=.,:/@%").find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) return std::string(word);
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace ridge
