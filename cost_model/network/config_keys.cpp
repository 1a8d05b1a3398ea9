// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/config_keys.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace ridge::cost_model {

std::int64_t dimension(const JsonReader& json, std::string_view key, std::int64_t limit) {
    const auto value = json.at(key).integer();
    if (value < 1 || value > limit)
        json.at(key).fail("a whole number between 1 and " + std::to_string(limit));
    return value;
}

std::int64_t dimension_or(const JsonReader& json, std::string_view key, std::int64_t limit,
                          std::int64_t fallback) {
    return json.has(key) ? dimension(json, key, limit) : fallback;
}

std::int64_t amount(const JsonReader& json, std::string_view key, std::int64_t limit) {
    const auto found = json.find(key);
    if (!found) return 0;
    const auto value = found->integer();
    if (value < 0 || value > limit) found->fail("a whole number between 0 and " + std::to_string(limit));
    return value;
}

std::int64_t dimension_of(const JsonReader& json, std::initializer_list<std::string_view> names,
                          std::int64_t limit) {
    const auto there = std::ranges::find_if(names, [&](std::string_view name) { return json.has(name); });
    return dimension(json, there == names.end() ? *names.begin() : *there, limit);
}

bool flag_or(const JsonReader& json, std::string_view key, bool fallback) {
    const auto found = json.find(key);
    return found ? found->boolean() : fallback;
}

void require_word(const JsonReader& json, std::string_view key,
                  std::initializer_list<std::string_view> words) {
    const auto found = json.find(key);
    if (!found || std::ranges::find(words, found->text()) != words.end()) return;
    found->fail("one of " + join({words.begin(), words.end()}, ", ") +
                ", since no operator is known for another");
}

}  // namespace ridge::cost_model
