// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/kernel_config.hpp"
#include "core/measurement.hpp"

/// What the text fields of a Google Benchmark file say. Internal to db/.
namespace ridge::db {

struct BenchmarkName {
    std::string call;  ///< canonical
    std::string implementation;
    KernelConfig config;
    CacheState cache = CacheState::warm;
};

/// Reads "CALL/IMPLEMENTATION/CONFIG[/…]"; throws InputError saying what does not fit.
[[nodiscard]] BenchmarkName parse_benchmark_name(std::string_view name);

/// Reads "mc=96 mr=12": whole numbers, numbers, true, false, and words. Throws InputError naming the field at
/// fault.
[[nodiscard]] KernelConfig parse_config(std::string_view text);

/// "2026-01-02T03:04:05+01:00" in UTC, "2026-01-02T02:04:05.000Z"; empty when the text is no such time.
[[nodiscard]] std::string utc_time(const std::string& text);

}  // namespace ridge::db
