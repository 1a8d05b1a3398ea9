// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <thread>

#include "cli/commands.hpp"
#include "cli/hourly_price.hpp"
#include "cli/interrupt.hpp"
#include "cli/late_progress.hpp"
#include "cli/money_options.hpp"
#include "cli/number_list.hpp"
#include "cli/precision_options.hpp"
#include "cli/serving_options.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "cost_model/serving/sweep.hpp"
#include "reports/pareto_chart.hpp"
#include "reports/sweep_table.hpp"

namespace ridge::cli {
namespace {

using namespace cost_model::serving;

struct SweepOptions {
    DeviceOptions devices;
    MoneyOptions money;
    PolicyOptions policy;
    FormatOption format;
    std::vector<std::string> models = {"llama-2-7b"}, parallelism = {"tp1"}, precisions = {"bf16"},
                             sparsities = {"dense"};
    std::string batch = "1..256*2", prompts = "512", outputs = "256";
    EngineOption engine;
    std::vector<double> hours;  ///< prices in place of the devices' own
    unsigned threads = 0;
    std::string chart;
    bool all = false, quiet = false;
};

// The axes that a setup is made of, the last one running fastest.
struct Axes {
    std::vector<cost_model::ModelConfig> models;
    std::vector<cost_model::DeviceModel> devices;
    std::vector<HourlyPrice> prices;  ///< by device
    std::vector<cost_model::Parallelism> parallelism;
    std::vector<cost_model::Precisions> precisions;  ///< with their sparsities
    cost_model::EngineChoice engine;
    Policy policy;

