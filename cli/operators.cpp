// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/operator_page.hpp"
#include "cli/options.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"
#include "operators/guide.hpp"
#include "tuner/worker.hpp"

namespace ridge::cli {
namespace {

struct OperatorsOptions {
    std::string name;  // empty: all
    std::string worker, launcher;
    bool markdown = false;
    FormatOption format;
};

template <typename Infos>
std::string names(const Infos& infos) {
    std::vector<std::string> out;
    for (const auto& info : infos) out.emplace_back(info.name);
    return join(out, " ");
}

Implementations implementations(const OperatorsOptions& options) {
    if (options.worker.empty()) return {};
    const auto worker = WorkerOption{.program = options.worker, .launcher = options.launcher}.options();
    return tuner::Worker(worker).describe().implementations;
}

void add_row(reports::Table& table, const operators::OperatorInfo& info) {
    table.add_row()
        .set("operator", std::string(info.name))
        .set("group", std::string(operators::group_of(info.name).title))
        .set("shape", names(info.dimensions))
        .set("operands", names(info.operands))
        .set("formula", std::string(info.formula))
        .set("summary", std::string(info.summary));
}

reports::Table operators_table() {
    reports::Table table("operators", "Operators",
                         {"operator", "group", "shape", "operands", "formula", "summary"});
    for (const auto& group : operators::operator_groups())
        for (const auto name : operators::operators_of(group.name))
            if (operators::group_of(name).name == group.name) add_row(table, operators::find_operator(name));
    return table;
}

reports::Table implementations_table(const Implementations& all) {
    reports::Table table("implementations", "Implementations",
                         {"operator", "implementation", "formats", "sparsity", "parameters"});
    for (const auto& one : all)
        table.add_row()
            .set("operator", one.op)
            .set("implementation", one.name)
            .set("formats", join(one.formats, ", "))
            .set("sparsity", join(one.sparsities, ", "))
            .set("parameters", parameters_text(one.space));
    return table;
}

ExitCode print_operators(const OperatorsOptions& options) {
    if (!options.name.empty()) {
        const auto& info = operators::find_operator(options.name);
        std::cout << operator_page(info, implementations(options));
        return ExitCode::done;
    }
    const auto known = implementations(options);
    if (options.markdown) {
        std::cout << operators_document(known);
        return ExitCode::done;
    }
    std::vector<reports::Table> tables = {operators_table()};
    if (!options.worker.empty()) tables.push_back(implementations_table(known));
    options.format.print(tables);
    return ExitCode::done;
}

}  // namespace

void add_operators(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("operators", "List the operators, or show the page of one");
    auto options = std::make_shared<OperatorsOptions>();
    command->add_option("name", options->name, "show the page of this operator");
    command->add_option("--worker", options->worker,
                        "worker program with its arguments: list what it can run the operators with");
    command->add_option("--launcher", options->launcher, "words put before the worker");
    command->add_flag("--markdown", options->markdown, "write docs/operators.md");
    options->format.add(*command);
    command->callback([options, &action] { action = [options] { return print_operators(*options); }; });
}

}  // namespace ridge::cli
