// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/json.hpp"

namespace ridge {

/// Throws InputError naming file, key and the keys that there are: a misspelt key that is passed over in
/// silence would mean something else than its writer did.
void refuse_other_keys(const JsonReader& json, std::span<const std::string_view> known);

}  // namespace ridge
