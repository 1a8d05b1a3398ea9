// SPDX-License-Identifier: Apache-2.0
#include "gui/session.hpp"

#include <algorithm>
#include <exception>

#include "db/store.hpp"

namespace ridge::gui {

const reports::DeviceReport* Session::device(const std::string& id) const {
    const auto found =
        std::ranges::find_if(devices, [&](const auto& report) { return report.device().id == id; });
    return found == devices.end() ? nullptr : &*found;
}

Session read_session(const std::filesystem::path& path) {
    Session session;
    session.path = path;
    try {
        session.devices = reports::read_devices(db::Store(path, db::Access::read_only));
    } catch (const std::exception& error) {
        session.error = error.what();
    }
    return session;
}

}  // namespace ridge::gui
