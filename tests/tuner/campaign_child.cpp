// SPDX-License-Identifier: Apache-2.0
// campaign_child STORE MODE: runs or resumes a campaign with the fake worker, and writes a byte for each
// commit.
#include <signal.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "core/error.hpp"
#include "tests/tuner/support.hpp"

namespace {

using namespace ridge;
using namespace ridge::tuner;

std::atomic<bool> stop = false;

extern "C" void on_interrupt(int) { stop = true; }

CampaignHooks hooks() {
    CampaignHooks out;
    out.stop = &stop;
    out.progress = [](const Progress&) {
        if (write(STDOUT_FILENO, ".", 1) != 1) _exit(1);
    };
    return out;
}

int run(const std::string& path, const std::string& mode) {
    db::Store store(path, db::Access::create);
    auto options = testing_support::fake_worker(mode);
    options.stop = &stop;
    Worker worker(options);
    const bool fresh = store.campaigns().empty();
    const auto result =
        fresh ? run_campaign(store, {&worker, 1},
                             testing_support::fake_options(testing_support::campaign_child_calls), hooks())
              : resume_campaign(store, {&worker, 1}, store.campaigns().front().uuid, hooks());
    return result.state == "finished" ? 0 : static_cast<int>(ExitCode::interrupted);
}

}  // namespace

int main(int, char** arguments) {
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, nullptr);
    try {
        return run(arguments[1], arguments[2]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
