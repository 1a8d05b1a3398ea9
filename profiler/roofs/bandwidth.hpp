// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/precision.hpp"
#include "operators/memory.hpp"
#include "operators/stream/stream_run.hpp"

namespace ridge::profiler {

/// "read", "copy" or "triad"; nothing for another mix.
[[nodiscard]] std::optional<operators::stream::Pattern> access_pattern(std::string_view mix);

/// Arrays of a bandwidth probe, together `working_set_bytes` large, and the fastest way over them.
class BandwidthProbe {
  public:
    BandwidthProbe(operators::stream::Pattern pattern, Precision precision, std::int64_t working_set_bytes);

    /// Goes over the arrays; gives the bytes moved, written lines counted once (what is read of a line before
    /// it is written over is not the program's traffic).
    double run(std::int64_t passes);

    /// Chooses the fastest of a few ways (packs in flight, prefetching, stores past the caches) by trial.
    void choose_tuning();

  private:
    double choose_tuning(std::int64_t passes);

    operators::stream::Pattern pattern_;
    operators::Buffer x_, z_, y_;
    operators::stream::Arrays arrays_;
    operators::stream::Tuning tuning_;
};

}  // namespace ridge::profiler
