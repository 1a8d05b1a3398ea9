// SPDX-License-Identifier: Apache-2.0
#include "gui/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "db/store.hpp"

namespace ridge::gui {
namespace {

std::vector<reports::DeviceReport> read_devices(const std::filesystem::path& path) {
    const db::Store store(path, db::Access::read_only);
    std::vector<reports::DeviceReport> out;
    for (const auto& device : store.devices()) {
        auto report = reports::read_device(store, device.id);
        if (!report.calls.empty() || !report.roofs.empty()) out.push_back(std::move(report));
    }
    return out;
}

std::string environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value ? value : "";
}

}  // namespace

const reports::DeviceReport* Session::device(const std::string& id) const {
    const auto found =
        std::ranges::find_if(devices, [&](const auto& report) { return report.device().id == id; });
    return found == devices.end() ? nullptr : &*found;
}

Session read_session(const std::filesystem::path& path) {
    Session session;
    session.path = path;
    try {
        session.devices = read_devices(path);
    } catch (const std::exception& error) {
        session.error = error.what();
    }
    return session;
}

std::filesystem::path default_store() {
    if (const auto configured = environment("RIDGE_DB"); !configured.empty()) return configured;
    // The XDG specification has relative values ignored.
    const std::filesystem::path data = environment("XDG_DATA_HOME");
    const auto folder =
        data.is_absolute() ? data : std::filesystem::path(environment("HOME")) / ".local/share";
    return folder / "ridgepoint" / "ridge.db";
}

}  // namespace ridge::gui
