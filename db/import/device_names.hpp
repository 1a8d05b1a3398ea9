// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/device.hpp"

/// Devices as other projects name them. Internal to db/.
namespace ridge::db {

struct FoundDevice {
    Device device;
    bool has_data_sheet = false;
    std::string name;  ///< as the file's name or folders have it
};

/// The device of a file: what its name or the nearest of its folders says, else a bare device named after its
/// folder.
[[nodiscard]] FoundDevice device_of_file(const std::filesystem::path& path, std::string_view project);

/// A device of configs/devices by an alias such as "h100_sxm", "Tesla_V100-PCIE-32GB" or "RTX3090", or by its
/// id in any spelling; else a bare one.
[[nodiscard]] FoundDevice device_of_name(const std::string& name, std::string_view project = {});

}  // namespace ridge::db
