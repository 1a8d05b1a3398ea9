// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>

#include "operators/implementation.hpp"

namespace ridge::profiler {

/// Way to bring operands out of every cache, and its name for the record.
struct CacheFlush {
    std::function<void(std::span<const operators::MemoryRegion>)> flush;
    std::string method;  ///< "clflushopt", "clflush", "sweep of 520 MiB", "fill of 100 MiB on the device"
};

/// The best way that this machine has. `last_level_bytes` is the size of the outermost cache, all its
/// instances together.
[[nodiscard]] CacheFlush find_cache_flush(double last_level_bytes);

}  // namespace ridge::profiler
