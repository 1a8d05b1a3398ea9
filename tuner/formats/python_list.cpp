// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/python_list.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "tuner/expression.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

constexpr std::size_t most_values = 100'000;
constexpr auto npos = std::string_view::npos;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = std::min(text.find_first_not_of(blanks), text.size());
    const auto end = text.find_last_not_of(blanks);
    return end == npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw InputError("'" + std::string(text.substr(0, 200)) + "' is no list of values: " + why);
}

// Where `wanted` stands outside of quotes and brackets; npos where it does not.
std::size_t find_outside(std::string_view text, std::string_view wanted, std::size_t from = 0) {
    std::size_t depth = 0;
    for (auto at = from; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\'' || c == '"') {
            at = text.find(c, at + 1);
            if (at == npos) return npos;
            continue;
        }
        if (depth == 0 && text.substr(at).starts_with(wanted)) return at;
        if (c == '[' || c == '(') ++depth;
        if ((c == ']' || c == ')') && depth > 0) --depth;
    }
    return npos;
}

std::vector<std::string_view> elements(std::string_view inside) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= inside.size();) {
        const auto end = std::min(find_outside(inside, ",", begin), inside.size());
        parts.push_back(trimmed(inside.substr(begin, end - begin)));
        begin = end + 1;
    }
    if (parts.back().empty()) parts.pop_back();  // a comma may follow the last element
    return parts;
}

ParameterValue value_of(std::string_view text, const KernelConfig& names = {}) {
    return Expression::parse(text).evaluate(names);
}

std::int64_t whole(std::string_view text) {
    const auto value = value_of(text);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    refuse(text, "range() takes whole numbers");
}

std::vector<ParameterValue> range(std::string_view inside) {
    std::vector<std::int64_t> arguments;
    for (const auto part : elements(inside)) arguments.push_back(whole(part));
    if (arguments.empty() || arguments.size() > 3) refuse(inside, "range() takes one to three numbers");
    const std::int64_t first = arguments.size() > 1 ? arguments[0] : 0;
    const std::int64_t end = arguments.size() > 1 ? arguments[1] : arguments[0];
    const std::int64_t step = arguments.size() > 2 ? arguments[2] : 1;
    // Far from the ends of 64 bits, so that no sum leaves them.
    constexpr std::int64_t largest = std::int64_t{1} << 60;
    for (const auto argument : {first, end, step})
        if (argument > largest || argument < -largest) refuse(inside, "a number is too large");
    if (step == 0) refuse(inside, "a step of 0");
    std::vector<ParameterValue> values;
    for (auto at = first; step > 0 ? at < end : at > end; at += step) {
        values.emplace_back(at);
        if (values.size() > most_values) refuse(inside, "more than 100,000 values");
    }
    return values;
}

std::vector<ParameterValue> list(std::string_view text, int depth);

// "i * 16 for i in range(1, 4)"
std::vector<ParameterValue> comprehension(std::string_view inside, std::size_t at, int depth) {
    const auto element = trimmed(inside.substr(0, at));
    const auto rest = inside.substr(at + std::string_view(" for ").size());
    const auto in = find_outside(rest, " in ");
    if (in == npos) refuse(inside, "'in' is missing behind 'for'");
    const std::string name(trimmed(rest.substr(0, in)));
    const auto expression = Expression::parse(element);
    std::vector<ParameterValue> values;
    for (auto& value : list(trimmed(rest.substr(in + std::string_view(" in ").size())), depth + 1))
        values.push_back(expression.evaluate(KernelConfig({{name, std::move(value)}})));
    return values;
}

std::vector<ParameterValue> list(std::string_view text, int depth) {
    constexpr int deepest = 8;
    if (depth > deepest) refuse(text, "nested too deeply");
    const auto call = [&](std::string_view name) {
        return text.starts_with(name) && text.ends_with(')')
                   ? trimmed(text.substr(name.size(), text.size() - name.size() - 1))
                   : std::string_view();
    };
    if (const auto inside = call("list("); !inside.empty()) return list(inside, depth + 1);
    if (const auto inside = call("range("); !inside.empty()) return range(inside);
    const bool bracketed = text.size() >= 2 && ((text.front() == '[' && text.back() == ']') ||
                                                (text.front() == '(' && text.back() == ')'));
    if (!bracketed) refuse(text, "it should look like [16, 32]");
    const auto inside = trimmed(text.substr(1, text.size() - 2));
    if (const auto at = find_outside(inside, " for "); at != npos) return comprehension(inside, at, depth);
    std::vector<ParameterValue> values;
    for (const auto element : elements(inside)) values.push_back(value_of(element));
    return values;
}

}  // namespace

std::vector<ParameterValue> parse_python_list(std::string_view text) {
    auto values = list(trimmed(text), 0);
    if (values.empty()) refuse(text, "it is empty");
    if (values.size() > most_values) refuse(text, "more than 100,000 values");
    return values;
}

std::string python_list(const std::vector<ParameterValue>& values) {
    std::vector<std::string> parts;
    for (const auto& value : values) {
        auto word = python_text(value);
        if (std::holds_alternative<std::string>(value)) {
            const bool escapes = std::ranges::any_of(
                word, [](char c) { return c == '\\' || static_cast<unsigned char>(c) < ' '; });
            const char quote = word.find('\'') == std::string::npos ? '\'' : '"';
            if (escapes || word.find(quote) != std::string::npos)
                throw InputError("the value '" + word + "' cannot be written in a list");
            word = quote + word + quote;
        }
        parts.push_back(std::move(word));
    }
    return "[" + join(parts, ", ") + "]";
}

}  // namespace ridge::tuner
