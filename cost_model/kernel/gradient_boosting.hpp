// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ridge::cost_model {

/// Rows of numbers, row after row.
struct Table {
    std::size_t columns = 0;
    std::vector<double> values;

    [[nodiscard]] std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
    [[nodiscard]] double at(std::size_t row, std::size_t column) const {
        return values[row * columns + column];
    }
    [[nodiscard]] std::span<const double> row(std::size_t row) const {
        return {values.data() + row * columns, columns};
    }
};

struct BoostingOptions {
    int trees = 300;
    int depth = 5;
    double learning_rate = 0.1;
    std::size_t least_leaf = 3;  ///< rows of a leaf
};

/// Gradient-boosted regression trees for squared error (Friedman, "Greedy function approximation: a gradient
/// boosting machine", 2001): every tree takes the exact best splits of what the trees before it left over.
class BoostedTrees {
  public:
    /// Throws InputError when there are no rows, or not one target for each.
    [[nodiscard]] static BoostedTrees fit(const Table& rows, const std::vector<double>& targets,
                                          const BoostingOptions& options = {});

    [[nodiscard]] double predict(std::span<const double> row) const;

  private:
    // A leaf has column < 0 and a value; else rows with column <= threshold go to `left`, the others to left
    // + 1.
    struct Node {
        int column = -1;
        double threshold = 0;
        double value = 0;
        std::size_t left = 0;
    };
    using Tree = std::vector<Node>;
    friend class TreeGrower;

    [[nodiscard]] static double leaf_value(const Tree& tree, std::span<const double> row);

    double mean_ = 0;
    std::vector<Tree> trees_;
};

}  // namespace ridge::cost_model
