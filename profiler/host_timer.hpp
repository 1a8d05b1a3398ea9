// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "profiler/sampler.hpp"

namespace ridge::profiler {

/// Timer of this machine: the monotonic clock, the run-queue wait of all threads of this program that exist
/// now, and the energy counters of profiler/energy.hpp where they are readable.
[[nodiscard]] Timer host_timer();

/// Hz of a core, from the time of a chain of dependent one-cycle additions (about 0.3 ms); the best of a few
/// tries, since every disturbance makes it slower. Nothing on an instruction set that the chain is not
/// written for.
[[nodiscard]] std::optional<double> measure_clock_hz();

}  // namespace ridge::profiler
