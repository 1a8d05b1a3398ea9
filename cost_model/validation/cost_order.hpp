// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cost_model/validation/row_prediction.hpp"

namespace ridge::cost_model {

/// Pairs of devices that served the same model, lengths, batch, metric and framework: which of them makes the
/// cheaper token, by measurement and by prediction.
struct CostOrder {
    std::size_t pairs = 0;  ///< whose measured costs differ by more than 20 %
    std::size_t right = 0;  ///< of them that the model orders alike
    std::size_t rows_without_price = 0;
    [[nodiscard]] double share() const {
        return pairs > 0 ? static_cast<double>(right) / static_cast<double>(pairs) : 0;
    }
};

/// US dollars for a device and hour; nothing where no price is known.
using PriceOf = std::function<std::optional<double>(const std::string& device)>;

[[nodiscard]] CostOrder cost_order(const std::vector<RowPrediction>& rows, const PriceOf& price);

}  // namespace ridge::cost_model
