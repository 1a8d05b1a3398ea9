// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/json.hpp"

/// What a transfer learns from how the other devices differ (transfer_learning.hpp), by regime of calls.
namespace ridge::cost_model {

/// How far two devices are apart, by what is known of both.
struct Unlikeness {
    double family = 0;   ///< 0 the same architecture, 1 the same vendor, 2 the same kind, 3 not even that
    double figures = 0;  ///< |ln ratio| of units, ridge point, cache and bandwidth, added up
    double power = 0;    ///< |ln ratio| of the thermal design powers: small boards run below their clocks
    double implementation = 0;  ///< 1 where the kernels are of another implementation
};

/// Exponents that Likeness::throttling is one of: 1/3 where power grows with the clock and the voltage's
/// square, both in proportion; 1 where each operation takes the same energy.
inline constexpr std::array<double, 4> throttling_exponents = {0, 1.0 / 3, 2.0 / 3, 1};

/// What an octave of each counts, how much of the correction of another architecture carries over, and where
/// between the mean and the median of what the sources say the transfer is.
struct Likeness {
    double family = 1, figures = 0.25, power = 0, implementation = 0;
    double correction = 0.6;
    double median = 0;
    /// The share of the arithmetic's peak that carries over falls with this power of the peak for each watt
    /// of the thermal design power, times the process' length.
    double throttling = 1.0 / 3;
    [[nodiscard]] double distance(const Unlikeness& apart) const {
        return family * apart.family + figures * apart.figures + power * apart.power +
               implementation * apart.implementation;
    }
};

/// Standard deviations of what a transfer gets wrong of ln(time) before anything was measured on the device.
struct TransferPrior {
    double level = 0.35;    ///< of one operator's kernels
    double local = 0.2;     ///< of what calls near each other have in common
    double parameters = 1;  ///< of each parameter, in spreads between the sources
    double noise = 0.03;    ///< of a measurement, with what no smooth function follows
    double reach = 1;       ///< of a neighbourhood, in lengths of the correction
};

class TransferPolicy {
  public:
    [[nodiscard]] const Likeness& likeness(std::string_view regime) const;
    [[nodiscard]] const TransferPrior& prior(std::string_view regime, bool same_family) const;
    void set(const std::string& regime, const Likeness& likeness) { likeness_[regime] = likeness; }
    void set(const std::string& regime, bool same_family, const TransferPrior& prior) {
        priors_[{regime, same_family}] = prior;
    }

    [[nodiscard]] Json json() const;
    [[nodiscard]] static TransferPolicy from_json(const JsonReader& json);

  private:
    std::map<std::string, Likeness, std::less<>> likeness_;
    std::map<std::pair<std::string, bool>, TransferPrior> priors_;
};

}  // namespace ridge::cost_model
