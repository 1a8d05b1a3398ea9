// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Where imported measurements come from. Internal to db/.
namespace ridge::db {

struct ImportProject {
    std::string_view name;        ///< "neusight"; import_source.kind in the store
    std::string_view repository;  ///< on GitHub; empty for files of the user's own
    std::string_view licence;     ///< SPDX identifier
    std::string_view copyright;
};

/// Throws Error for a name that is none.
[[nodiscard]] const ImportProject& import_project(std::string_view name);

/// The commit that a README.md or MANIFEST.csv in the folder of a file, or up to three above, names beside
/// the repository: "`sitar-lab/NeuSight` @ 6945927…", "sitar-lab/NeuSight@6945927…". Empty when none does.
[[nodiscard]] std::string commit_of(const ImportProject& project, const std::filesystem::path& file);

}  // namespace ridge::db
