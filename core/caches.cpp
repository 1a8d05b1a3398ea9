// SPDX-License-Identifier: Apache-2.0
#include "core/caches.hpp"

#include <algorithm>

namespace ridge {

double total_cache_bytes(const Device& device, const CacheLevel& cache) {
    if (cache.shared_by == 0) return cache.bytes;
    return cache.bytes *
           std::max(1.0, static_cast<double>(device.units) / static_cast<double>(cache.shared_by));
}

double last_cache_bytes(const Device& device) {
    double most = 0;
    for (const auto& cache : device.caches) most = std::max(most, total_cache_bytes(device, cache));
    return most;
}

}  // namespace ridge
