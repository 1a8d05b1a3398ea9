// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/json.hpp"

namespace ridge::cost_model {

/// Numbers of one kind in 16 bits each, equally spaced between the least and the greatest: within 1/131070 of
/// the range. Written to JSON as base64 of little-endian words, so that thousands of them load in
/// microseconds.
class PackedColumn {
  public:
    PackedColumn() = default;
    /// Throws InputError for a value that is not finite.
    explicit PackedColumn(const std::vector<double>& values);

    [[nodiscard]] std::size_t size() const { return words_.size(); }
    [[nodiscard]] double operator[](std::size_t i) const { return low_ + step_ * words_[i]; }

    [[nodiscard]] Json json() const;
    [[nodiscard]] static PackedColumn from_json(const JsonReader& json);
    bool operator==(const PackedColumn&) const = default;

  private:
    double low_ = 0, step_ = 0;
    std::vector<std::uint16_t> words_;
};

}  // namespace ridge::cost_model
