// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "cost_model/serving/step_parts.hpp"

namespace ridge::cost_model {

/// Demands at the points of a grid, in whose numbers a mixture of points can be read under any engine.
class DemandTable {
  public:
    struct Weight {
        std::size_t point = 0;
        double weight = 0;
    };
    using Mixture = std::array<Weight, 4>;

    /// Every point has the calls of the first one, in other numbers.
    void add(const Demands& point);
    [[nodiscard]] PartSeconds at(const Mixture& mixture, const EngineParameters& engine) const;

  private:
    Demands first_;
    std::vector<double> numbers_;
    std::size_t width_ = 0;  ///< numbers of a point
};

/// Over one number, read between two entries on a straight line, which is exact wherever demands are a
/// constant plus a rate. Beyond the last entry the last line goes on; below the first the first entry holds.
class DemandLine {
  public:
    DemandLine() = default;
    DemandLine(const std::vector<std::int64_t>& grid, const std::function<Demands(std::int64_t)>& at);
    [[nodiscard]] PartSeconds at(double value, const EngineParameters& engine) const;

  private:
    std::vector<double> grid_;
    DemandTable table_;
};

/// Likewise over two numbers, bilinear, which is exact for a constant plus rates plus a product.
class DemandPlane {
  public:
    DemandPlane() = default;
    DemandPlane(const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& columns,
                const std::function<Demands(std::int64_t, std::int64_t)>& at);
    [[nodiscard]] PartSeconds at(double row, double column, const EngineParameters& engine) const;

  private:
    std::vector<double> rows_, columns_;
    DemandTable table_;
};

/// Attention of a prompt's new tokens behind positions that are there already. Along the positions before
/// it is a line, as in DemandLine; along the tokens the demand for each pair of query and key changes slowly,
/// and goes on a line over the tokens' logarithm.
class PromptTable {
  public:
    PromptTable() = default;
    /// `at` of tokens and positions before them; both grids ascend, tokens from at least 1, before from 0.
    PromptTable(const std::vector<std::int64_t>& tokens, const std::vector<std::int64_t>& before,
                const std::function<Demands(std::int64_t, std::int64_t)>& at);
    [[nodiscard]] PartSeconds at(double tokens, double before, const EngineParameters& engine) const;

  private:
    std::vector<double> tokens_, log_tokens_, before_;
    DemandTable table_;
};

/// 1, 2, 3, 4, 6, 8, 12, … up to the first that is at least `last`.
[[nodiscard]] std::vector<std::int64_t> fine_grid(std::int64_t last);
/// `first`, factor · first, factor² · first, … and `last`.
[[nodiscard]] std::vector<std::int64_t> geometric_grid(std::int64_t first, std::int64_t last,
                                                       std::int64_t factor);

}  // namespace ridge::cost_model
