// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Why values of an imported file do not become measurements: each reason is a rule with a name.
namespace ridge::db {

struct ImportRule {
    std::string_view name;
    std::string_view text;  ///< what it sets aside, and why
    bool optional = false;  ///< can be switched off; the others keep out what is no measurement
};

/// All of them; docs/importing.md lists them too.
[[nodiscard]] std::span<const ImportRule> import_rules();

/// Checks the names of rules to switch off; throws InputError for one that is unknown or not optional.
[[nodiscard]] std::set<std::string, std::less<>> rules_to_keep(const std::vector<std::string>& names);

/// What a rule has set aside.
struct AsideCount {
    std::size_t values = 0;
    std::string example;  ///< the first, with its line
};
using AsideCounts = std::map<std::string, AsideCount, std::less<>>;  ///< by name of the rule

}  // namespace ridge::db
