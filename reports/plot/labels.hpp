// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "reports/plot/drawing.hpp"

namespace ridge::reports::plot {

/// A rectangle that may be turned: the place a text takes.
struct Box {
    Spot centre;
    double half_width = 0, half_height = 0;
    double angle = 0;  ///< degrees, clockwise on the screen
};

[[nodiscard]] bool overlap(const Box& a, const Box& b);
[[nodiscard]] bool crosses(const Box& box, Spot from, Spot to);
[[nodiscard]] bool inside(const Box& box, const Rect& rect);

/// What is already on the picture when a label looks for a place.
class Occupied {
  public:
    explicit Occupied(Rect bounds) : bounds_(bounds) {}
    void add_label(const Box& box) { labels_.push_back(box); }
    void add_marker(const Box& box) { markers_.push_back(box); }
    void add_line(Spot from, Spot to) { lines_.emplace_back(from, to); }

    /// Cost of a place: nothing when it is outside or over another label, else what it covers.
    [[nodiscard]] std::optional<double> cost(const Box& box) const;
    /// The cheapest of the candidates, which are in order of preference; taken from then on. Nothing when
    /// none is possible.
    std::optional<std::size_t> place(const std::vector<Box>& candidates);

  private:
    Rect bounds_;
    std::vector<Box> labels_, markers_;
    std::vector<std::pair<Spot, Spot>> lines_;
};

}  // namespace ridge::reports::plot
