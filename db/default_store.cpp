// SPDX-License-Identifier: Apache-2.0
#include "db/default_store.hpp"

#include <cstdlib>
#include <string>

namespace ridge::db {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value ? value : "";
}

// The XDG specification has relative values ignored.
fs::path data_folder() {
    const fs::path configured = environment("XDG_DATA_HOME");
    return configured.is_absolute() ? configured : fs::path(environment("HOME")) / ".local/share";
}

}  // namespace

fs::path default_store() {
    const auto configured = environment("RIDGE_DB");
    return configured.empty() ? data_folder() / "ridgepoint" / "ridge.db" : fs::path(configured);
}

}  // namespace ridge::db
