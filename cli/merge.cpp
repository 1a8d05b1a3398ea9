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
    db::Store store(options.store.path, db::Access::create);
    for (const auto& other : options.others) {
        const auto added = store.merge(db::Store(other, db::Access::read_only));
        std::cout << other << ": " << added << " measurements added\n";
    }
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
