// SPDX-License-Identifier: Apache-2.0
// The rules of the house: who may know whom, who may know which library, and how long a file may be.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// An arrow of docs/architecture.md that is not here is a defect. "kernels" is what below operators/ knows
// Kokkos.
const std::map<std::string, Names> may_include = {
    {"core", {}},
    {"operators", {"core"}},
    {"kernels", {"core", "operators"}},
    {"db", {"core", "operators"}},
    {"cost_model", {"core", "operators", "db"}},
    {"tuner", {"core", "operators", "db", "cost_model"}},
    {"profiler", {"core", "operators", "kernels"}},
    {"reports", {"core", "operators", "db", "cost_model"}},
    {"cli", {"core", "operators", "db", "cost_model", "tuner", "reports"}},
    {"gui", {"core", "operators", "db", "cost_model", "tuner", "reports"}},
};

// Headers of a library, by the beginning of the name, and the only folders that may include them.
const std::vector<std::pair<std::string, Names>> may_know = {{"Kokkos_", {"kernels", "profiler"}},
                                                             {"immintrin.h", {"kernels", "profiler"}},
                                                             {"x86intrin.h", {"kernels", "profiler"}},
                                                             {"cblas.h", {"kernels"}},
                                                             {"openblas", {"kernels"}},
                                                             {"dnnl", {"kernels", "profiler"}},
                                                             {"cuda", {"kernels", "profiler"}},
                                                             {"omp.h", {"kernels", "profiler"}},
                                                             {"sqlite3.h", {"db"}},
                                                             {"zlib.h", {"db", "tuner"}},
                                                             {"Q", {"gui"}},
                                                             {"CLI/", {"cli"}},
                                                             {"Eigen/", {"cost_model", "tuner"}},
                                                             {"unsupported/Eigen/", {"cost_model"}}};

struct Source {
    fs::path path;
    std::string folder;
    std::vector<std::string> own, foreign;  // includes in quotes and in angle brackets
    std::size_t lines = 0;
    std::string first_line;
};

bool includes_kokkos_or_library(const Source& source) {
    for (const auto& include : source.foreign)
        for (const auto& [prefix, folders] : may_know)
            if (folders.contains("kernels") && include.starts_with(prefix)) return true;
    return false;
}

Source read(const fs::path& path) {
    static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    Source source;
    source.path = path;
    source.folder = fs::relative(path, RIDGE_SOURCE_DIR).begin()->string();
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (source.lines++ == 0) source.first_line = line;
        std::smatch match;
        if (std::regex_search(line, match, include))
            (match[1] == "<" ? source.foreign : source.own).push_back(match[2]);
    }
    return source;
}

std::vector<Source> sources() {
    std::vector<Source> all;
    for (const auto& [folder, ignored] : may_include) {
        if (!fs::exists(fs::path(RIDGE_SOURCE_DIR) / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(RIDGE_SOURCE_DIR) / folder))
            if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp")
                all.push_back(read(entry.path()));
    }
    return all;
}

// Kernel-side headers below operators/: those that know a kernel library, or include one that does.
Names kernel_headers(const std::vector<Source>& all) {
    Names kernels;
    for (std::size_t before = 0, after = 1; before != after; after = kernels.size()) {
        before = kernels.size();
        for (const auto& source : all) {
            if (source.folder != "operators") continue;
            bool kernel = includes_kokkos_or_library(source);
            for (const auto& include : source.own) kernel = kernel || kernels.contains(include);
            if (kernel) kernels.insert(fs::relative(source.path, RIDGE_SOURCE_DIR).string());
        }
    }
    return kernels;
}

std::string role(const std::string& file, const Names& kernels) {
    return kernels.contains(file) ? "kernels" : fs::path(file).begin()->string();
}

TEST(House, IncludesFollowTheArchitecture) {
    const auto all = sources();
    const auto kernels = kernel_headers(all);
    ASSERT_GT(all.size(), 40U);
    for (const auto& source : all) {
        const auto from = role(fs::relative(source.path, RIDGE_SOURCE_DIR).string(), kernels);
        for (const auto& include : source.own) {
            const auto to = role(include, kernels);
            EXPECT_TRUE(to == from || may_include.at(from).contains(to))
                << source.path << " may not include " << include;
        }
    }
}

TEST(House, LibrariesStayWhereTheyBelong) {
    const auto all = sources();
    const auto kernels = kernel_headers(all);
    for (const auto& source : all) {
        const auto from = role(fs::relative(source.path, RIDGE_SOURCE_DIR).string(), kernels);
        for (const auto& include : source.foreign)
            for (const auto& [prefix, folders] : may_know)
                EXPECT_TRUE(!include.starts_with(prefix) || folders.contains(from))
                    << source.path << " may not know <" << include << ">";
    }
}

TEST(House, FilesAreShortAndLicensed) {
    for (const auto& source : sources()) {
        EXPECT_LT(source.lines, 400U) << source.path;
        EXPECT_EQ(source.first_line, "// SPDX-License-Identifier: Apache-2.0") << source.path;
    }
}

}  // namespace
