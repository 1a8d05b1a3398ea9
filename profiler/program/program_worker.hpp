// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/bench_protocol.hpp"
#include "operators/program/program.hpp"
#include "profiler/program/program_build.hpp"

namespace ridge::profiler {

/// Answers requests of the bench protocol by compiling and running a program of the user's. A configuration
/// is run until the stop rule is met; its first run warms up and does not count, unless it prints several
/// samples or no other fits into the time.
class ProgramWorker {
  public:
    /// `device` and `environment` as found; `listener`: see run_child(); `timing_lock`: see TimingTurn.
    ProgramWorker(operators::Program program, std::function<Device()> device,
                  std::function<Json()> environment, int listener, std::string timing_lock = {});

    /// The answer to one line; nothing for `quit`.
    [[nodiscard]] std::optional<Json> answer(const std::string& line);

  private:
    [[nodiscard]] Json describe(std::int64_t id) const;
    [[nodiscard]] Json measure(const JsonReader& json);
    [[nodiscard]] Measurement measurement(const protocol::MeasureRequest& request);
    void refuse_other(const protocol::MeasureRequest& request) const;

    operators::Program program_;
    std::function<Device()> device_;
    std::function<Json()> environment_;
    int listener_;
    std::string timing_lock_;
    std::unique_ptr<ProgramBuilder> builder_;
};

}  // namespace ridge::profiler
