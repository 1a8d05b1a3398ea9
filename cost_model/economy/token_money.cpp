// SPDX-License-Identifier: Apache-2.0
#include "cost_model/economy/token_money.hpp"

namespace ridge::cost_model {
namespace {

constexpr double seconds_per_hour = 3600.0;
constexpr double joules_per_kwh = 3.6e6;
constexpr double million = 1e6;

RequestTimes real(RequestTimes times, const MoneyInputs& inputs) {
    times.prefill_s *= inputs.prefill_time_factor;
    times.step_s *= inputs.decode_time_factor;
    return times;
}

}  // namespace

TokenMoney token_money(const RequestTimes& predicted, const MoneyInputs& inputs, Acquisition acquisition) {
    const auto times = real(predicted, inputs);
    const double usd_per_s =
        hourly_cost(inputs, acquisition).total() * times.devices / inputs.utilisation / seconds_per_hour;
    TokenMoney out;
    out.per_million_input = usd_per_s * times.prefill_s / (times.batch * times.prompt_tokens) * million;
    out.per_million_output = usd_per_s * times.step_s / times.batch * million;
    out.per_request = usd_per_s * times.request_s() / times.batch;
    out.per_million_total = out.per_request / (times.prompt_tokens + times.output_tokens) * million;
    return out;
}

double usd_per_million(double usd_per_hour, double tokens_per_s) {
    return usd_per_hour / (seconds_per_hour * tokens_per_s) * million;
}

double kwh_per_request(const RequestTimes& predicted, const MoneyInputs& inputs) {
    const auto times = real(predicted, inputs);
    return mean_power_w(inputs) * inputs.pue * times.devices * times.request_s() / inputs.utilisation /
           times.batch / joules_per_kwh;
}

double output_tokens_per_kwh(const RequestTimes& times, const MoneyInputs& inputs) {
    return times.output_tokens / kwh_per_request(times, inputs);
}

double gco2_per_million_output(const RequestTimes& times, const MoneyInputs& inputs,
                               double grid_gco2_per_kwh) {
    return grid_gco2_per_kwh * million / output_tokens_per_kwh(times, inputs);
}

}  // namespace ridge::cost_model
