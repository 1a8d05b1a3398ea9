// SPDX-License-Identifier: Apache-2.0
#include "core/configs.hpp"

#include <cstdlib>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".json";

std::vector<fs::path> candidate_roots() {
    std::vector<fs::path> roots;
    if (const char* configured = std::getenv("RIDGE_CONFIGS"))
        for (const auto part : split(configured, ':'))
            if (!part.empty()) roots.emplace_back(part);
    std::error_code error;
    if (const auto program = fs::read_symlink("/proc/self/exe", error); !error)
        roots.push_back(program.parent_path().parent_path() / "share/ridgepoint/configs");
    roots.emplace_back(RIDGE_SOURCE_CONFIGS);
    return roots;
}

bool is_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

std::string places() {
    std::vector<std::string> names;
    for (const auto& root : config_roots()) names.push_back(root.string());
    return names.empty() ? "no folder of configs was found; RIDGE_CONFIGS can name one"
                         : "searched: " + join(names, ", ");
}

[[noreturn]] void refuse_name(const std::string& kind, const std::string& name) {
    const auto known = list_configs(kind);
    const auto near = nearest(name, known);
    throw InputError("configs: there is no '" + kind + "/" + name + std::string(extension) + "'" +
                     (near.empty() ? "" : "; did you mean '" + near + "'?") +
                     (known.empty() ? "" : (near.empty() ? "; known: " : " Known: ") + join(known, ", ")) +
                     "; " + places());
}

}  // namespace

std::vector<fs::path> config_roots() {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& root : candidate_roots())
        if (fs::is_directory(root, error)) found.push_back(root);
    return found;
}

fs::path find_config(const std::string& kind, const std::string& name) {
    if (name.find('/') != std::string::npos || name.ends_with(extension)) {
        if (is_file(name)) return name;
        throw InputError(name + ": there is no such file; give a path, or a name of " + kind + ": " +
                         join(list_configs(kind), ", "));
    }
    for (const auto& root : config_roots())
        if (auto path = root / kind / (name + std::string(extension)); is_file(path)) return path;
    refuse_name(kind, name);
}

std::vector<std::string> list_configs(const std::string& kind) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& root : config_roots())
        for (const auto& entry : fs::directory_iterator(root / kind, error))
            if (entry.path().extension() == extension) names.insert(entry.path().stem().string());
    return {names.begin(), names.end()};
}

}  // namespace ridge
