// SPDX-License-Identifier: Apache-2.0
#include "core/known_keys.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace ridge {

void refuse_other_keys(const JsonReader& json, std::span<const std::string_view> known) {
    for (const auto& [key, value] : json.members())
        if (std::ranges::find(known, key) == known.end())
            json.fail("an object with the keys " + join({known.begin(), known.end()}, ", ") + ", not '" +
                      key + "'");
}

}  // namespace ridge
