// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "db/store.hpp"
#include "operators/catalogue.hpp"
#include "tuner/formats/conversion.hpp"
#include "tuner/formats/recorded_file.hpp"
#include "tuner/formats/stored_space.hpp"
#include "tuner/formats/t1.hpp"

namespace ridge::cli {
namespace {

struct ShowOptions {
    std::string file;
    FormatOption format;
};

// Where to, and what the file does not say itself.
struct OutputChoice {
    tuner::OutputOptions output;
    std::string path = "-";

    void add(CLI::App& command);
    ExitCode write(const tuner::RecordedSpace& space);
};

struct ConvertOptions {
    std::string file, kernel, device, problem;
    OutputChoice output;
};

struct ExportOptions {
    StoreOption store;
    std::vector<std::string> call;
    std::string implementation, campaign, device = "this", cache = "cold";
    OutputChoice output;
};

void OutputChoice::add(CLI::App& command) {
    std::vector<std::string> names, titles;
    for (const auto& format : tuner::output_formats()) {
        names.emplace_back(format.name);
        titles.push_back(std::string(format.name) + " (" + std::string(format.title) + ")");
    }
    command.add_option("--to", output.format, join(titles, ", "))->required()->check(CLI::IsMember(names));
    command.add_option("--out", path,
                       "file to write, packed if it ends with .gz; for wisdom and vllm a folder too "
                       "(default: -, stdout)");
    command.add_option("--tokens", output.tokens, "of vllm: number of tokens that the optimum is for");
    command.add_option("--experts", output.moe.experts, "of vllm: for the file's name");
    command.add_option("--intermediate", output.moe.intermediate,
                       "of vllm: intermediate size of one rank, for the file's name");
    command.add_option("--dtype", output.moe.dtype, "of vllm: such as fp8_w8a8, for the file's name");
    command.add_option("--block-shape", output.moe.block_shape, "of vllm: n,k of block-wise scales")
        ->delimiter(',');
}

void warn(const std::vector<std::string>& sentences) {
    for (const auto& sentence : sentences) std::cerr << "ridge: " << sentence << '\n';
}

ExitCode OutputChoice::write(const tuner::RecordedSpace& space) {
    warn(space.notes);
    if (path != "-") output.path = path;
    const auto made = tuner::make_output(space, output);
    warn(made.written.lost);
    if (path == "-") {
        std::cout << made.written.text;
    } else {
        tuner::save(made, output.format);
        std::cout << made.path.string() << ": " << space.configs.size() << " configurations\n";
    }
    return space.dropped == 0 ? ExitCode::done : ExitCode::incomplete;
}

std::string objective_text(const tuner::RecordedSpace& space, double value) {
    return space.unit.empty() ? significant(value) : quantity(value, space.unit);
}

reports::Table parameters_table(const ParameterSpace& space) {
    reports::Table table("parameters", "Parameters", {"parameter", "count", "value"});
    for (const auto& parameter : space.parameters) {
        std::vector<std::string> values;
        for (const auto& value : parameter.values) values.push_back(text(value));
        table.add_row()
            .set("parameter", parameter.name)
            .set("count", static_cast<double>(parameter.values.size()))
            .set("value", join(values, " "));
    }
    return table;
}

reports::Table constraints_table(const ParameterSpace& space) {
    reports::Table table("constraints", "Constraints", {"value"});
    for (const auto& constraint : space.constraints) table.add_row().set("value", constraint);
    return table;
}

void add_fact(reports::Table& table, const std::string& name, const std::string& value) {
    if (!value.empty()) table.add_row().set("name", name).set("value", value);
}

void add_number(reports::Table& table, const std::string& name, double value, const std::string& shown) {
    table.add_row().set("name", name).set("value", value).shown_as("value", shown);
}

void add_count(reports::Table& table, const std::string& name, std::size_t count) {
    add_number(table, name, static_cast<double>(count), std::to_string(count));
}

void add_outcome(reports::Table& table, const tuner::RecordedSpace& space) {
    const auto optimum = space.optimum();
    if (!optimum) return;
    std::vector<double> objectives, costs;
    for (const auto& config : space.configs) {
        costs.push_back(config.cost_s());
        if (config.objective) objectives.push_back(*config.objective);
    }
    const auto& best = space.configs[*optimum];
    add_number(table, "optimum", *best.objective, objective_text(space, *best.objective));
    add_fact(table, "optimal configuration", best.config.text());
    const double middle = median(objectives);
    add_number(table, "median", middle, objective_text(space, middle));
    const double cost = median(costs);
    if (cost > 0) add_number(table, "median cost of trying one", cost, quantity(cost, "s"));
}

ExitCode show_input(const tuner::Document& document, const FormatOption& format) {
    const auto input = tuner::read_t1(document);
    warn(input.notes);
    reports::Table table("space", document.file, {"name", "value"});
    add_fact(table, "format", "t1");
    add_fact(table, "kernel", input.kernel);
    for (const auto& budget : input.budgets)
        add_number(table, "budget: " + budget.type, budget.value, number_text(budget.value));
    format.print({table, parameters_table(input.space), constraints_table(input.space)});
    return ExitCode::done;
}

ExitCode show_moe(const tuner::Document& document, const FormatOption& format) {
    const auto moe = tuner::read_moe_configs(document);
    reports::Table table("space", document.file, {"name", "config"});
    for (const auto& [tokens, config] : moe.configs)
        table.add_row().set("name", std::to_string(tokens) + " tokens").set("config", config.text());
    format.print({table});
    return ExitCode::done;
}

ExitCode show(const ShowOptions& options) {
    const auto document = tuner::read_document(options.file);
    if (tuner::is_t1(document)) return show_input(document, options.format);
    if (tuner::is_moe_configs(document)) return show_moe(document, options.format);
    const auto space = tuner::read_recorded_space(document);
    warn(space.notes);
    reports::Table table("space", document.file, {"name", "value"});
    add_fact(table, "format", std::string(tuner::format_of(document)));
    add_fact(table, "kernel", space.kernel);
    add_fact(table, "device", space.device);
    add_fact(table, "problem", space.problem);
    add_fact(table, "objective", space.objective + (space.unit.empty() ? "" : " [" + space.unit + "]"));
    add_count(table, "configurations", space.configs.size());
    add_count(table, "valid", space.valid());
    add_count(table, "dropped entries", space.dropped);
    add_outcome(table, space);
    options.format.print({table, parameters_table(space.parameters)});
    return space.dropped == 0 ? ExitCode::done : ExitCode::incomplete;
}

ExitCode convert(ConvertOptions options) {
    const auto document = tuner::read_document(options.file);
    auto space = tuner::read_recorded_space(document);
    if (!options.kernel.empty()) space.kernel = options.kernel;
    if (!options.device.empty()) space.device = options.device;
    if (!options.problem.empty()) space.problem = options.problem;
    return options.output.write(space);
}

ExitCode export_space(ExportOptions options) {
    const db::Store store(options.store.path, db::Access::read_only);
    db::Filter filter{.device = device_id(store, options.device),
                      .call = operators::parse_call(join(options.call, " ")).text(),
                      .implementation = options.implementation,
                      .cache = parse_cache_state(options.cache)};
    if (!options.campaign.empty()) filter.campaign = options.campaign;
    return options.output.write(tuner::stored_space(store.measurements(filter)));
}

void add_show(CLI::App& parent, Action& action) {
    auto* command = parent.add_subcommand("show", "Show what a recorded search space holds");
    auto options = std::make_shared<ShowOptions>();
    command->add_option("file", options->file, "file of any known format, packed by gzip or not")->required();
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return show(*options); }; });
}

