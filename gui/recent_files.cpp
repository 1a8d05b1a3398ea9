// SPDX-License-Identifier: Apache-2.0
#include "gui/recent_files.hpp"

#include <QFileInfo>
#include <QSettings>

namespace ridge::gui {
namespace {

constexpr qsizetype most = 8;
constexpr const char* key = "recent_files";

QSettings settings() { return {QSettings::IniFormat, QSettings::UserScope, "ridgepoint", "ridge-gui"}; }

}  // namespace

QStringList recent_files() {
    auto files = settings().value(key).toStringList();
    files.removeIf([](const QString& path) { return !QFileInfo::exists(path); });
    return files;
}

void add_recent_file(const QString& path) {
    auto files = recent_files();
    files.removeAll(path);
    files.prepend(path);
    settings().setValue(key, files.mid(0, most));
}

}  // namespace ridge::gui
