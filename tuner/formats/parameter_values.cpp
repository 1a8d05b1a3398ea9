// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/parameter_values.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace ridge::tuner {
namespace {

// More is a mistake of the writer's, or a number that should be searched by other means than listing.
constexpr std::size_t most_values = 100'000;
constexpr std::size_t most_permuted = 7;  // 5040 orders

using Values = std::vector<ParameterValue>;

Values listed(const JsonReader& json) {
    Values values;
    for (const auto& item : json.items()) {
        values.push_back(parameter_value(item));
        if (item.raw().is_number_float()) static_cast<void>(item.number());  // refuses what is not finite
    }
    if (values.empty()) json.fail("a list of at least one value");
    return values;
}

void make_floats(Values& values) {
    for (auto& value : values)
        if (const auto* whole = std::get_if<std::int64_t>(&value)) value = static_cast<double>(*whole);
}

bool is_number(const ParameterValue& value) {
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

bool is_float(const ParameterValue& value) { return std::holds_alternative<double>(value); }

Values of_one_kind(const JsonReader& json) {
    auto values = listed(json);
    if (std::ranges::all_of(values, is_number)) {
        if (std::ranges::any_of(values, is_float)) make_floats(values);
        return values;
    }
    const auto kind = values.front().index();
    if (std::ranges::any_of(values, [kind](const ParameterValue& value) { return value.index() != kind; }))
        json.fail("values of one kind: all numbers, all texts, or true and false");
    for (const auto& value : values)
        if (const auto* word = std::get_if<std::string>(&value); word && word->empty())
            json.fail("texts of at least one character");
    return values;
}

std::pair<JsonReader, JsonReader> two_ends(const JsonReader& json) {
    const auto ends = json.items();
    if (ends.size() != 2) json.fail("two numbers, the lowest and the highest");
    if (ends[0].number() > ends[1].number()) json.fail("two numbers, the lower one first");
    return {ends[0], ends[1]};
}

void refuse_too_many(const JsonReader& json, double count) {
    if (!(count <= static_cast<double>(most_values)))
        json.fail("a range of at most " + std::to_string(most_values) + " values");
}

Values whole_range(const JsonReader& json, std::int64_t low, std::int64_t high, std::int64_t step) {
    refuse_too_many(json, (static_cast<double>(high) - static_cast<double>(low)) / static_cast<double>(step));
    Values values;
    for (std::int64_t value = low;; value += step) {
        values.emplace_back(value);
        // Unsigned: the ends may be further apart than 2^63.
        if (static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(value) <
            static_cast<std::uint64_t>(step))
            return values;
    }
}

// 0.1 + 2 * 0.1 is meant to be 0.3: to 15 digits, which every decimal number of that many digits survives.
double rounded(double value) {
    std::array<char, 40> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.15g", value);
    return parse_number({text.data(), static_cast<std::size_t>(length)}, "value of a range");
}

Values float_range(const JsonReader& json, double low, double high, double step) {
    // A last value that rounding puts just behind the end belongs to it.
    const double steps = std::floor((high - low) / step + 1e-9);
    refuse_too_many(json, steps);
    Values values;
    for (double i = 0; i <= steps; ++i) values.emplace_back(rounded(low + i * step));
    return values;
}

Values range(const JsonReader& object, const JsonReader& json) {
    const auto [low, high] = two_ends(json);
    const auto step = object.find("step");
    if (step) static_cast<void>(step->positive());
    const bool whole = low.raw().is_number_integer() && high.raw().is_number_integer() &&
                       (!step || step->raw().is_number_integer());
    if (whole) return whole_range(json, low.integer(), high.integer(), step ? step->integer() : 1);
    if (!step) object.fail("an object with a 'step', since the range is not of whole numbers");
    return float_range(json, low.number(), high.number(), step->number());
}

Values powers_of_two(const JsonReader&, const JsonReader& json) {
    const auto [low, high] = two_ends(json);
    for (const auto& end : {low, high})
        if (end.integer() < 1 || !std::has_single_bit(static_cast<std::uint64_t>(end.integer())))
            end.fail("a power of two, such as 16");
    Values values;
    for (auto value = static_cast<std::uint64_t>(low.integer());
         value <= static_cast<std::uint64_t>(high.integer()); value *= 2)
        values.emplace_back(static_cast<std::int64_t>(value));
    return values;
}

Values permutations(const JsonReader&, const JsonReader& json) {
    std::vector<std::string> names;
    for (const auto& item : json.items()) {
        names.push_back(item.text());
        if (names.back().empty() || names.back().find(',') != std::string::npos)
            item.fail("a text without a comma, of at least one character");
    }
    if (names.size() < 2 || names.size() > most_permuted)
        json.fail("a list of 2 to " + std::to_string(most_permuted) + " texts");
    // In the order written: the first value is the list as it stands.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < names.size(); ++i) order.push_back(i);
    Values values;
    do {
        std::vector<std::string> words;
        for (const auto i : order) words.push_back(names[i]);
        values.emplace_back(join(words, ","));
    } while (std::ranges::next_permutation(order).found);
    return values;
}

Values values_of(const JsonReader&, const JsonReader& json) { return of_one_kind(json); }

struct Kind {
    std::string_view key;
    Values (*read)(const JsonReader& object, const JsonReader& json);
};
constexpr std::array kinds = {Kind{"values", values_of}, Kind{"range", range},
                              Kind{"power_of_two", powers_of_two}, Kind{"permutation", permutations}};

Values made(const JsonReader& object) {
    const Kind* chosen = nullptr;
    for (const auto& kind : kinds) {
        if (!object.has(kind.key)) continue;
        if (chosen) object.fail("an object with only one of values, range, power_of_two, permutation");
        chosen = &kind;
    }
    if (!chosen) object.fail("an object with one of values, range, power_of_two, permutation");
    for (const auto& [key, value] : object.members())
        if (key != chosen->key && key != "meaning" && (key != "step" || chosen->key != "range"))
            object.fail("an object without the key '" + key + "', which " + std::string(chosen->key) +
                        " does not have");
    return chosen->read(object, object.at(chosen->key));
}

void refuse_twice(const JsonReader& json, Values values) {
    std::ranges::sort(values);
    const auto twice = std::ranges::adjacent_find(values);
    if (twice != values.end()) json.fail("different values; " + text(*twice) + " stands twice");
}

// A value is shown in one line, and given to programs, which know no zero byte.
void refuse_unprintable(const JsonReader& json, const Values& values) {
    for (const auto& value : values)
        if (const auto* word = std::get_if<std::string>(&value))
            if (std::ranges::any_of(*word, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
                json.fail("texts of one line");
}

}  // namespace

std::vector<ParameterValue> values_from(const JsonReader& json) {
    if (!json.raw().is_array() && !json.raw().is_object())
        json.fail("a list of values, or an object with one of values, range, power_of_two, permutation");
    auto values = json.raw().is_array() ? of_one_kind(json) : made(json);
    refuse_unprintable(json, values);
    refuse_twice(json, values);
    return values;
}

}  // namespace ridge::tuner
