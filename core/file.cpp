// SPDX-License-Identifier: Apache-2.0
#include "core/file.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/error.hpp"

namespace ridge {
namespace {

bool written(const std::filesystem::path& path, std::string_view content) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    return !file.fail();
}

bool is_something_else(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

// By way of a file beside it, whose name has the process's number, since two may write the same; a link stays
// one.
bool replaced(const std::filesystem::path& path, std::string_view content) {
    std::error_code error;
    auto target = std::filesystem::canonical(path, error);
    if (error) target = path;
    auto temporary = target;
    temporary += ".writing-" + std::to_string(getpid());
    const bool whole = written(temporary, content);
    error.clear();
    if (whole) std::filesystem::rename(temporary, target, error);
    if (whole && !error) return true;
    std::filesystem::remove(temporary, error);
    return false;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::error_code ignored;
    if (!file || std::filesystem::is_directory(path, ignored))
        throw InputError(path.string() + ": cannot be read; is the path right?");
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

void write_file(const std::filesystem::path& path, std::string_view content) {
    if (!(is_something_else(path) ? written(path, content) : replaced(path, content)))
        throw EnvironmentError(path.string() +
                               ": cannot be written; is its folder there and writable, the disk not full?");
}

}  // namespace ridge
