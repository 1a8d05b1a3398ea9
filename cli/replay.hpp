// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "core/error.hpp"

namespace ridge::cli {

/// Searches on recorded spaces, without a worker.
struct ReplayOptions {
    std::vector<std::string> score;   ///< files to score a searcher on
    std::string replay;               ///< file to search once
    std::string trials;               ///< file with searches of another program, to score instead
    std::vector<std::string> priors;  ///< files with other devices' data for the same kernel
    std::vector<std::string> searchers;
    std::uint64_t seed = 1;
    std::int64_t evaluations = 0;  ///< of a replay; 0: the whole space
    double time_s = 0;             ///< of a replay, in recorded time; 0: no limit
    std::int64_t repeats = 50;
    double cutoff = 0.95;  ///< of a score: how near to the optimum its budget brings random search
    bool quiet = false;    ///< no progress of a score
    FormatOption format;

    [[nodiscard]] bool wanted() const { return !score.empty() || !replay.empty(); }
};

[[nodiscard]] ExitCode run_replay(const ReplayOptions& options);

}  // namespace ridge::cli
