// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/file.hpp"
#include "driver.hpp"
#include "tuner/formats/recorded_file.hpp"
#include "tuner/formats/written.hpp"

/// What holds of everything that a reader of recorded spaces returns.
namespace ridge::fuzz {

inline std::string data_file(const std::string& name) {
    return read_file(std::string(RIDGE_SOURCE_DIR) + "/tests/tuner/data/" + name);
}

inline void check_config(const tuner::RecordedSpace& space, const tuner::RecordedConfig& recorded) {
    require(recorded.config.values().size() == space.parameters.parameters.size(),
            "a configuration has other parameters than the space");
    require((recorded.status == Status::ok) == recorded.objective.has_value(),
            "a configuration is ok without an objective, or has one without being ok");
    require(!recorded.objective || *recorded.objective >= 0, "an objective is negative");
    require(recorded.cost_s() >= 0, "a cost is negative");
}

/// Reads a space in memory, checks it, writes it and reads that again.
inline void check_round_trip(const std::string& input,
                             tuner::Written (*write)(const tuner::RecordedSpace& space)) {
    const auto space = tuner::read_recorded_space(tuner::unpack_document(input, "input", 1U << 22));
    require(!space.configs.empty(), "a space without a configuration was read");
    for (const auto& recorded : space.configs) check_config(space, recorded);
    const auto again = tuner::read_recorded_space(tuner::unpack_document(write(space).text, "again"));
    require(again.configs.size() == space.configs.size() && again.valid() == space.valid(),
            "a space that was written is another one when it is read again");
    require(again.optimum() == space.optimum(), "the optimum has moved");
}

}  // namespace ridge::fuzz
