// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/late_progress.hpp"
#include "cli/serving_options.hpp"
#include "cost_model/serving/trace.hpp"
#include "reports/serving_tables.hpp"

namespace ridge::cli {
namespace {

using namespace cost_model::serving;
using cost_model::serving::Traffic;

struct SimulateOptions {
    ServedModelOptions served;
    TrafficOptions traffic;
    PolicyOptions policy;
    SloOptions slo;
    FormatOption format;
    std::string parallelism = "tp1", trace;
    bool sound_lines = false, quiet = false;
    std::int64_t requests = 10'000, replicas = 1, prefill_replicas = 0;
    std::string prefill_parallelism;
    TransferOptions transfer;
    double warm_up = 0.1;
};

Requests traced(const SimulateOptions& options, const Traffic& traffic) {
    auto trace = read_trace(traffic.trace);
    if (trace.refused > 0 && !options.sound_lines)
        throw InputError(trace.complaint + "; " + std::to_string(trace.requests.all.size()) +
                         " of the trace's requests are sound, and --sound-lines goes on with them");
    if (trace.refused > 0)
        std::cerr << "ridge: " << trace.refused << " lines left out, the first: " << trace.complaint << '\n';
    set_arrivals(trace.requests, traffic.arrivals, options.traffic.seed);
    return std::move(trace.requests);
}

Requests requests_of(const SimulateOptions& options, Traffic& traffic) {
    if (!options.trace.empty()) {
        traffic.trace = options.trace;
        if (options.traffic.arrivals.empty() && !options.traffic.rate)
            traffic.arrivals.kind = Arrivals::Kind::trace;
    }
    return traffic.trace.empty() ? make_requests(traffic, options.requests, options.traffic.seed)
                                 : traced(options, traffic);
}

ReplicaModel replica(const SimulateOptions& options, const cost_model::DeviceModel& device,
                     const std::string& parallelism) {
    auto placed = place_replica(cost_model::load_model(options.served.stored.model),
                                options.served.precisions(options.traffic.workload), device,
                                cost_model::parse_parallelism(parallelism), options.served.choice());
    if (!placed.no_room.empty()) throw InputError(placed.no_room);
    return std::move(placed.model);
}

Service service_of(const SimulateOptions& options, const cost_model::DeviceModel& device) {
    Service service;
    service.policy = options.policy.policy(options.served.choice());
    service.model = replica(options, device, options.parallelism);
    service.replicas = options.replicas;
    if (options.prefill_replicas != 0) {
        const auto& spread =
            options.prefill_parallelism.empty() ? options.parallelism : options.prefill_parallelism;
        service.prefill = PrefillPool{replica(options, device, spread), options.prefill_replicas,
                                      options.transfer.bytes_per_s, options.transfer.latency_s};
    }
    check(service);
    return service;
}

std::string words_of(const Requests& requests, const Traffic& traffic, const SimulateOptions& options) {
    const auto lengths = traffic.trace.empty() ? options.traffic.workload : traffic.trace;
    return lengths + ", " + text(requests.arrivals) + ", replicas " + std::to_string(options.replicas);
}

ExitCode run(const SimulateOptions& options) {
    const auto devices = options.served.devices.load();
    if (devices.size() != 1)
        throw InputError("a simulation is of one --device; 'ridge plan' compares several");
    auto traffic = options.traffic.traffic();
    const auto slo = options.slo.slo();
    const auto service = service_of(options, devices[0]);
    const auto requests = requests_of(options, traffic);
    const InterruptGuard interrupt;
    LateProgress progress(options.quiet);
    const auto result =
        simulate(service, requests, {.warm_up = options.warm_up, .progress = [&](std::size_t done) {
                                         progress.show(done, requests.all.size(), "simulating");
                                         return !interrupt.flag();
                                     }});
    const auto summary = summarise(result, service, requests, slo);
    options.format.print(
        {reports::latency_table(summary, {options.served.stored.model, devices[0].device.id,
                                          options.parallelism, words_of(requests, traffic, options)}),
         reports::throughput_table(summary, service, slo), reports::load_table(summary, summary.watts > 0)});
    if (result.unfinished > 0) return ExitCode::interrupted;
    if (result.refused == 0) return ExitCode::done;
    std::cerr << "ridge: no replica can hold " << result.refused << " of the requests\n";
    return ExitCode::incomplete;
}

void add_pools(CLI::App& command, SimulateOptions& options) {
    command.add_option("--replicas", options.replicas, "copies of the model (default: 1)");
    command.add_option("--parallel", options.parallelism, "of a copy: tp4, \"tp8 pp2\" (default: tp1)");
    command.add_option("--prefill-replicas", options.prefill_replicas,
                       "copies that only do prompts and send the KV to the others, which only decode");
    command.add_option("--prefill-parallel", options.prefill_parallelism,
                       "of those (default: as the others)");
    options.transfer.add(command);
}

}  // namespace

void add_simulate(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "simulate", "Simulate a service over time: continuous batching, queues, caches, latency percentiles");
    auto options = std::make_shared<SimulateOptions>();
    options->served.add(*command);
    options->traffic.add(*command);
    command->add_option("--arrivals", options->traffic.arrivals,
                        "poisson:RATE, bursty:RATE,VARIATION, closed:USERS, at-once or trace (default: the "
                        "workload's)");
    command->add_option("--rate", options->traffic.rate,
                        "requests/s, as poisson:RATE, or for the workload's bursts");
    command->add_option("--requests", options->requests, "how many are drawn (default: 10000)");
    command->add_option(
        "--trace", options->trace,
        "JSON lines as the Mooncake trace, or CSV as the Azure traces, in place of drawn requests");
    command->add_flag("--sound-lines", options->sound_lines,
                      "go on without the lines of a trace that are wrong");
    command->add_option("--warm-up", options->warm_up,
                        "share of the requests that no figure counts, the first ones (default: 0.1)");
    add_pools(*command, *options);
    options->policy.add(*command);
    options->slo.add(*command);
    options->format.add(*command);
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace ridge::cli
