// SPDX-License-Identifier: Apache-2.0
#include <Kokkos_Core.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <map>
#include <string>

#include "core/serve.hpp"
#include "operators/implementation.hpp"
#include "profiler/host_machine.hpp"
#include "profiler/process_settings.hpp"

namespace {

using namespace ridge;

// What libraries print to stdout goes to stderr from here on; the returned descriptor is the one for answers.
int keep_stdout_for_answers() {
    std::cout.flush();
    const int answers = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return answers;
}

void end_at_once(int signal) { ::_exit(128 + signal); }

std::map<std::string, std::string> libraries(
    const std::vector<std::unique_ptr<operators::Implementation>>& implementations) {
    std::map<std::string, std::string> versions;
    versions["kokkos"] = std::to_string(KOKKOS_VERSION / 10000) + "." +
                         std::to_string(KOKKOS_VERSION / 100 % 100) + "." +
                         std::to_string(KOKKOS_VERSION % 100);
    for (const auto& implementation : implementations)
        if (const auto info = implementation->info(); !info.version.empty())
            versions[info.name] = info.version;
    return versions;
}

void work(int answers) {
    const Kokkos::ScopeGuard kokkos;
    auto implementations = operators::make_implementations();
    auto machine = profiler::host_machine(libraries(implementations));
    profiler::Worker worker(std::move(implementations), operators::make_operands, std::move(machine));
    const protocol::Greeting greeting{.worker = RIDGE_WORKER_NAME, .worker_version = RIDGE_VERSION};
    protocol::serve(
        std::cin, protocol::line_writer(answers),
        [&worker](const std::string& line) { return worker.answer(line); }, greeting);
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1) {
        std::cerr << RIDGE_WORKER_NAME
            " " RIDGE_VERSION
            ": takes no arguments; it reads requests of the bench protocol from stdin, one a line\n";
        return 2;
    }
    profiler::start_again_with_settings(arguments);
    std::signal(SIGINT, end_at_once);
    std::signal(SIGTERM, end_at_once);
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    const int answers = keep_stdout_for_answers();
    try {
        work(answers);
    } catch (const std::exception& error) {
        std::cerr << RIDGE_WORKER_NAME << ": " << error.what() << '\n';
        return 1;
    }
    return 0;
}
