// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace ridge::gui {

/// The keys of the window as a table in rich text; docs/window.md has the same ones.
[[nodiscard]] QString keys_sheet();

}  // namespace ridge::gui
