// SPDX-License-Identifier: Apache-2.0
#include "profiler/environment.hpp"

#include "profiler/machine_state.hpp"

namespace ridge::profiler {

Json read_environment(const ProgramFacts& program, const std::filesystem::path& root) {
    auto out = read_machine_state(root);
    auto missing = out["unreadable"];
    out.erase("unreadable");
    out["threads"] = program.threads;
    out["cache_flush"] = program.cache_flush;
    out["compiler"] = RIDGE_COMPILER;
    out["compiler_flags"] = RIDGE_COMPILER_FLAGS;
    out["build_type"] = RIDGE_BUILD_TYPE;
    out["libraries"] = program.libraries;
    out["unreadable"] = std::move(missing);
    return out;
}

}  // namespace ridge::profiler
