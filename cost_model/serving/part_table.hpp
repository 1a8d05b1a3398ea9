// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cost_model/serving/step_parts.hpp"

namespace ridge::cost_model {

/// Seconds tabulated over one number and read between two entries on a straight line, which is exact wherever
/// they are a constant plus a rate. Beyond the last entry the last line goes on; below the first the first
/// entry holds.
class PartTable {
  public:
    PartTable() = default;
    PartTable(std::vector<std::int64_t> grid, const std::function<PartSeconds(std::int64_t)>& at);
    [[nodiscard]] PartSeconds at(double value) const;

  private:
    std::vector<double> grid_;
    std::vector<PartSeconds> values_;
};

/// Likewise over two numbers, bilinear, which is exact for a constant plus rates plus a product.
class PartPlane {
  public:
    PartPlane() = default;
    PartPlane(std::vector<std::int64_t> rows, std::vector<std::int64_t> columns,
              const std::function<PartSeconds(std::int64_t, std::int64_t)>& at);
    [[nodiscard]] PartSeconds at(double row, double column) const;

  private:
    std::vector<double> rows_, columns_;
    std::vector<PartSeconds> values_;
};

/// Attention of a prompt's new tokens behind positions that are there already. Along the positions before
/// it is a line, as in PartTable; along the tokens the seconds for each pair of query and key change slowly,
/// and go on a line over the tokens' logarithm.
class PromptTable {
  public:
    PromptTable() = default;
    /// `at` of tokens and positions before them; both grids ascend, tokens from at least 1, before from 0.
    PromptTable(const std::vector<std::int64_t>& tokens, std::vector<std::int64_t> before,
                const std::function<PartSeconds(std::int64_t, std::int64_t)>& at);
    [[nodiscard]] PartSeconds at(double tokens, double before) const;

  private:
    std::vector<double> tokens_, log_tokens_;
    std::vector<PartTable> lines_;
};

/// 1, 2, 3, 4, 6, 8, 12, … up to the first that is at least `last`.
[[nodiscard]] std::vector<std::int64_t> fine_grid(std::int64_t last);
/// `first`, factor · first, factor² · first, … and `last`.
[[nodiscard]] std::vector<std::int64_t> geometric_grid(std::int64_t first, std::int64_t last,
                                                       std::int64_t factor);

}  // namespace ridge::cost_model
