// SPDX-License-Identifier: Apache-2.0
#include "profiler/energy.hpp"

#include <algorithm>
#include <fstream>

namespace ridge::profiler {
namespace {

std::optional<double> read_number(const std::filesystem::path& path) {
    std::ifstream file(path);
    double value = 0;
    if (file >> value) return value;
    return std::nullopt;
}

// "intel-rapl:0" is a package; "intel-rapl:0:1" a part of it, counted there already.
bool is_package(const std::string& name) {
    return name.starts_with("intel-rapl:") && std::ranges::count(name, ':') == 1;
}

}  // namespace

EnergyCounter::EnergyCounter(const std::filesystem::path& root) {
    const auto folder = root / "sys/class/powercap";
    std::error_code error;
    bool found = false;
    for (const auto& zone : std::filesystem::directory_iterator(folder, error)) {
        if (!is_package(zone.path().filename().string())) continue;
        found = true;
        const auto now = read_number(zone.path() / "energy_uj");
        if (!now) continue;
        packages_.push_back({.file = zone.path() / "energy_uj",
                             .range_uj = read_number(zone.path() / "max_energy_range_uj").value_or(0),
                             .last_uj = *now});
    }
    if (packages_.empty())
        reason_ = found ? "/sys/class/powercap/intel-rapl:*/energy_uj needs more rights to read"
                        : "no RAPL counters under /sys/class/powercap (virtual machine, other vendor or "
                          "driver not loaded)";
}

std::optional<double> EnergyCounter::total_j() {
    double total_uj = 0;
    for (auto& package : packages_) {
        const auto now = read_number(package.file);
        if (!now) return std::nullopt;
        const double step = *now - package.last_uj;
        package.total_uj += step >= 0 ? step : step + package.range_uj;
        package.last_uj = *now;
        total_uj += package.total_uj;
    }
    return total_uj * 1e-6;
}

}  // namespace ridge::profiler
