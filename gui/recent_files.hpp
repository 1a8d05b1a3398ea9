// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

namespace ridge::gui {

/// Stores that were opened, newest first, kept with the user's settings; those that are gone are left out.
[[nodiscard]] QStringList recent_files();
void add_recent_file(const QString& path);

}  // namespace ridge::gui
