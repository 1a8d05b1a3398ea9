// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "db/store.hpp"
#include "tuner/suite.hpp"

namespace ridge::tuner {

/// The campaign with a uuid or the unique beginning of one; the newest unfinished one for "". Throws
/// InputError naming what the store has.
[[nodiscard]] db::Campaign find_campaign(const db::Store& store, const std::string& uuid);

/// Throws InputError when the file of a campaign's suite is there and says something else than the
/// campaign's.
void refuse_changed_suite(const Suite& stored, const std::string& uuid);

}  // namespace ridge::tuner
