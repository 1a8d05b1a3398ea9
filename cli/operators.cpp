// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cli {
namespace {

template <typename Infos>
std::string names(const Infos& infos) {
    std::vector<std::string> out;
    for (const auto& info : infos) out.emplace_back(info.name);
    return join(out, " ");
}

ExitCode print_operators(const FormatOption& format) {
    reports::Table table("operators", "Operators", {"operator", "shape", "operands", "formula", "summary"});
    for (const auto& info : operators::catalogue())
        table.add_row()
            .set("operator", std::string(info.name))
            .set("shape", names(info.dimensions))
            .set("operands", names(info.operands))
            .set("formula", std::string(info.formula))
            .set("summary", std::string(info.summary));
    format.print({table});
    return ExitCode::done;
}

}  // namespace

void add_operators(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("operators", "List the operators with their dimensions and operands");
    auto format = std::make_shared<FormatOption>();
    format->add(*command);
    command->callback([format, &action] { action = [format] { return print_operators(*format); }; });
}

}  // namespace ridge::cli
