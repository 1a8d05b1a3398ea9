// SPDX-License-Identifier: Apache-2.0
// ridge-worker-replay: answers requests of the bench protocol from a recorded search space.
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/serve.hpp"
#include "core/text.hpp"
#include "tuner/formats/recorded_file.hpp"
#include "tuner/replay/replay_worker.hpp"

namespace {

using namespace ridge;

constexpr const char* usage =
    "ridge-worker-replay " RIDGE_VERSION
    "\n\n"
    "    ridge-worker-replay [--pace FACTOR] SPACE   answers from a recorded space, in any format of 'ridge "
    "space'\n"
    "    ridge-worker-replay --suite SPACE           prints the suite to tune with it\n\n"
    "--pace: each answer takes this many times the recorded cost (default: 0)\n";

struct Options {
    std::string space;
    double pace = 0;
    bool suite = false;
};

Options parse(const std::vector<std::string>& words) {
    Options out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--suite")
            out.suite = true;
        else if (words[i] == "--pace" && i + 1 < words.size())
            out.pace = parse_number(words[++i], "--pace");
        else if (out.space.empty() && !words[i].starts_with("--"))
            out.space = words[i];
        else
            throw InputError("'" + words[i] + "' is not understood\n" + usage);
    }
    if (out.space.empty()) throw InputError(std::string("it needs the file of a recorded space\n") + usage);
    if (!(out.pace >= 0)) throw InputError("--pace is " + number_text(out.pace) + ", should be 0 or more");
    return out;
}

bool write_line(const std::string& line) {
    std::cout << line << '\n' << std::flush;
    return static_cast<bool>(std::cout);
}

void work(const Options& options) {
    auto space = tuner::read_recorded_space(std::filesystem::path(options.space));
    for (const auto& note : space.notes) std::cerr << "ridge-worker-replay: " << note << '\n';
    const tuner::ReplayWorker worker(std::move(space), options.space, options.pace);
    if (options.suite) {
        std::cout << worker.suite().json().dump(2) << '\n';
        return;
    }
    protocol::serve(std::cin, write_line, [&worker](const std::string& line) { return worker.answer(line); },
                    {.worker = "ridge-worker-replay", .worker_version = RIDGE_VERSION});
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words == std::vector<std::string>{"--help"}) {
        std::cout << usage;
        return 0;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    try {
        work(parse(words));
    } catch (const Error& error) {
        std::cerr << "ridge-worker-replay: " << error.what() << '\n';
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::cerr << "ridge-worker-replay: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
