// SPDX-License-Identifier: Apache-2.0
#include "gui/zoom_history.hpp"

#include <utility>

namespace ridge::gui {

void ZoomHistory::start(View whole) {
    views_ = {std::move(whole)};
    position_ = 0;
}

void ZoomHistory::push(View view, bool merge) {
    views_.resize(position_ + 1);
    if (merge && position_ > 0) {
        views_.back() = std::move(view);
        return;
    }
    views_.push_back(std::move(view));
    ++position_;
}

}  // namespace ridge::gui
