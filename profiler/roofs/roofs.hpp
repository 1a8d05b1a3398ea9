// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/bench_protocol.hpp"
#include "core/device.hpp"
#include "profiler/sampler.hpp"

namespace ridge::profiler {

/// The probes for a device as found: every cache level and memory by read, copy and triad in fp32, and every
/// op mix of profiler/roofs/compute.hpp. `available_bytes` bounds the working set of memory, where it is
/// known.
[[nodiscard]] std::vector<RoofProbe> roof_probes(const Device& device, std::optional<double> available_bytes);

/// Bytes of the arrays, over all cores, that a bandwidth probe of a level takes:
/// L1 and L2 half their capacity, summed over the cores, so that nothing of it is driven out by stack or page
/// tables; outer caches four times what lies inside of them, but at most half of their own: the rest may be
/// in use by others, and on a virtual machine most of it is; memory four times the last level, at least 256
/// MiB, at most a quarter of what is available.
[[nodiscard]] std::int64_t working_set_bytes(const Device& device, std::size_t level);
[[nodiscard]] std::int64_t memory_working_set_bytes(const Device& device,
                                                    std::optional<double> available_bytes);

/// Measures a probe. Throws InputError when its mix, precision, scope or working set is none that can be
/// measured here.
[[nodiscard]] protocol::RoofAnswer measure_roof(const protocol::RoofRequest& request, const Timer& timer,
                                                std::optional<std::int64_t> available_bytes);

}  // namespace ridge::profiler
