// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/suite_file.hpp"
#include "core/configs.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cli {
namespace {

using Numbers = std::vector<std::int64_t>;

struct MakeOptions {
    std::string model;
    Numbers batches = {1, 16}, contexts, prompts;
    std::vector<std::string> precisions = {"bf16"};
    std::string kv, sparsity;
    std::int64_t page = 16;
    std::string name, output;
    std::int64_t version = 1;
};

struct ShowOptions {
    std::string name;
    FormatOption format;
};

std::string listed(const Numbers& numbers) {
    std::vector<std::string> texts;
    for (const auto number : numbers) texts.push_back(std::to_string(number));
    return join(texts, ",");
}

bool decodes(const cost_model::Network& network) {
    const auto* model = std::get_if<cost_model::ModelConfig>(&network);
    return model && model->causal;
}

bool reads_text(const cost_model::Network& network) {
    return std::holds_alternative<cost_model::ModelConfig>(network);
}

// What was asked for, or the usual lengths as far as the model has positions for them.
Numbers lengths(const cost_model::Network& network, const Numbers& given, const Numbers& usual, bool wanted,
                const char* option) {
    if (!wanted && !given.empty())
        throw InputError(std::string(option) + ": " + cost_model::name_of(network) +
                         " has no step that this option is about");
    if (!wanted) return {};
    return given.empty() ? cost_model::lengths_within(network, usual) : given;
}

std::vector<cost_model::Precisions> precisions(const MakeOptions& options) {
    std::vector<cost_model::Precisions> out;
    for (const auto& word : options.precisions) {
        out.push_back(cost_model::parse_precisions(word));
        if (!options.kv.empty()) out.back().kv = NumberFormat::parse(options.kv);
        if (!options.sparsity.empty()) out.back().weight_sparsity = Sparsity::parse(options.sparsity);
    }
    return out;
}

cost_model::ModelUse use_of(const MakeOptions& options, const cost_model::Network& network) {
    return {.batches = options.batches,
            .contexts = lengths(network, options.contexts, {512, 4096}, decodes(network), "--context"),
            .prompts = lengths(network, options.prompts, {128, 512}, reads_text(network), "--prefill"),
            .precisions = precisions(options),
            .page = options.page};
}

// The line that makes the same file again.
std::string command_line(const MakeOptions& options, const cost_model::ModelUse& use) {
    std::string out = "ridge suite make --model " + options.model + " --batch " + listed(use.batches);
    if (!use.contexts.empty()) out += " --context " + listed(use.contexts);
    if (!use.prompts.empty()) out += " --prefill " + listed(use.prompts);
    out += " --precision " + join(options.precisions, ",");
    if (!options.kv.empty()) out += " --kv " + options.kv;
    if (!options.sparsity.empty()) out += " --sparsity " + options.sparsity;
    if (!use.contexts.empty()) out += " --page " + std::to_string(options.page);
    if (!options.name.empty()) out += " --name " + options.name;
    if (options.version != 1) out += " --suite-version " + std::to_string(options.version);
    return out;
}

ExitCode make(const MakeOptions& options) {
    const auto network = cost_model::load_network(options.model);
    const auto use = use_of(options, network);
    const auto name = suite_name(options.name.empty() ? cost_model::name_of(network) : options.name);
    const auto suite =
        model_suite(network, use, name, options.version,
                    "Distinct operator calls of one model. Made by: " + command_line(options, use));
    if (options.output.empty()) {
        std::cout << suite_file(suite);
        return ExitCode::done;
    }
    write_file(options.output, suite_file(suite));
    std::cerr << "ridge: " << options.output << " has " << suite.calls.size() << " calls\n";
    return ExitCode::done;
}

ExitCode list(const FormatOption& format) {
    reports::Table table("suites", "Suites", {"name", "version", "calls", "description"});
    for (const auto& name : list_configs("suites")) {
        const auto suite = tuner::load_suite(name);
        table.add_row()
            .set("name", suite.name)
            .set("version", static_cast<double>(suite.version))
            .set("calls", static_cast<double>(suite.calls.size()))
            .set("description", suite.description);
    }
    format.print({table});
    return ExitCode::done;
}

ExitCode show(const ShowOptions& options) {
    const auto suite = tuner::load_suite(options.name);
    reports::Table table("suite", suite.name + ", version " + std::to_string(suite.version),
                         {"call", "cache", "weight", "flop", "bytes"});
    for (const auto& one : suite.calls) {
        const auto work = operators::work(operators::parse_call(one.call));
        table.add_row()
            .set("call", one.call)
            .set("cache", std::string(name(one.cache)))
            .set("weight", one.weight)
            .set("flop", work.flop)
            .set("bytes", work.bytes());
    }
    options.format.print({table});
    return ExitCode::done;
}

void add_make(CLI::App& parent, Action& action) {
    auto* command = parent.add_subcommand("make", "Make a suite of a model's distinct operator calls");
    auto options = std::make_shared<MakeOptions>();
    command->add_option("--model", options->model, "name, or path of a Hugging Face config.json")->required();
    command
        ->add_option("--batch", options->batches,
                     "sequences decoded at once; of encoders texts, of image networks images (default: 1,16)")
        ->delimiter(',');
    command
        ->add_option("--context", options->contexts,
                     "positions that decode steps attend to (default: 512,4096)")
        ->delimiter(',');
    command->add_option("--prefill", options->prompts, "tokens of a prompt (default: 128,512)")
        ->delimiter(',');
    command
        ->add_option(
            "--precision", options->precisions,
            "fp32, bf16, fp16, int8 (w8a8), w8, w4, w4-zero, or formats of activations/weights/KV cache "
            "(default: bf16)")
        ->delimiter(',');
    command->add_option("--kv", options->kv, "number format of the KV cache, instead of the precision's");
    command->add_option("--sparsity", options->sparsity, "of the layers' weights (default: dense)");
    command->add_option("--page", options->page, "tokens of a page of the KV cache (default: 16)");
    command->add_option("--name", options->name, "of the suite (default: the model's)");
    command->add_option("--suite-version", options->version, "of the suite (default: 1)")
        ->check(CLI::PositiveNumber);
    command->add_option("--out", options->output, "file to write (default: stdout)");
    command->callback([options, &action] { action = [options] { return make(*options); }; });
}

void add_list(CLI::App& parent, Action& action) {
    auto* command = parent.add_subcommand("list", "List the suites");
    auto format = std::make_shared<FormatOption>();
    format->add(*command);
    command->callback([format, &action] { action = [format] { return list(*format); }; });
}

void add_show(CLI::App& parent, Action& action) {
    auto* command = parent.add_subcommand("show", "Show the calls of a suite and their work");
    auto options = std::make_shared<ShowOptions>();
    command->add_option("name", options->name, "name or file of a suite")->required();
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace

void add_suite(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("suite", "Make, list and show suites of operator calls");
    command->require_subcommand(1);
    add_make(*command, action);
    add_list(*command, action);
    add_show(*command, action);
}

}  // namespace ridge::cli
