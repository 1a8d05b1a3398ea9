// SPDX-License-Identifier: Apache-2.0
#include "core/file.hpp"

#include <fstream>
#include <sstream>

#include "core/error.hpp"

namespace ridge {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::error_code ignored;
    if (!file || std::filesystem::is_directory(path, ignored))
        throw InputError(path.string() + ": cannot be read; is the path right?");
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

}  // namespace ridge
