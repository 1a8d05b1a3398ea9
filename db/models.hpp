// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "db/state.hpp"

/// Rows of the tables `model` and `model_measurement`, for the store and for merging. Internal to db/.
namespace ridge::db {

struct IdentifiedModel {
    std::string uuid;
    StoredModel stored;
};

/// Gives the next version of the device and kind; 0 when the uuid is there already.
std::int64_t add_model(Connection& connection, const IdentifiedModel& one);
void for_each_model(Connection& connection, const std::function<void(const IdentifiedModel&)>& visit);

}  // namespace ridge::db
