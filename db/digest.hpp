// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"

namespace ridge::db {

/// SHA-256 (FIPS 180-4), 64 hexadecimal digits: tells contents apart, no more is asked of it here.
[[nodiscard]] std::string sha256(std::string_view content);

/// Digest of a JSON value whatever the order of its keys.
[[nodiscard]] std::string digest_of(const Json& value);

}  // namespace ridge::db
