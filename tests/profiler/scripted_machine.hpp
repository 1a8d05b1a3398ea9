// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "profiler/sampler.hpp"

namespace ridge::profiler::testing {

/// A clock that only runs advance: run i takes durations_s[i], the last one repeating.
struct ScriptedClock {
    explicit ScriptedClock(std::vector<double> durations = {}) : durations_s(std::move(durations)) {}

    std::vector<double> durations_s;
    std::vector<double> waits_s;  ///< wait for a core during run i; none beyond the end
    double now_s = 0;
    double waited_s = 0;
    std::size_t runs = 0;
    std::size_t colds = 0;

    void run() {
        now_s += durations_s[std::min(runs, durations_s.size() - 1)];
        if (runs < waits_s.size()) waited_s += waits_s[runs];
        ++runs;
    }
    [[nodiscard]] Timer timer() {
        Timer timer;
        timer.now_s = [this] { return now_s; };
        timer.waited_s = [this] { return waited_s; };
        timer.resolution_s = 1e-8;
        return timer;
    }
    [[nodiscard]] TimedWork cold_work() {
        return {.run = [this] { run(); }, .make_cold = [this] { ++colds; }};
    }
    [[nodiscard]] TimedWork warm_work() {
        return {.run = [this] { run(); }, .make_cold = {}};
    }
};

}  // namespace ridge::profiler::testing
