// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "db/store.hpp"

namespace ridge::cli {
namespace {

struct MergeOptions {
    StoreOption store;
    std::vector<std::string> others;
};

ExitCode merge(const MergeOptions& options) {
    // Opened first, so that a missing one leaves no empty store behind.
    std::vector<db::Store> others;
    for (const auto& other : options.others) others.emplace_back(other, db::Access::read_only);
    auto store = options.store.create();
    for (const auto& other : others)
        std::cout << other.path().string() << ": " << store.merge(other) << " measurements added\n";
    return ExitCode::done;
}

}  // namespace

void add_merge(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand("merge", "Copy what other stores have and this one has not");
    auto options = std::make_shared<MergeOptions>();
    options->store.add(*command);
    command->add_option("stores", options->others, "store files to take from")->required();
    command->callback([options, &action] { action = [options] { return merge(*options); }; });
}

}  // namespace ridge::cli
