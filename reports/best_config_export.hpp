// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reports/device_report.hpp"

namespace ridge::reports {

inline constexpr int best_config_version = 1;

/// The best configuration of each call of a device, for a serving stack to load; docs/best-configs.md
/// explains the format:
/// {"schema": "ridge-best-configs", "version": 1, "device": …, "generated_at": …, "configs": [{"call",
/// "cache", "best", "own", …}]}. "best" is the fastest of all implementations, "own" the fastest tunable one
/// of ours, with ties named in both.
[[nodiscard]] Json best_configs_json(const DeviceReport& report, const std::string& generated_at);

}  // namespace ridge::reports
