// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ridge::reports::plot {

enum class Scale { linear, logarithmic };

/// One axis: data in [low, high], low < high, both above 0 on a logarithmic one.
struct Axis {
    std::string title;
    Scale scale = Scale::linear;
    double low = 0;
    double high = 1;
    bool si_prefix = false;  ///< tick texts "10 G" instead of "10000000000"
};

struct Tick {
    double value = 0;
    std::string label;  ///< empty for a minor tick
    [[nodiscard]] bool major() const { return !label.empty(); }
};

/// Position of a value on the axis: 0 at low, 1 at high, beyond them outside.
[[nodiscard]] double to_unit(const Axis& axis, double value);
/// The value at a position: inverse of to_unit().
[[nodiscard]] double from_unit(const Axis& axis, double position);

/// Ticks inside [low, high] in rising order; between two and about `wanted` of them carry a label.
[[nodiscard]] std::vector<Tick> ticks(const Axis& axis, int wanted);

/// The axis with its range widened to round ends: to 1, 2 or 5 times a power of ten on a logarithmic axis.
[[nodiscard]] Axis rounded_outwards(Axis axis);

/// The axis with its range divided by `factor` around the value at `position`, within sane limits.
[[nodiscard]] Axis zoomed(const Axis& axis, double position, double factor);
/// The axis moved by a share of its range.
[[nodiscard]] Axis panned(const Axis& axis, double share);
/// The axis between two positions in either order; unchanged when they are too near each other.
[[nodiscard]] Axis cut(const Axis& axis, double first, double second);

}  // namespace ridge::reports::plot
