// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device.hpp"

/// What a device's caches hold, all instances of a level together; bytes.
namespace ridge {

[[nodiscard]] double total_cache_bytes(const Device& device, const CacheLevel& cache);

/// Of the level that holds most: what has to be gone through before data come from memory again. 0 where no
/// cache is known.
[[nodiscard]] double last_cache_bytes(const Device& device);

}  // namespace ridge
