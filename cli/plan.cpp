// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/hourly_price.hpp"
#include "cli/late_progress.hpp"
#include "cli/money_options.hpp"
#include "cli/serving_options.hpp"
#include "core/text.hpp"
#include "cost_model/serving/fleet_plan.hpp"
#include "cost_model/serving/separate_pools.hpp"
#include "reports/serving_tables.hpp"

namespace ridge::cli {
namespace {

using namespace cost_model::serving;

constexpr double seconds_per_day = 86400;
constexpr std::size_t most_refusals = 8;  // that are told one by one
constexpr const char* usual_parallelism[] = {"tp1", "tp2", "tp4", "tp8", "tp8 pp2"};

struct PlanOptions {
    ServedModelOptions served;
    TrafficOptions traffic;
    PolicyOptions policy;
    SloOptions slo;
    MoneyOptions money;
    FormatOption format;
    std::vector<std::string> parallelism;
    std::vector<std::string> prefill_parallelism;  ///< of pools that only do prompts; empty: there are none
    std::string prefill_device;                    ///< empty: the one that decodes
    TransferOptions transfer;
    std::optional<double> users, requests_per_user;
    double peak = 1;
    int percentile = 95;
    std::int64_t requests = 4000;
    bool quiet = false;
};

void require(bool sound, const std::string& option, double value, const char* wanted) {
    if (!sound) throw InputError(option + " is " + number_text(value) + ", should be " + wanted);
}

double load_of(const PlanOptions& options) {
    if (options.users.has_value() == options.traffic.rate.has_value())
        throw InputError("give the load by --rate, or by --users with --requests-per-user");
    if (!options.users) return *options.traffic.rate;
    if (!options.requests_per_user)
        throw InputError("--users needs --requests-per-user, requests of a user and day");
    require(*options.users > 0 && *options.users <= 1e11, "--users", *options.users,
            "above 0 and at most 10^11");
    require(*options.requests_per_user > 0 && *options.requests_per_user <= 1e6, "--requests-per-user",
            *options.requests_per_user, "above 0 and at most 10^6");
    require(options.peak >= 1 && options.peak <= 100, "--peak", options.peak, "between 1 and 100");
    return *options.users * *options.requests_per_user / seconds_per_day * options.peak;
}

FleetTarget target_of(const PlanOptions& options) {
    FleetTarget target;
    target.requests_per_s = load_of(options);
    auto traffic = options.traffic;
    traffic.rate.reset();
    target.traffic = traffic.traffic();
    target.slo = options.slo.slo();
    target.percentile = options.percentile;
    check(target);
    return target;
}

// What cannot be a candidate, with its reason.
using Refusals = std::vector<std::string>;

struct Question {
    cost_model::ModelConfig model;
    cost_model::Precisions precisions;
    cost_model::EngineChoice engine;
    Policy policy;
};

// Copies of the model on a device, each way of spreading one, that have room for KV.
std::vector<FleetCandidate> copies_on(const cost_model::DeviceModel& device, double usd_per_hour,
                                      const std::vector<std::string>& spreads, const Question& question,
                                      Refusals& refusals) {
    std::vector<FleetCandidate> out;
    for (const auto& spread : spreads) {
        try {
            auto placed = place_replica(question.model, question.precisions, device,
                                        cost_model::parse_parallelism(spread), question.engine);
            if (!placed.no_room.empty()) {
                refusals.push_back(placed.no_room);
                continue;
            }
            const double usd = placed.model.devices * usd_per_hour;
            out.push_back({device.device.id, spread, std::move(placed.model), question.policy, usd});
        } catch (const InputError& error) {
            refusals.push_back(device.device.id + " " + spread + ": " + error.what());
        }
    }
    return out;
}

std::string words_of(std::int64_t replicas, const FleetCandidate& copy, const std::string& at) {
    return std::to_string(replicas) + " x " + (copy.device == at ? "" : copy.device + " ") + copy.parallelism;
}

// Groups of replicas of which some only do prompts.
void add_groups(std::vector<FleetCandidate>& out, const FleetCandidate& decode, const FleetCandidate& prefill,
                const PlanOptions& options, const FleetTarget& target) {
    auto group = decode;
    group.prefill = PrefillPool{prefill.model, 1, options.transfer.bytes_per_s, options.transfer.latency_s};
    check(group.service());
    const MeanRequest request{target.traffic.prompt_tokens.mean(), target.traffic.output_tokens.mean()};
    if (most_sequences(decode.model, decode.policy, request) < 1) return;  // the plain candidate says so
    for (const auto& sizes : pool_sizes(group.service(), request, target.slo.tpot_s.value_or(1e9))) {
        group.decoding = sizes.decode;
        group.prefill->replicas = sizes.prefill;
        group.usd_per_hour = static_cast<double>(sizes.decode) * decode.usd_per_hour +
                             static_cast<double>(sizes.prefill) * prefill.usd_per_hour;
        group.parallelism = "prefill " + words_of(sizes.prefill, prefill, decode.device) + ", decode " +
                            words_of(sizes.decode, decode, decode.device);
        out.push_back(group);
    }
}

// Devices with the price of an hour; those without go to `refusals`.
struct PricedDevice {
    const cost_model::DeviceModel* device;
    double usd_per_hour;
};
std::vector<PricedDevice> priced(const std::vector<cost_model::DeviceModel>& devices,
                                 const std::vector<std::string>& words, const PlanOptions& options,
                                 Refusals& refusals) {
    auto all = options.served.devices.devices;
    if (!options.prefill_device.empty()) all.push_back(options.prefill_device);
    std::vector<PricedDevice> out;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const auto price = hourly_price(options.money.economy(words[i], all), devices[i]);
        if (price.usd)
            out.push_back({&devices[i], *price.usd});
        else
            refusals.push_back(devices[i].device.id + ": " + price.missing);
    }
    return out;
}

// Copies that only do prompts: on the device named for it, or on the one that decodes.
class PrefillCopies {
  public:
    PrefillCopies(const PlanOptions& options, const Question& question, Refusals& refusals)
        : options_(options), question_(question), refusals_(refusals) {
        if (options.prefill_device.empty()) return;
        auto choice = options.served.devices;
        choice.devices = {options.prefill_device};
        device_ = choice.load();
        for (const auto& one : priced(device_, choice.devices, options, refusals)) named_ = copies(one);
    }
    [[nodiscard]] std::vector<FleetCandidate> beside(const PricedDevice& decoding) const {
        return options_.prefill_device.empty() ? copies(decoding) : named_;
    }

