// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <string>

#include "core/text.hpp"
#include "core/units.hpp"
#include "reports/metrics.hpp"

/// Metrics of services over time, plans and sweeps: the second part of the registry.
namespace ridge::reports::parts {

inline std::string serving_seconds(double value) { return quantity(value, "s"); }
inline std::string serving_share(double value) { return percent(value); }
inline std::string serving_plain(double value) { return significant(value); }
inline std::string serving_watts(double value) { return quantity(value, "W"); }
inline std::string serving_tokens_rate(double value) { return significant(value) + " tok/s"; }
inline std::string serving_requests_rate(double value) { return significant(value) + " req/s"; }
inline std::string serving_count(double value) { return number_text(std::round(value)); }
inline std::string serving_price(double value) { return "$" + significant(value, 4) + "/h"; }

inline constexpr auto serving_metrics = std::to_array<Metric>({
    {"latency", "Latency", "", nullptr,
     "TTFT: from the arrival to the first token; TPOT: from the first to the last token over the tokens "
     "between; request: from the arrival to the last token."},
    {"mean_s", "Mean", "s", serving_seconds, "Mean over the counted requests."},
    {"p50_s", "p50", "s", serving_seconds, "Half of the counted requests are at or below it."},
    {"p90_s", "p90", "s", serving_seconds, "90 % of the counted requests are at or below it."},
    {"p95_s", "p95", "s", serving_seconds, "95 % of the counted requests are at or below it."},
    {"p99_s", "p99", "s", serving_seconds, "99 % of the counted requests are at or below it."},
    {"requests", "Requests", "", serving_count, "Requests that were simulated."},
    {"counted", "Counted", "", serving_count, "Requests behind the percentiles: those after the warm-up."},
    {"refused", "Refused", "", serving_count,
     "Requests that are beyond a replica's KV cache or the model's positions."},
    {"answered_per_s", "Answered", "1/s", serving_requests_rate,
     "Counted requests over the time from the first one's arrival to the last answer."},
    {"goodput_per_s", "Goodput", "1/s", serving_requests_rate,
     "Counted requests within all limits, over the same time."},
    {"slo_share", "Within limits", "", serving_share, "Share of the counted requests that keep all limits."},
    {"output_tokens_per_s", "Output", "1/s", serving_tokens_rate, "Tokens given out a second, all replicas."},
    {"computed_prompt_tokens_per_s", "Prompts", "1/s", serving_tokens_rate,
     "Prompt tokens computed a second; those found in a cache are not."},
    {"tokens_per_s_device", "Per device", "1/s", serving_tokens_rate, "Output tokens a second and device."},
    {"tokens_per_s_user", "Per user", "1/s", serving_tokens_rate,
     "Tokens a second that a user sees: one over the time per output token."},
    {"busy_share", "Busy", "", serving_share, "Share of the time in which a replica works on a step."},
    {"mean_batch", "Mean batch", "", serving_plain, "Sequences that decode at once while a replica works."},
    {"kv_share", "KV in use", "", serving_share, "Share of the KV cache that sequences take, mean."},
    {"kv_peak_share", "KV peak", "", serving_share, "Share of the KV cache that sequences take, most."},
    {"hit_share", "Cache hits", "", serving_share, "Share of prompt tokens found in the prefix cache."},
    {"preemptions", "Preemptions", "", serving_count, "Sequences that had to make room."},
    {"waiting", "Waiting", "", serving_count,
     "Requests that waited when the last one came; many mean a load that the service cannot bear."},
    {"service_power_w", "Power", "W", serving_watts, "Electrical power of all devices, idle time included."},
    {"replicas", "Replicas", "", serving_count, "Copies of the model behind the router."},
    {"all_devices", "Devices", "", serving_count, "Devices of all replicas."},
    {"batch_limit", "Batch limit", "", serving_count, "Sequences that may run at once on a replica."},
    {"replica_requests_per_s", "A replica bears", "1/s", serving_requests_rate,
     "Highest rate at which one simulated replica meets the target."},
    {"load_share", "Load", "", serving_share, "The load over what all replicas could bear."},
    {"fleet_price_per_hour_usd", "Fleet", "USD/h", serving_price, "Price of all devices for an hour."},
    {"rank", "Rank", "", serving_count, "1 is the cheapest."},
    {"front", "Front", "", nullptr,
     "The fronts that a combination is on: device (no other has more tokens/s per user and per device) or "
     "cost "
     "(more per user and a lower cost)."},
});

/// `first` and then `second`.
template <std::size_t A, std::size_t B>
constexpr std::array<Metric, A + B> joined(const std::array<Metric, A>& first,
                                           const std::array<Metric, B>& second) {
    std::array<Metric, A + B> out{};
    for (std::size_t i = 0; i < A; ++i) out[i] = first[i];
    for (std::size_t i = 0; i < B; ++i) out[A + i] = second[i];
    return out;
}

}  // namespace ridge::reports::parts
