// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

/// How fast memory is at this moment: on a shared machine it changes by a factor of two within minutes, and
/// what memory bounds with it.
namespace ridge::profiler {

/// Reads parts of a buffer that no cache holds, one after the other.
class MemoryProbe {
  public:
    /// `last_level_bytes`: of all instances of the last cache.
    explicit MemoryProbe(double last_level_bytes);

    /// Bytes/s of all cores together; nothing where the buffer cannot be had.
    [[nodiscard]] std::optional<double> read();

  private:
    std::vector<double> buffer_;
    std::size_t next_ = 0;  // word
};

}  // namespace ridge::profiler
