// SPDX-License-Identifier: Apache-2.0
// ridge-worker-command: measures a program of the user's, described by a file, over the bench protocol.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "core/error.hpp"
#include "core/serve.hpp"
#include "profiler/device_identity.hpp"
#include "profiler/machine_state.hpp"
#include "profiler/program/program_worker.hpp"

namespace {

using namespace ridge;

void enter(const std::string& folder) {
    std::error_code error;
    if (!folder.empty()) std::filesystem::current_path(folder, error);
    if (error)
        throw EnvironmentError("folder '" + folder +
                               "' of the program cannot be entered: " + error.message());
}

void work(const std::string& description) {
    auto program = operators::load_program(description);
    enter(program.folder);
    const char* lock = std::getenv("RIDGE_TIMING_LOCK");
    profiler::ProgramWorker worker(
        std::move(program), profiler::clocked_host_device, [] { return profiler::read_machine_state(); },
        STDOUT_FILENO, lock ? lock : "");
    const protocol::Greeting greeting{.worker = "ridge-worker-command", .worker_version = RIDGE_VERSION};
    protocol::serve(
        std::cin, protocol::line_writer(STDOUT_FILENO),
        [&worker](const std::string& line) { return worker.answer(line); }, greeting);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr
            << "ridge-worker-command " RIDGE_VERSION
               ": takes the description of a program, a file as 'ridge tune --command' gives it, and reads "
               "requests of the bench protocol from stdin\n";
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    try {
        work(arguments[1]);
    } catch (const Error& error) {
        std::cerr << "ridge-worker-command: " << error.what() << '\n';
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::cerr << "ridge-worker-command: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
