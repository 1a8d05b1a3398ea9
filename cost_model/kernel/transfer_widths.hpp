// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace ridge::cost_model {

/// An error of a transferred time in units of its own standard deviation.
struct TransferError {
    std::string device;
    std::string regime;
    bool same_family = false, calibrated = false;
    double deviations = 0;  ///< |ln(predicted / measured)| over TransferEstimate::deviation
};

/// Empirical half-widths of transferred times, in standard deviations, by regime, family and whether the
/// device was calibrated: what holds 80 and 95 % of the calls of devices that were left out. A device counts
/// by the root of the number of its calls, since they are off together: neither as one of few nor as
/// thousands.
class TransferWidths {
  public:
    TransferWidths() = default;
    explicit TransferWidths(const std::vector<TransferError>& errors);

    struct Deviations {
        double of_80 = 1.2816, of_95 = 1.96;  ///< of a normal distribution where nothing was left out
    };
    [[nodiscard]] Deviations at(std::string_view regime, bool same_family, bool calibrated) const;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static TransferWidths from_json(const JsonReader& json);

  private:
    std::map<std::string, Deviations, std::less<>> classes_;
};

}  // namespace ridge::cost_model