void add_convert(CLI::App& parent, Action& action) {
    auto* command = parent.add_subcommand("convert", "Write a recorded search space in another format");
    auto options = std::make_shared<ConvertOptions>();
    command->add_option("file", options->file, "file of any known format, packed by gzip or not")->required();
    options->output.add(*command);
    command->add_option("--kernel", options->kernel, "name of the kernel, instead of the file's");
    command->add_option("--device", options->device, "name of the device, instead of the file's");
    command->add_option("--problem", options->problem,
                        "size of the problem, such as [4096,4096], instead of the file's");
    command->callback([options, &action] { action = [options] { return convert(*options); }; });
}

void add_export_space(CLI::App& parent, Action& action) {
    auto* command = parent.add_subcommand(
        "export", "Write what the store knows of an implementation on a call as a recorded search space");
    auto options = std::make_shared<ExportOptions>();
    options->store.add(*command);
    command->add_option("call", options->call, "operator call")->required();
    command->add_option("--implementation", options->implementation, "kernel family")->required();
    command->add_option("--cache", options->cache, "cold or warm (default: cold)");
    command->add_option("--campaign", options->campaign, "uuid of a campaign (default: all)");
    command->add_option("--device", options->device,
                        "device of the store (default: this, the one measured last)");
    options->output.add(*command);
    command->callback([options, &action] { action = [options] { return export_space(*options); }; });
}

}  // namespace

void add_space(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("space", "Show, convert and export recorded search spaces");
    command->require_subcommand(1);
    add_show(*command, action);
    add_convert(*command, action);
    add_export_space(*command, action);
}

}  // namespace ridge::cli
