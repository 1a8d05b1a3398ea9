// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/summary.hpp"

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"

namespace ridge::cost_model::serving {
namespace {

double over(double numerator, double denominator) { return denominator > 0 ? numerator / denominator : 0.0; }

double sorted_quantile(const std::vector<double>& values, double p) {
    const double place = p * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

bool within(const std::optional<double>& limit, double value) { return !limit || value <= *limit; }

// Latencies of the counted requests that were answered.
struct Latencies {
    std::vector<double> ttft_s, tpot_s, request_s;
    double decoded_tokens = 0, decoded_s = 0;
    std::size_t good = 0;

    void add(const Sequence& sequence, std::int32_t output_tokens, const Slo& slo) {
        const double ttft = sequence.first_token_s - sequence.arrival_s,
                     whole = sequence.done_s - sequence.arrival_s,
                     decoded = sequence.done_s - sequence.first_token_s, tokens = output_tokens - 1;
        ttft_s.push_back(ttft);
        request_s.push_back(whole);
        if (tokens > 0) tpot_s.push_back(decoded / tokens);
        decoded_tokens += tokens, decoded_s += decoded;
        const bool keeps = within(slo.ttft_s, ttft) && within(slo.request_s, whole) &&
                           (tokens == 0 || within(slo.tpot_s, decoded / tokens));
        good += keeps ? 1 : 0;
    }
};

void set_rates(ServingSummary& out, const SimulationRun& run, const Service& service) {
    out.window_s = run.window_end_s - run.window_start_s;
    out.output_tokens_per_s = over(run.tally.output_tokens, out.window_s);
    out.prompt_tokens_per_s = over(run.tally.prompt_tokens, out.window_s);
    out.tokens_per_s_device = out.output_tokens_per_s / service.devices();
    const auto prefill = static_cast<double>(service.prefill ? service.prefill->replicas : 0);
    const auto decode = static_cast<double>(service.replicas);
    out.utilisation = over(run.tally.busy_s, out.window_s * (prefill + decode));
    const double decode_busy = run.tally.busy_s - run.prefill_tally.busy_s;
    out.mean_batch = over(run.tally.decoding_s, decode_busy);
    const double pages = service.model.kv_capacity_tokens / static_cast<double>(service.policy.page);
    out.kv_share = over(run.tally.pages_s - run.prefill_tally.pages_s, out.window_s * decode * pages);
    out.kv_peak = over(static_cast<double>(run.counts.pages_peak), pages);
}

void set_energy(ServingSummary& out, const SimulationRun& run, const Service& service) {
    const auto idle = [&](const ReplicaModel& model, std::int64_t replicas, double busy_s) {
        return model.idle_w * (static_cast<double>(replicas) * out.window_s - busy_s);
    };
    double joules = run.tally.energy_j;
    joules += idle(service.model, service.replicas, run.tally.busy_s - run.prefill_tally.busy_s);
    if (service.prefill)
        joules += idle(service.prefill->model, service.prefill->replicas, run.prefill_tally.busy_s);
    out.watts = over(joules, out.window_s);
    out.joules_per_token = over(joules, run.tally.output_tokens);
}

void set_hits(ServingSummary& out, const SimulationRun& run, const Service& service,
              const Requests& requests) {
    for (std::size_t tier = 0; tier <= service.policy.tiers.size(); ++tier) {
        const double tokens = static_cast<double>(run.counts.hit_blocks[tier] * requests.block_tokens);
        out.hit_share_by_tier.push_back(over(tokens, run.counts.looked_up_tokens));
        out.hit_share += out.hit_share_by_tier.back();
    }
}

}  // namespace

void check(const Slo& slo) {
    const auto require = [](const std::optional<double>& limit, const char* what) {
        if (limit && !(*limit > 0))
            throw InputError("the limit of " + std::string(what) + " is " + number_text(*limit) +
                             " s, should be above 0");
    };
    require(slo.ttft_s, "TTFT");
    require(slo.tpot_s, "TPOT");
    require(slo.request_s, "a request");
}

double Percentiles::at(int percentile) const {
    switch (percentile) {
        case 50:
            return p50;
        case 90:
            return p90;
        case 95:
            return p95;
        case 99:
            return p99;
        default:
            throw InputError("percentile " + std::to_string(percentile) + " should be 50, 90, 95 or 99");
    }
}

Percentiles percentiles(std::vector<double>& values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    return {mean(values), sorted_quantile(values, 0.5), sorted_quantile(values, 0.9),
            sorted_quantile(values, 0.95), sorted_quantile(values, 0.99)};
}

ServingSummary summarise(const SimulationRun& run, const Service& service, const Requests& requests,
                         const Slo& slo) {
    check(slo);
    ServingSummary out;
    out.requests = run.sequences.size();
    out.refused = run.refused, out.unfinished = run.unfinished;
    out.preemptions = run.counts.preemptions;
    out.waiting_at_last_arrival = run.waiting_at_last_arrival;
    Latencies latencies;
    double first_s = -1, last_s = 0, refused = 0;
    for (std::size_t i = run.first_counted; i < run.sequences.size(); ++i) {
        const auto& sequence = run.sequences[i];
        if (sequence.done_s < 0) {
            refused += run.unfinished == 0 ? 1 : 0;
            continue;
        }
        latencies.add(sequence, requests.all[i].output_tokens, slo);
        if (first_s < 0) first_s = sequence.arrival_s;
        last_s = std::max(last_s, sequence.done_s);
    }
    out.counted = latencies.request_s.size();
    out.ttft_s = percentiles(latencies.ttft_s);
    out.tpot_s = percentiles(latencies.tpot_s);
    out.request_s = percentiles(latencies.request_s);
    out.tokens_per_s_user = over(latencies.decoded_tokens, latencies.decoded_s);
    const auto counted = static_cast<double>(out.counted);
    out.requests_per_s = over(counted, last_s - first_s);
    out.slo_share = over(static_cast<double>(latencies.good), counted + refused);
    out.goodput_per_s = over(static_cast<double>(latencies.good), last_s - first_s);
    set_rates(out, run, service);
    set_energy(out, run, service);
    set_hits(out, run, service, requests);
    return out;
}

}  // namespace ridge::cost_model::serving
