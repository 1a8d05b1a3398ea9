// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/measurement.hpp"
#include "cost_model/economy/prices.hpp"

namespace ridge::cost_model {

/// What the user decides about money.
struct Economy {
    std::optional<double> usd_per_hour;      ///< overrides the device's default price
    bool price_assumed = false;              ///< usd_per_hour is what nobody asks or pays, and is marked so
    std::optional<Electricity> electricity;  ///< added to the price, for owned devices; rental includes it
};

/// Throws InputError for a negative or non-finite price, or a PUE under 1.
void check(const Economy& economy);

/// Costs in USD; absent figures have their reason in `missing`.
struct Money {
    std::optional<RentalPrice> price;              ///< per device and hour, and where it is from
    double electricity_usd_per_hour = 0;           ///< included below when asked for
    std::optional<double> usd_per_million_input;   ///< price · TTFT over prompt tokens
    std::optional<double> usd_per_million_output;  ///< price · time per decode step over sequences
    std::optional<double> usd_per_million_total;   ///< price · request time over all tokens
    std::optional<double> usd_per_request;
    std::string missing;
};

/// Energy of the devices, without the facility's overhead.
struct Energy {
    std::optional<double> joules_per_output_token;  ///< decode
    /// Prefill, with its own power; absent where only that of decoding was measured.
    std::optional<double> joules_per_input_token;
    std::optional<double> watts;  ///< of decoding: that the output tokens' energy follows from
    /// specified: thermal design power times time. The power is an upper bound; where the time is a least
    /// one, the product is a bound of neither side.
    Provenance provenance = Provenance::specified;
    std::string basis;  ///< a few words for a column
    std::string missing;
};

/// Times of a batch of equal requests that money and energy follow from.
struct RequestTimes {
    double prefill_s = 0;  ///< of the whole batch: time to first token
    double step_s = 0;     ///< one decode step of the whole batch
    double batch = 1;
    double prompt_tokens = 1;
    double output_tokens = 1;
    /// prefill_s + (output_tokens - 1) · step_s: the first token comes from the prefill.
    [[nodiscard]] double request_s() const { return prefill_s + (output_tokens - 1.0) * step_s; }
};

/// `watts` of the device, for electricity; without it electricity is left out and `missing` says so.
[[nodiscard]] Money money(const RequestTimes& times, const Economy& economy,
                          const std::optional<RentalPrice>& device_price, std::optional<double> watts);

[[nodiscard]] double joules_per_output_token(const RequestTimes& times, double watts);
[[nodiscard]] double joules_per_input_token(const RequestTimes& times, double watts);

[[nodiscard]] Energy energy_from_tdp(const RequestTimes& times, std::optional<double> tdp_w);

}  // namespace ridge::cost_model
