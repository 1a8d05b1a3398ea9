// SPDX-License-Identifier: Apache-2.0
#include "core/lower_case.hpp"

namespace ridge {

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace ridge
