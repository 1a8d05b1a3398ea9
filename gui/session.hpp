// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cost_model/device_model.hpp"
#include "reports/device_report.hpp"

namespace ridge::gui {

/// What the window shows: a store read once, and the catalogue beside it. Without a store only the catalogue
/// is there.
struct Session {
    std::filesystem::path path;                  ///< empty without a store
    std::vector<reports::DeviceReport> devices;  ///< those with measurements or roofs
    std::string error;                           ///< why the store could not be read; empty when it could

    [[nodiscard]] const reports::DeviceReport* device(const std::string& id) const;
    [[nodiscard]] bool empty() const { return devices.empty(); }
};

/// Never throws: a store that is missing, damaged, newer or locked gives a session with the sentence in
/// `error`.
[[nodiscard]] Session read_session(const std::filesystem::path& path);

}  // namespace ridge::gui
