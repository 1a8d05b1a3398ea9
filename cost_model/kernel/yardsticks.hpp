// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "cost_model/kernel/features/call_features.hpp"

/// Simple models of a kernel's time that the kernel model has to beat, on the same rows of one operator, type
/// and implementation.
namespace ridge::cost_model {

/// What a yardstick sees of a call.
struct YardstickRow {
    double seconds = 0;              ///< measured; not looked at in rows that are asked for
    double roofline_s = 0;           ///< of the bare ceilings of the row's device
    std::vector<double> dimensions;  ///< log2 of the call's dimensions
    std::vector<double> features;    ///< log2 of terms and counts, and the axes: what trees may split
};

[[nodiscard]] YardstickRow yardstick_row(const OperatorCall& call, const CallFeatures& features,
                                         double seconds, double roofline_s);

using YardstickRows = std::vector<YardstickRow>;

/// t = t0 + roofline / efficiency.
struct TwoConstants {
    double t0_s = 0;
    double efficiency = 1;

    [[nodiscard]] double seconds(const YardstickRow& row) const { return t0_s + row.roofline_s / efficiency; }
};
/// The constants of least mean absolute log error; of no rows, those of the roofline.
[[nodiscard]] TwoConstants fit_two_constants(const YardstickRows& rows);

/// Fitted on `seen`: seconds for each row of `asked`. With no row seen, the roofline.
using YardstickFunction = std::vector<double> (*)(const YardstickRows& seen, const YardstickRows& asked);

[[nodiscard]] std::vector<double> roofline_seconds(const YardstickRows& seen, const YardstickRows& asked);
[[nodiscard]] std::vector<double> two_constant_seconds(const YardstickRows& seen, const YardstickRows& asked);
/// After taking t0 of the two constants away, roofline over what is left is the utilisation; that of the
/// three nearest rows in log2 of the dimensions, weighted by inverse distance, is taken over.
[[nodiscard]] std::vector<double> neighbour_seconds(const YardstickRows& seen, const YardstickRows& asked);
/// BoostedTrees on the features, of the logarithm of the time.
[[nodiscard]] std::vector<double> boosted_seconds(const YardstickRows& seen, const YardstickRows& asked);

struct Yardstick {
    std::string_view name;
    YardstickFunction seconds;
};

inline constexpr std::array<Yardstick, 4> yardsticks = {{{"roofline", roofline_seconds},
                                                         {"two constants", two_constant_seconds},
                                                         {"3 neighbours", neighbour_seconds},
                                                         {"boosted trees", boosted_seconds}}};

}  // namespace ridge::cost_model
