// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "cost_model/serving/simulation.hpp"

namespace ridge::cost_model::serving {

/// Limits on what one request experiences; absent ones hold always.
struct Slo {
    std::optional<double> ttft_s, tpot_s, request_s;
    [[nodiscard]] bool empty() const { return !ttft_s && !tpot_s && !request_s; }
};
/// Throws InputError unless every limit is above 0.
void check(const Slo& slo);

/// Of a quantity over requests; percentiles as the quantiles of core/statistics.hpp (type 7).
struct Percentiles {
    double mean = 0, p50 = 0, p90 = 0, p95 = 0, p99 = 0;
    [[nodiscard]] double at(int percentile) const;  ///< 50, 90, 95 or 99
};
/// All 0 for no value. Sorts the values.
[[nodiscard]] Percentiles percentiles(std::vector<double>& values);

/// A run in figures. Latencies are of the counted requests, rates are over the window (SimulationRun).
struct ServingSummary {
    std::size_t requests = 0, counted = 0, refused = 0, unfinished = 0;
    Percentiles ttft_s;  ///< from the arrival to the end of the step that gives the first token
    Percentiles tpot_s;  ///< (last token - first token) / (output tokens - 1), of requests with two or more
    Percentiles request_s;  ///< from the arrival to the last token
    double window_s = 0;
    double requests_per_s = 0;  ///< counted requests over the time from the first one to the last answer
    double output_tokens_per_s = 0;
    double prompt_tokens_per_s = 0;  ///< computed, not those found in a cache
    double tokens_per_s_device = 0;  ///< output tokens
    double tokens_per_s_user = 0;    ///< tokens after the first over their time, all requests together
    double slo_share = 0;      ///< of the counted requests that keep within all limits; refused ones do not
    double goodput_per_s = 0;  ///< those that do, over the time of requests_per_s (Zhong et al., OSDI 2024)
    double utilisation = 0;    ///< share of the window in which a replica runs a step
    double mean_batch = 0;     ///< sequences that decode, while a replica runs
    double kv_share = 0;       ///< of the KV pages that sequences use, mean over the window
    double kv_peak = 0;        ///< likewise, most
    double hit_share = 0;      ///< of the admitted prompts' tokens that were found in the prefix cache
    std::vector<double> hit_share_by_tier;  ///< the device first
    std::int64_t preemptions = 0;
    std::size_t waiting_at_last_arrival = 0;
    double watts = 0;             ///< of all devices
    double joules_per_token = 0;  ///< over output tokens, idle time included
};

[[nodiscard]] ServingSummary summarise(const SimulationRun& run, const Service& service,
                                       const Requests& requests, const Slo& slo);

}  // namespace ridge::cost_model::serving
