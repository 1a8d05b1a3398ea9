// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cost_model/economy/figure.hpp"

namespace ridge::cost_model {

/// Named figures of one file of configs/prices, each with its source: "electricity", "pue", "grid",
/// "hosting", "staff", "ownership", "demand". Amounts in another currency are in US dollars here, turned with
/// the rate of their own date.
struct FigureCatalogue {
    std::string file;          ///< for complaints
    std::string default_name;  ///< empty where every figure is of its own kind
    std::vector<std::pair<std::string, Figure>> figures;

    /// By name, or the default for an empty name; throws InputError with the nearest name.
    [[nodiscard]] const Figure& at(const std::string& name) const;
    [[nodiscard]] const Figure* find(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;
};

[[nodiscard]] FigureCatalogue figure_catalogue(const std::string& name);

}  // namespace ridge::cost_model
