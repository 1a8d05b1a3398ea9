// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "tuner/formats/document.hpp"
#include "tuner/formats/written.hpp"
#include "tuner/recorded_space.hpp"

/// T1, the input format of the auto-tuning community's schema (TuningSchema, T1 1.0.0).
namespace ridge::tuner {

struct InputBudget {
    std::string type;  ///< TuningDuration (seconds), ConfigurationCount, ConfigurationFraction (of the space)
    double value = 0;  ///< above 0; a fraction is at most 1
};

/// What is to be tuned.
struct TuningInput {
    std::string kernel;  ///< KernelSpecification.KernelName
    ParameterSpace space;
    std::vector<InputBudget> budgets;
    Json others =
        Json::object();  ///< every other part of the file as it was: KernelSpecification, General, …
    std::vector<std::string> notes;  ///< what was mended
};

/// Reads T1: values as a Python list in a text or as a JSON list, conditions as constraints in the language
/// of docs/tuning.md. A default that is missing, none of the values, or against the conditions gives way to
/// the first configuration that fulfils them, with a note. Throws InputError naming file, key and value for
/// what is missing or wrong: a value of another type than the parameter's, a name that stands twice, a
/// condition that is no expression or names an unknown parameter, conditions that exclude each other.
[[nodiscard]] TuningInput read_t1(const Document& document);

/// Whether a document is T1.
[[nodiscard]] bool is_t1(const Document& document);

/// Writes T1 1.0.0. `lost` names the required parts of the kernel's specification that are not known.
[[nodiscard]] Written write_t1(const TuningInput& input);

/// The input that a recorded space answers.
[[nodiscard]] TuningInput input_of(const RecordedSpace& space);

}  // namespace ridge::tuner
