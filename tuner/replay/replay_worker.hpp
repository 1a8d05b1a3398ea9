// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "core/bench_protocol.hpp"
#include "core/json.hpp"
#include "tuner/recorded_space.hpp"
#include "tuner/suite.hpp"

namespace ridge::tuner {

/// Answers requests of the bench protocol from a recorded space, so that everything that needs a worker can
/// be tried without the hardware. The space is a program's call, "program:convolution"; it is measured warm.
/// A configuration that was not recorded is invalid. Nothing is verified, and no roof is known.
class ReplayWorker {
  public:
    /// `file` is told in the environment. Each answer takes `pace` times the recorded cost. Throws InputError
    /// for a space whose objective is no time, or without an ok configuration.
    ReplayWorker(RecordedSpace space, std::string file, double pace = 0);

    /// The answer to one line; nothing for `quit`.
    [[nodiscard]] std::optional<Json> answer(const std::string& line) const;
    [[nodiscard]] Suite suite() const;  ///< of its one call

  private:
    [[nodiscard]] Json describe(std::int64_t id) const;
    [[nodiscard]] Json measure(const JsonReader& json) const;
    [[nodiscard]] Measurement measurement(const protocol::MeasureRequest& request) const;
    [[nodiscard]] std::string call() const;

    RecordedSpace space_;
    std::string file_, name_;
    double pace_;
    std::unordered_map<std::string, std::size_t> place_;  // by the configuration's text
};

}  // namespace ridge::tuner
