// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "reports/plot/axis.hpp"

namespace ridge::gui {

/// The two axes of what is seen.
struct View {
    reports::plot::Axis x, y;
};

/// Views one after the other, to go back and forth in. The first is the whole chart.
class ZoomHistory {
  public:
    void start(View whole);
    /// A new view after the present one; what was undone is forgotten. With `merge` it replaces the present
    /// one, as long as that is not the whole chart: the steps of one gesture are one step to undo.
    void push(View view, bool merge = false);
    void undo() { position_ -= can_undo() ? 1U : 0U; }
    void redo() { position_ += can_redo() ? 1U : 0U; }
    [[nodiscard]] bool can_undo() const { return position_ > 0; }
    [[nodiscard]] bool can_redo() const { return position_ + 1 < views_.size(); }
    [[nodiscard]] const View& current() const { return views_[position_]; }
    [[nodiscard]] const View& whole() const { return views_.front(); }
    /// Whether the present view is not the whole chart.
    [[nodiscard]] bool zoomed() const { return position_ > 0; }
    /// Another whole chart under the same zoom, when data change.
    void replace_whole(View whole) { views_.front() = std::move(whole); }

  private:
    std::vector<View> views_{View{}};
    std::size_t position_ = 0;
};

}  // namespace ridge::gui
