// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "profiler/stop_rule.hpp"

namespace ridge::profiler {

/// What the sampler asks of the machine; tests give a scripted one.
struct Timer {
    std::function<double()> now_s;     ///< seconds of a clock that never goes back
    std::function<double()> waited_s;  ///< seconds that threads of this program were ready to run but
                                       ///< had no core, so far; empty where that is not readable
    std::function<std::optional<double>()> energy_j;  ///< joules spent so far; empty where not readable
    double resolution_s = 1e-9;                       ///< smallest step of now_s
};

struct TimedWork {
    std::function<void()> run;  ///< one call, complete when it returns
    std::function<void()>
        make_cold;  ///< before every sample; empty: operands stay in the caches and short runs are batched
};

struct Sampling {
    std::vector<double> samples_s;   ///< seconds of one run each, in the order taken; all above zero
    Stop stop = Stop::go_on;         ///< go_on only where there is no sample
    std::int64_t discarded = 0;      ///< disturbed samples, each repeated
    std::optional<double> energy_j;  ///< of one run, averaged over the samples kept
    std::string reason;              ///< why there is no sample; empty otherwise
};

/// A sample is disturbed when the program's threads waited for a core longer than this share of it.
inline constexpr double disturbed_share = 0.02;

/// A warm sample lasts at least this many steps of the clock, so that reading it costs less than 0.1 % of the
/// sample.
inline constexpr double clock_steps_per_sample = 1000.0;

/// Warms up, then takes samples until the stop rule says so. At most three samples are discarded for each one
/// kept (and never fewer than three times `min_samples` before it gives up).
[[nodiscard]] Sampling sample(const Timer& timer, const TimedWork& work, const protocol::Budget& budget);

}  // namespace ridge::profiler
