// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/measurement.hpp"

namespace ridge::tuner {

struct SuiteCall {
    std::string call;  ///< canonical text
    CacheState cache = CacheState::cold;
    double weight = 1;  ///< share of the time budget relative to the other calls
    bool operator==(const SuiteCall&) const = default;
};

/// Operator calls that belong together, measured in the order given. File format:
/// configs/schema/suite.schema.json.
struct Suite {
    std::string name;
    std::int64_t version = 1;
    std::string description;
    std::vector<SuiteCall> calls;
    std::filesystem::path path;  ///< of the file it came from; empty for one made in memory

    [[nodiscard]] Json json() const;  ///< without the path
    /// Throws InputError naming file, key and value; a call is put into canonical form and may stand once for
    /// a cache state.
    [[nodiscard]] static Suite from_json(const JsonReader& json);
};

/// A suite by name (see core/configs.hpp) or path.
[[nodiscard]] Suite load_suite(const std::string& name);

/// What differs between two suites, for a message: "version 1 instead of 2", "call 3 is '…' instead of '…'";
/// empty when they ask for the same measurements.
[[nodiscard]] std::string difference(const Suite& now, const Suite& before);

}  // namespace ridge::tuner
