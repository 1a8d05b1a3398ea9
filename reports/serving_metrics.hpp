// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "reports/metric_text.hpp"
#include "reports/metrics.hpp"

/// Metrics of services over time, plans and sweeps: the second part of the registry.
namespace ridge::reports::parts {

inline std::string serving_requests_rate(double value) { return significant(value) + " req/s"; }
inline std::string serving_price(double value) { return "$" + significant(value, 4) + "/h"; }

inline constexpr auto serving_metrics = std::to_array<Metric>({
    {"latency", "Latency", "", nullptr,
     "TTFT: from the arrival to the first token; TPOT: from the first to the last token over the tokens "
     "between; request: from the arrival to the last token."},
    {"mean_s", "Mean", "s", seconds, "Mean over the counted requests."},
    {"p50_s", "p50", "s", seconds, "Half of the counted requests are at or below it."},
    {"p90_s", "p90", "s", seconds, "90 % of the counted requests are at or below it."},
    {"p95_s", "p95", "s", seconds, "95 % of the counted requests are at or below it."},
    {"p99_s", "p99", "s", seconds, "99 % of the counted requests are at or below it."},
    {"requests", "Requests", "", count, "Requests that were simulated."},
    {"counted", "Counted", "", count, "Requests behind the percentiles: those after the warm-up."},
    {"refused", "Refused", "", count,
     "Requests that are beyond a replica's KV cache or the model's positions."},
    {"answered_per_s", "Answered", "1/s", serving_requests_rate,
     "Counted requests over the time from the first one's arrival to the last answer."},
    {"goodput_per_s", "Goodput", "1/s", serving_requests_rate,
     "Counted requests within all limits, over the same time."},
    {"slo_share", "Within limits", "", share, "Share of the counted requests that keep all limits."},
    {"output_tokens_per_s", "Output", "1/s", tokens_rate, "Tokens given out a second, all replicas."},
    {"computed_prompt_tokens_per_s", "Prompts", "1/s", tokens_rate,
     "Prompt tokens computed a second; those found in a cache are not."},
    {"tokens_per_s_device", "Per device", "1/s", tokens_rate, "Output tokens a second and device."},
    {"tokens_per_s_user", "Per user", "1/s", tokens_rate,
     "Tokens a second that a user sees: one over the time per output token."},
    {"busy_share", "Busy", "", share, "Share of the time in which a replica works on a step."},
    {"mean_batch", "Mean batch", "", plain, "Sequences that decode at once while a replica works."},
    {"kv_share", "KV in use", "", share, "Share of the KV cache that sequences take, mean."},
    {"kv_peak_share", "KV peak", "", share, "Share of the KV cache that sequences take, most."},
    {"hit_share", "Cache hits", "", share, "Share of prompt tokens found in the prefix cache."},
    {"preemptions", "Preemptions", "", count, "Sequences that had to make room."},
    {"waiting", "Waiting", "", count,
     "Requests that waited when the last one came; many mean a load that the service cannot bear."},
    {"service_power_w", "Power", "W", watts, "Electrical power of all devices, idle time included."},
    {"replicas", "Replicas", "", count, "Copies of the model behind the router."},
    {"all_devices", "Devices", "", count, "Devices of all replicas."},
    {"batch_limit", "Batch limit", "", count, "Sequences that may run at once on a replica."},
    {"replica_requests_per_s", "A replica bears", "1/s", serving_requests_rate,
     "Highest rate at which one simulated replica meets the target."},
    {"load_share", "Load", "", share, "The load over what all replicas could bear."},
    {"fleet_price_per_hour_usd", "Fleet", "USD/h", serving_price, "Price of all devices for an hour."},
    {"rank", "Rank", "", count, "1 is the cheapest."},
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
