// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "cost_model/kernel/features/call_features.hpp"

/// The analytical part of one kernel's time:
///     t = (launch^q + (Σ over other latencies of count · time
///                      + (Σ over ceilings of (seconds / share)^p)^(1/p))^q)^(1/q)
/// The p-norm runs smoothly from "no overlap" (p = 1, the sum) to "perfect overlap" (p → ∞, the maximum: the
/// roofline). Likewise q: 1 where the device waits for each launch, ∞ where the host launches the next call
/// while the device works on this one.
namespace ridge::cost_model {

/// One fitted value and how far the data leave it open.
struct Parameter {
    std::string name;   ///< of the term that it belongs to
    double value = 0;   ///< seconds of a latency; share of a ceiling
    double log_sd = 0;  ///< standard deviation of ln(value); 0 where it is not known
    bool operator==(const Parameter&) const = default;
};

/// No more arithmetic than the peak, but for boost clocks that a data sheet leaves out.
inline constexpr double most_compute_share = 1.1;

/// A tile that a kernel of matrix products has.
struct TileSpeed {
    std::size_t tile = 0;  ///< place in product_tiles
    double speed = 1;      ///< of its arithmetic, over that of the first
    bool operator==(const TileSpeed&) const = default;
};

struct KernelParameters {
    std::vector<Parameter> latencies;   ///< seconds each time
    std::vector<Parameter> shares;      ///< of the device's ceilings
    std::vector<TileSpeed> tiles = {};  ///< of which the fastest is taken; none: "compute" as it is
    double overlap = 4;                 ///< p of the norm, [1, 16]
    double overlap_log_sd = 0;
    double launch_overlap = 1;  ///< q of the norm, [1, 16]

    [[nodiscard]] Json json() const;
    [[nodiscard]] static KernelParameters from_json(const JsonReader& json);
    bool operator==(const KernelParameters&) const = default;
};

/// The value of a latency or share by name; `fallback` for a term that no fitted call had.
[[nodiscard]] double value_of(const std::vector<Parameter>& parameters, std::string_view name,
                              double fallback);

/// Seconds that a ceiling alone lets a call take: its term over the share, of "compute" in the fastest tile.
[[nodiscard]] double seconds_at(const CallFeatures& features, std::size_t ceiling,
                                const KernelParameters& parameters);

/// Seconds of one call under these parameters; a term without a parameter counts as nothing (latency) or at
/// its ceiling (share 1).
[[nodiscard]] double kernel_time(const CallFeatures& features, const KernelParameters& parameters);

}  // namespace ridge::cost_model
