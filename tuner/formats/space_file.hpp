// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/kernel_config.hpp"
#include "tuner/formats/document.hpp"

/// The search space of any kernel as its user writes it, a JSON file.
namespace ridge::tuner {

struct SpaceFile {
    ParameterSpace space;
    std::vector<std::string> notes;  ///< what was mended in a T1 file
};

/// Reads a search space (docs/tuning.md, schema in configs/schema/space.schema.json) or a T1 file; the
/// default configuration is the file's, else the first that fulfils the constraints. Throws InputError naming
/// file, key and value for what is missing, misspelt, empty or of the wrong kind, a name or value that stands
/// twice, a constraint that is no expression, names an unknown parameter or cannot be evaluated, a default
/// that is not valid, and constraints that exclude each other.
[[nodiscard]] SpaceFile read_space(const Document& document);
[[nodiscard]] SpaceFile read_space_file(const std::filesystem::path& path);

}  // namespace ridge::tuner
