// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace ridge {

/// At most `most` of the elements, in their order and evenly over all of them: the beginning of a sorted list
/// would be one end of it.
template <typename T>
[[nodiscard]] std::vector<T> even_share(std::vector<T> all, std::size_t most) {
    if (all.size() <= most) return all;
    std::vector<T> out;
    out.reserve(most);
    for (std::size_t i = 0; i < most; ++i) out.push_back(std::move(all[i * all.size() / most]));
    return out;
}

}  // namespace ridge
