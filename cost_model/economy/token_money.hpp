// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/statistics.hpp"
#include "cost_model/economy/hourly_cost.hpp"
#include "cost_model/economy/money_inputs.hpp"

namespace ridge::cost_model {

/// Times of a batch of equal requests that money and energy follow from.
struct RequestTimes {
    double prefill_s = 0;  ///< of the whole batch: time to first token
    double step_s = 0;     ///< one decode step of the whole batch
    double batch = 1;
    double prompt_tokens = 1;
    double output_tokens = 1;
    double devices = 1;  ///< that work on the batch together, all of them paid for all the time
    /// Ends of the intervals of the two times; {0, 0} where there is none.
    Interval prefill_range{}, step_range{};
    /// prefill_s + (output_tokens - 1) · step_s: the first token comes from the prefill.
    [[nodiscard]] double request_s() const { return prefill_s + (output_tokens - 1.0) * step_s; }
};

/// USD. Prompt and output share the money of an hour as they share its time: prefill's seconds are the input
/// tokens', the decode steps' are the output tokens'. Hours without work are laid on both alike.
struct TokenMoney {
    double per_million_input = 0;
    double per_million_output = 0;
    double per_million_total = 0;  ///< money of a request over all its tokens
    double per_request = 0;
};
[[nodiscard]] TokenMoney token_money(const RequestTimes& times, const MoneyInputs& inputs,
                                     Acquisition acquisition);

/// The field's identity: price of an hour over the tokens of an hour. `tokens_per_s` of what the hour pays.
[[nodiscard]] double usd_per_million(double usd_per_hour, double tokens_per_s);

/// Energy of one request at the facility's meter, kWh: devices with their part of the host, PUE, and the idle
/// hours that utilisation below 1 means.
[[nodiscard]] double kwh_per_request(const RequestTimes& times, const MoneyInputs& inputs);

/// Output tokens for a kWh at the facility's meter; the prompt's energy is theirs.
[[nodiscard]] double output_tokens_per_kwh(const RequestTimes& times, const MoneyInputs& inputs);

/// g CO2 for a million output tokens, with a grid of `grid_gco2_per_kwh`.
[[nodiscard]] double gco2_per_million_output(const RequestTimes& times, const MoneyInputs& inputs,
                                             double grid_gco2_per_kwh);

inline constexpr double days_per_month = 365.0 / 12.0;

}  // namespace ridge::cost_model
