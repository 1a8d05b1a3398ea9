// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ridge::tuner {

/// A file's content as a writer makes it, and what the format has no place for.
struct Written {
    std::string text;
    std::vector<std::string> lost;  ///< sentences; empty when all of it is in the file
};

/// Milliseconds that read back as the same seconds, where such a double exists.
[[nodiscard]] double milliseconds(double seconds);

}  // namespace ridge::tuner
