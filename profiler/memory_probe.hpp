// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

/// How fast memory is at this moment: on a shared machine it changes by a factor of two within minutes, and
/// what memory bounds with it.
namespace ridge::profiler {

/// Reads parts of a buffer that no cache holds, one after the other.
class MemoryProbe {
  public:
    /// `last_level_bytes`: of all instances of the last cache. The buffer is four times that, at most an
    /// eighth of what is available; it is made when it is first read.
    MemoryProbe(double last_level_bytes, std::optional<std::int64_t> available_bytes);

    /// Bytes/s of all cores together; nothing where the buffer cannot be had, or caches would hold half of
    /// it.
    [[nodiscard]] std::optional<double> read();

  private:
    bool has_buffer();

    std::size_t words_ = 0;  // of the buffer
    std::unique_ptr<double[]> buffer_;
    std::size_t next_ = 0;  // word
};

}  // namespace ridge::profiler