  private:
    [[nodiscard]] std::vector<FleetCandidate> copies(const PricedDevice& one) const {
        return copies_on(*one.device, one.usd_per_hour, options_.prefill_parallelism, question_, refusals_);
    }
    const PlanOptions& options_;
    const Question& question_;
    Refusals& refusals_;
    std::vector<cost_model::DeviceModel> device_;
    std::vector<FleetCandidate> named_;
};

std::vector<FleetCandidate> candidates_of(const PlanOptions& options, const FleetTarget& target,
                                          const std::vector<cost_model::DeviceModel>& devices,
                                          Refusals& refusals) {
    const auto engine = options.served.choice();
    const Question question{cost_model::load_model(options.served.stored.model),
                            options.served.precisions(options.traffic.workload), engine,
                            options.policy.policy(engine)};
    auto spreads = options.parallelism;
    if (spreads.empty()) spreads.assign(std::begin(usual_parallelism), std::end(usual_parallelism));
    for (const auto& spread : spreads) (void)cost_model::parse_parallelism(spread);
    for (const auto& spread : options.prefill_parallelism) (void)cost_model::parse_parallelism(spread);
    const PrefillCopies prefill(options, question, refusals);
    std::vector<FleetCandidate> candidates;
    for (const auto& one : priced(devices, options.served.devices.devices, options, refusals)) {
        const auto pools = prefill.beside(one);
        for (const auto& copy : copies_on(*one.device, one.usd_per_hour, spreads, question, refusals)) {
            candidates.push_back(copy);
            for (const auto& pool : pools) add_groups(candidates, copy, pool, options, target);
        }
    }
    if (candidates.empty())
        throw InputError("no device can serve " + question.model.name + ": " + refusals.front());
    return candidates;
}

void tell(const FleetPlan& plan, const std::vector<FleetCandidate>& candidates, const Refusals& refusals) {
    if (plan.options.size() > 1)
        std::cerr << "ridge: runner-up: " << why_dearer(candidates, plan.options[0], plan.options[1]) << '\n';
    if (plan.pruned > 0)
        std::cerr << "ridge: " << plan.pruned
                  << " candidates were not simulated, since the least that they cost is "
                  << "more than the runner-up\n";
    for (std::size_t i = 0; i < std::min(refusals.size(), most_refusals); ++i)
        std::cerr << "ridge: left out: " << refusals[i] << '\n';
    if (refusals.size() > most_refusals)
        std::cerr << "ridge: left out: " << refusals.size() - most_refusals << " others\n";
}

ExitCode run(PlanOptions options) {
    const auto target = target_of(options);
    if (!options.prefill_device.empty() && options.prefill_parallelism.empty())
        options.prefill_parallelism = {"tp1"};
    options.served.devices.take_all();
    const auto devices = options.served.devices.load();
    Refusals refusals;
    const auto candidates = candidates_of(options, target, devices, refusals);
    FleetPlan plan;
    {
        LateProgress progress(options.quiet);
        plan = plan_fleet(target, candidates,
                          {.requests = options.requests,
                           .seed = options.traffic.seed,
                           .progress = [&](std::size_t done, std::size_t total, const FleetCandidate& next) {
                               progress.show(done, total, next.device + " " + next.parallelism);
                           }});
    }
    std::vector<reports::Table> tables = {reports::plan_table(plan, candidates, options.percentile)};
    if (!plan.misses.empty()) tables.push_back(reports::misses_table(plan, candidates));
    options.format.print(tables);
    tell(plan, candidates, refusals);
    return ExitCode::done;
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "plan",
        "Find the cheapest fleet that meets limits of latency at a load: device, count, parallelism, batch");
    auto options = std::make_shared<PlanOptions>();
    options->served.add(*command);
    options->traffic.add(*command);
    command->add_option("--rate", options->traffic.rate, "requests/s of all users together");
    command->add_option("--users", options->users, "in place of --rate");
    command->add_option("--requests-per-user", options->requests_per_user, "of a user and day");
    command->add_option("--peak", options->peak, "busiest hour over the mean, with --users (default: 1)");
    command
        ->add_option("--parallel", options->parallelism,
                     "of a copy; several are compared (default: tp1, tp2, tp4, tp8 and tp8 pp2)")
        ->allow_extra_args(false);
    command
        ->add_option("--prefill-parallel", options->prefill_parallelism,
                     "compare with groups in which copies that only do prompts, spread so, send KV to those "
                     "that only decode; several are compared")
        ->allow_extra_args(false);
    command->add_option("--prefill-device", options->prefill_device,
                        "of copies that only do prompts (default: the device that decodes)");
    options->transfer.add(*command);
    command->add_option("--percentile", options->percentile,
                        "that the limits hold for: 50, 90, 95 or 99 (default: 95)");
    command->add_option("--requests", options->requests,
                        "simulated for each rate tried, at least (default: 4000)");
    options->policy.add(*command);
    options->slo.add(*command);
    options->money.add(*command);
    options->format.add(*command);
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace ridge::cli
