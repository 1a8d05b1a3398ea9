// SPDX-License-Identifier: Apache-2.0
#include "db/import/origin.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/file.hpp"

namespace ridge::db {
namespace {

constexpr ImportProject projects[] = {
    {"aiconfigurator", "ai-dynamo/aiconfigurator", "Apache-2.0",
     "Copyright (c) 2025-2026 NVIDIA CORPORATION & AFFILIATES"},
    {"neusight", "sitar-lab/NeuSight", "MIT",
     "Copyright (c) 2025 Georgia Institute of Technology and Microsoft Corporation"},
    {"vidur", "microsoft/vidur", "MIT", "Copyright (c) Microsoft Corporation"},
    {"llmservingsim", "casys-kaist/LLMServingSim", "MIT", "Copyright (c) 2024 CASYS Lab at KAIST"},
    {"llmcompass", "PrincetonUniversity/LLMCompass", "BSD-3-Clause",
     "Copyright (c) 2024 Princeton University"},
    {"inferencex", "", "Apache-2.0", ""},
    {"mapped-csv", "", "", ""},
};

constexpr std::size_t shortest_commit = 7, longest_commit = 40;

// What follows a '@' behind `repository`, blanks and quotes between them.
std::string commit_behind(std::string_view text, std::string_view repository) {
    for (auto at = text.find(repository); at != std::string_view::npos; at = text.find(repository, at + 1)) {
        auto rest = text.substr(at + repository.size());
        rest.remove_prefix(std::min(rest.find_first_not_of("` "), rest.size()));
        if (!rest.starts_with('@')) continue;
        rest.remove_prefix(1);
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const auto end = std::ranges::find_if_not(
            rest, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
        const auto length = static_cast<std::size_t>(end - rest.begin());
        if (length >= shortest_commit && length <= longest_commit) return std::string(rest.substr(0, length));
    }
    return {};
}

}  // namespace

const ImportProject& import_project(std::string_view name) {
    const auto* found = std::ranges::find(projects, name, &ImportProject::name);
    if (found == std::end(projects))
        throw Error(ExitCode::failed, "internal: no project '" + std::string(name) + "'");
    return *found;
}

std::string commit_of(const ImportProject& project, const std::filesystem::path& file) {
    constexpr int folders_to_look_in = 4;
    if (project.repository.empty()) return {};
    auto folder = std::filesystem::absolute(file).parent_path();
    for (int i = 0; i < folders_to_look_in && folder.has_filename(); ++i, folder = folder.parent_path())
        for (const char* name : {"README.md", "MANIFEST.csv"}) {
            std::error_code unreadable;
            if (!std::filesystem::is_regular_file(folder / name, unreadable)) continue;
            if (auto commit = commit_behind(read_file(folder / name), project.repository); !commit.empty())
                return commit;
        }
    return {};
}

}  // namespace ridge::db
