// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "db/state.hpp"

/// Rows of the table `roof`, for the store and for merging. Internal to db/.
namespace ridge::db {

struct IdentifiedRoof {
    std::string uuid;
    StoredRoof stored;
};

bool add_roof(Connection& connection, const IdentifiedRoof& one);  ///< false when its uuid is there already
void for_each_roof(Connection& connection, const std::function<void(const IdentifiedRoof&)>& visit);

}  // namespace ridge::db
