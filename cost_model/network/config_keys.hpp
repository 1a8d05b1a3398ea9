// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/json.hpp"

/// Reading the dimensions of a config.json. Every function throws InputError with file, key and value.
namespace ridge::cost_model {

// Far above any published model, and low enough that what is multiplied as whole numbers (two dimensions, or
// a dimension and a number of calls) stays inside 64 bits, and a linear layer inside the operators' limits.
inline constexpr std::int64_t width_limit = std::int64_t{1} << 24;
inline constexpr std::int64_t head_limit = std::int64_t{1} << 16;
inline constexpr std::int64_t expert_limit = std::int64_t{1} << 16;
inline constexpr std::int64_t layer_limit = 4096;
inline constexpr std::int64_t position_limit = std::int64_t{1} << 31;

/// A whole number from 1 to `limit`.
[[nodiscard]] std::int64_t dimension(const JsonReader& json, std::string_view key, std::int64_t limit);
[[nodiscard]] std::int64_t dimension_or(const JsonReader& json, std::string_view key, std::int64_t limit,
                                        std::int64_t fallback);
/// A whole number from 0 to `limit`; 0 when the key is not there or null.
[[nodiscard]] std::int64_t amount(const JsonReader& json, std::string_view key, std::int64_t limit);
/// Under the first of the names that is there; complains of the first when none is.
[[nodiscard]] std::int64_t dimension_of(const JsonReader& json, std::initializer_list<std::string_view> names,
                                        std::int64_t limit);
[[nodiscard]] bool flag_or(const JsonReader& json, std::string_view key, bool fallback);
/// Refuses a key that is there with another text than one of those.
void require_word(const JsonReader& json, std::string_view key,
                  std::initializer_list<std::string_view> words);

}  // namespace ridge::cost_model
