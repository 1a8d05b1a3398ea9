// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/program_build.hpp"

#include <algorithm>
#include <filesystem>

#include "core/lower_case.hpp"
#include "core/text.hpp"
#include "profiler/program/child.hpp"

namespace ridge::profiler {
namespace {

// How GCC, Clang and nvcc show that the source refused the configuration.
bool refused_by_source(const std::string& log) {
    const auto text = lower_case(log);
    const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
    return has("#error") || has("static assertion") || has("static_assert");
}

Built failed(Status status, std::string reason) {
    return {.status = status, .reason = std::move(reason), .output = {}};
}

Built judged(const ChildEnd& end, const std::string& output) {
    const auto log = end.err.empty() ? end.out : end.err;
    std::error_code ignored;
    if (end.how == ChildEnd::How::not_started) return failed(Status::failed, "build: " + end.error);
    if (end.how == ChildEnd::How::timeout) return failed(Status::failed, "build: it ran out of time");
    if (end.how == ChildEnd::How::unread) return failed(Status::failed, "build: given up");
    if (end.how == ChildEnd::How::signalled)
        return failed(Status::failed, "build: it was killed by signal " + std::to_string(end.code));
    if (end.code != 0)
        return failed(refused_by_source(log) ? Status::invalid : Status::failed,
                      "build: exit code " + std::to_string(end.code) + ": " + first_error(log));
    if (!std::filesystem::exists(output, ignored))
        return failed(Status::failed, "build: it made no file {output}, though it ended with exit code 0");
    return {.status = Status::ok, .reason = {}, .output = output};
}

}  // namespace

std::string first_error(const std::string& log) {
    std::string first;
    for (const auto part : split(log, '\n')) {
        const std::string line(part);
        if (lower_case(line).find("error") != std::string::npos) return plain(line);
        if (first.empty() && !words(line).empty()) first = line;
    }
    return first.empty() ? "it said nothing" : plain(first);
}

Built ProgramBuilder::build(const KernelConfig& config, std::chrono::steady_clock::time_point deadline,
                            int listener) {
    const auto key = join(operators::build_words(program_, config, ""), "\n");
    if (const auto found = built_.find(key); found != built_.end()) return found->second;
    const auto output = (folder_.path() / std::to_string(built_.size())).string();
    const auto end = run_child(operators::build_words(program_, config, output), deadline, listener);
    auto built = judged(end, output);
    if (end.how == ChildEnd::How::exited) built_.emplace(key, built);
    return built;
}

}  // namespace ridge::profiler