    struct Place {
        std::size_t model, device, parallelism, precision;
    };
    [[nodiscard]] std::size_t size() const {
        return models.size() * devices.size() * parallelism.size() * precisions.size();
    }
    [[nodiscard]] Place place(std::size_t index) const {
        Place out{};
        out.precision = index % precisions.size(), index /= precisions.size();
        out.parallelism = index % parallelism.size(), index /= parallelism.size();
        out.device = index % devices.size(), index /= devices.size();
        out.model = index;
        return out;
    }
};

Axes axes_of(const SweepOptions& options) {
    Axes axes;
    for (const auto& model : options.models) axes.models.push_back(cost_model::load_model(model));
    axes.devices = options.devices.load();
    const auto& words = options.devices.devices;
    for (std::size_t i = 0; i < words.size(); ++i)
        axes.prices.push_back(hourly_price(options.money.economy(words[i], words), axes.devices[i]));
    for (const auto& text : options.parallelism)
        axes.parallelism.push_back(cost_model::parse_parallelism(text));
    for (const auto& text : options.precisions)
        for (const auto& sparsity : options.sparsities) {
            axes.precisions.push_back(cost_model::parse_precisions(text));
            axes.precisions.back().weight_sparsity = Sparsity::parse(sparsity);
        }
    axes.engine = options.engine.choice();
    axes.policy = options.policy.policy(axes.engine);
    return axes;
}

SweepSetup setup_of(const Axes& axes, std::size_t index) {
    const auto place = axes.place(index);
    SweepSetup setup;
    setup.policy = axes.policy;
    setup.usd_per_hour = axes.prices[place.device].usd;
    try {
        auto placed =
            place_replica(axes.models[place.model], axes.precisions[place.precision],
                          axes.devices[place.device], axes.parallelism[place.parallelism], axes.engine);
        setup.reason = placed.no_room;
        if (setup.reason.empty()) setup.model = std::move(placed.model);
    } catch (const InputError& error) {
        setup.reason = error.what();
    }
    return setup;
}

std::vector<std::int64_t> lengths_of(const std::string& text, const char* option, std::int64_t most) {
    auto out = parse_number_list(text, option);
    for (const auto value : out)
        if (value < 1 || value > most)
            throw InputError(std::string(option) + " has " + std::to_string(value) +
                             ", should be between 1 and " + std::to_string(most));
    return out;
}

std::vector<SweepLoad> loads_of(const SweepOptions& options) {
    std::vector<SweepLoad> loads;
    for (const auto batch : lengths_of(options.batch, "--batch", 1'000'000))
        for (const auto prompt : lengths_of(options.prompts, "--prompt", longest_length))
            for (const auto output : lengths_of(options.outputs, "--output-tokens", longest_length))
                loads.push_back({batch, {static_cast<double>(prompt), static_cast<double>(output)}});
    return loads;
}

std::string weights_text(const cost_model::Precisions& precisions) {
    const auto& sparsity = precisions.weight_sparsity;
    return precisions.weights.text() + (sparsity.is_dense() ? "" : " " + sparsity.text());
}

// Everything in words; without --all only what is on a front.
std::vector<reports::SweepRow> rows_of(const Axes& axes, const SweepGrid& grid, const SweepResult& result,
                                       bool all) {
    std::vector<reports::SweepRow> rows;
    auto cell = result.cells.begin();
    for (std::size_t i = 0; i < grid.setups; ++i) {
        const auto place = axes.place(i);
        const reports::SweepRow words{axes.models[place.model].name, axes.devices[place.device].device.id,
                                      axes.parallelism[place.parallelism].text(),
                                      weights_text(axes.precisions[place.precision])};
        for (const auto& load : grid.loads)
            for (std::size_t price = 0; price < grid.usd_per_hour.size(); ++price, ++cell) {
                if (!cell->ok) continue;
                rows.push_back(words);
                rows.back().batch = load.batch;
                rows.back().prompt_tokens = load.request.prompt_tokens;
                rows.back().output_tokens = load.request.output_tokens;
                rows.back().cell = *cell;
            }
    }
    reports::mark_fronts(rows);
    if (!all) std::erase_if(rows, [](const auto& row) { return !row.on_device_front && !row.on_cost_front; });
    return rows;
}

// Setups that could not be, each reason once.
void tell_refusals(const SweepResult& result) {
    auto reasons = result.reasons;
    std::erase(reasons, std::string());
    const auto count = reasons.size();
    std::ranges::sort(reasons);
    reasons.erase(std::ranges::unique(reasons).begin(), reasons.end());
    if (count == 0) return;
    std::cerr << "ridge: " << count << " of " << result.reasons.size() << " setups cannot be, e.g. "
              << reasons.front() << '\n';
}

ExitCode run(SweepOptions options) {
    options.devices.take_all();
    const auto axes = axes_of(options);
    SweepGrid grid{
        axes.size(), [&](std::size_t index) { return setup_of(axes, index); }, loads_of(options), {}};
    for (const auto hour : options.hours) grid.usd_per_hour.emplace_back(hour);
    if (grid.usd_per_hour.empty()) grid.usd_per_hour = {std::nullopt};
    const auto threads =
        options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    SweepResult result;
    {
        const InterruptGuard interrupt;
        LateProgress progress(options.quiet);
        result = sweep(grid, threads, [&](std::size_t done, std::size_t setups) {
            progress.show(done, setups, "setups");
            return !interrupt.flag();
        });
    }
    const auto rows = rows_of(axes, grid, result, options.all);
    if (rows.empty() && result.complete) {
        for (const auto& reason : result.reasons)
            if (!reason.empty()) throw InputError("nothing of the sweep can be: " + reason);
        throw InputError(
            "nothing of the sweep fits: the KV of the smallest batch is larger than the memory left");
    }
    const auto title = std::to_string(grid.size()) + " combinations, " +
                       (options.all ? "all of them" : "those that no other one beats");
    if (!options.chart.empty()) write_file(options.chart, reports::pareto_svg(rows));
    options.format.print({reports::sweep_table(rows, title)});
    tell_refusals(result);
    return result.complete ? ExitCode::done : ExitCode::interrupted;
}

void add_axes(CLI::App& command, SweepOptions& options) {
    const auto list = [&](const char* name, std::vector<std::string>& values, const char* text) {
        command.add_option(name, values, text)->allow_extra_args(false);
    };
    list("--model", options.models, "name or path of a config.json; several (default: llama-2-7b)");
    list("--parallel", options.parallelism, "tp4, \"tp8 pp2\"; several (default: tp1)");
    list("--precision", options.precisions,
         "bf16, w8a8, w4, fp8_e4m3/fp8_e4m3/fp8_e4m3 …; several (default: bf16)");
    list("--sparsity", options.sparsities, "of the weights; several (default: dense)");
    command.add_option("--batch", options.batch, "sequences at once, e.g. 1,8..256*2 (default: 1..256*2)");
    command.add_option("--prompt", options.prompts, "tokens of a prompt, e.g. 512..8192*2 (default: 512)");
    command.add_option("--output-tokens", options.outputs, "tokens of an answer, likewise (default: 256)");
    command
        .add_option("--hour", options.hours,
                    "US dollars for a device and hour, in place of the devices' own; several")
        ->allow_extra_args(false);
    options.engine.add(command);
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "sweep",
        "Price every combination of a grid, and show the front of speed per user, per device and cost");
    auto options = std::make_shared<SweepOptions>();
    options->devices.add(*command);
    add_axes(*command, *options);
    options->policy.add(*command);
    options->money.add(*command);
    options->format.add(*command);
    command->add_option("--chart", options->chart, "SVG file of the front of speed per user and per device");
    command->add_flag("--all", options->all, "every combination, not only those on a front");
    command->add_option("--threads", options->threads, "at once (default: the machine's)");
    command->add_flag("--quiet", options->quiet, "no progress");
    command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace ridge::cli
