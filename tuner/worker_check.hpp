// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tuner/worker.hpp"

namespace ridge::tuner {

struct WorkerCheck {
    std::string name;    ///< "invalid-config"
    std::string demand;  ///< what the protocol asks for
    bool passed = false;
    std::string detail;  ///< what was found; with a failure, what is wrong
};

/// Holds a worker to the bench protocol, in a few seconds with tiny calls. A check that needs something that
/// failed before fails too and says so. Throws nothing for a worker that misbehaves.
[[nodiscard]] std::vector<WorkerCheck> check_worker(const WorkerOptions& options);

}  // namespace ridge::tuner
