// SPDX-License-Identifier: Apache-2.0
#include "reports/serving_tables.hpp"

namespace ridge::reports {
namespace {

using namespace cost_model::serving;

void add_latency(Table& table, const char* name, const Percentiles& values) {
    table.add_row().set("latency", name).set("mean_s", values.mean).set("p50_s", values.p50);
    table.set("p90_s", values.p90).set("p95_s", values.p95).set("p99_s", values.p99);
}

double number(std::size_t value) { return static_cast<double>(value); }
double number(std::int64_t value) { return static_cast<double>(value); }

void set_limits(Table& table, const ServingSummary& summary, const Slo& slo) {
    if (slo.empty()) {
        for (const auto* id : {"goodput_per_s", "slo_share"}) table.missing(id, "no limit was given");
        return;
    }
    table.set("goodput_per_s", summary.goodput_per_s).set("slo_share", summary.slo_share);
}

// Requests that wait in a queue that grows would be answered ever later.
void flag_queue(Table& table, const ServingSummary& summary) {
    if (number(summary.waiting_at_last_arrival) > 0.05 * number(summary.requests))
        table.flag("waiting", "more comes in than goes out: percentiles depend on how long is simulated");
}

}  // namespace

Table latency_table(const ServingSummary& summary, const ServiceWords& words) {
    Table table(
        "latency",
        "Latency: " + words.model + " on " + words.device + " " + words.parallelism + ", " + words.traffic,
        {"latency", "mean_s", "p50_s", "p90_s", "p95_s", "p99_s"});
    add_latency(table, "TTFT", summary.ttft_s);
    add_latency(table, "TPOT", summary.tpot_s);
    add_latency(table, "request", summary.request_s);
    return table;
}

Table throughput_table(const ServingSummary& summary, const Service& service, const Slo& slo) {
    Table table("throughput", "Throughput",
                {"requests", "counted", "refused", "answered_per_s", "goodput_per_s", "slo_share",
                 "output_tokens_per_s", "computed_prompt_tokens_per_s", "tokens_per_s_device",
                 "tokens_per_s_user", "all_devices"});
    table.add_row().set("requests", number(summary.requests)).set("counted", number(summary.counted));
    table.set("refused", number(summary.refused)).set("answered_per_s", summary.requests_per_s);
    set_limits(table, summary, slo);
    table.set("output_tokens_per_s", summary.output_tokens_per_s)
        .set("computed_prompt_tokens_per_s", summary.prompt_tokens_per_s);
    table.set("tokens_per_s_device", summary.tokens_per_s_device)
        .set("tokens_per_s_user", summary.tokens_per_s_user);
    table.set("all_devices", service.devices());
    return table;
}

Table load_table(const ServingSummary& summary, bool power_known) {
    Table table("load", "Load",
                {"busy_share", "mean_batch", "kv_share", "kv_peak_share", "hit_share", "preemptions",
                 "waiting", "service_power_w", "energy_per_token_j"});
    table.add_row().set("busy_share", summary.utilisation).set("mean_batch", summary.mean_batch);
    table.set("kv_share", summary.kv_share).set("kv_peak_share", summary.kv_peak);
    table.set("hit_share", summary.hit_share).set("preemptions", number(summary.preemptions));
    table.set("waiting", number(summary.waiting_at_last_arrival));
    flag_queue(table, summary);
    if (power_known) {
        table.set("service_power_w", summary.watts).set("energy_per_token_j", summary.joules_per_token);
    } else {
        for (const auto* id : {"service_power_w", "energy_per_token_j"})
            table.missing(id, "the power of the device is not known");
    }
    return table;
}

Table plan_table(const FleetPlan& plan, const std::vector<FleetCandidate>& candidates, int percentile) {
    Table table("plan",
                "Fleets that meet the limits (p" + std::to_string(percentile) + " of a simulated replica)",
                {"rank", "device", "parallelism", "replicas", "all_devices", "batch_limit",
                 "replica_requests_per_s", "load_share", "ttft_s", "tpot_s", "tokens_per_s_device",
                 "fleet_price_per_hour_usd", "cost_per_million_tokens_usd"});
    double rank = 0;
    for (const auto& option : plan.options) {
        const auto& candidate = candidates[option.candidate];
        table.add_row().set("rank", ++rank).set("device", candidate.device);
        table.set("parallelism", candidate.parallelism).set("replicas", number(option.replicas));
        table.set("all_devices", number(option.replicas) * candidate.service().devices());
        table.set("batch_limit", number(option.batch_limit))
            .set("replica_requests_per_s", option.replica_requests_per_s);
        table.set("load_share", option.utilisation_of_rate)
            .set("ttft_s", option.summary.ttft_s.at(percentile));
        table.set("tpot_s", option.summary.tpot_s.at(percentile))
            .set("tokens_per_s_device", option.summary.tokens_per_s_device);
        table.set("fleet_price_per_hour_usd", option.usd_per_hour)
            .set("cost_per_million_tokens_usd", option.usd_per_million_output);
    }
    return table;
}

Table misses_table(const FleetPlan& plan, const std::vector<FleetCandidate>& candidates) {
    Table table("misses", "What does not meet them", {"device", "parallelism", "reason"});
    for (const auto& miss : plan.misses) {
        const auto& candidate = candidates[miss.candidate];
        table.add_row().set("device", candidate.device).set("parallelism", candidate.parallelism);
        table.set("reason", miss.reason);
    }
    return table;
}

}  // namespace ridge::reports
