// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/gradient_boosting.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace ridge::cost_model {

// Grows one tree level by level: each column is walked once a level in the order of its values, and the sums
// of all nodes of that level advance together.
class TreeGrower {
  public:
    TreeGrower(const Table& rows, const BoostingOptions& options) : rows_(rows), options_(options) {
        for (std::size_t column = 0; column < rows.columns; ++column) {
            std::vector<std::uint32_t> order(rows.rows());
            std::iota(order.begin(), order.end(), 0U);
            std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) {
                return rows_.at(a, column) < rows_.at(b, column);
            });
            orders_.push_back(std::move(order));
        }
    }

    BoostedTrees::Tree grow(const std::vector<double>& targets) {
        BoostedTrees::Tree tree(1);
        node_of_.assign(rows_.rows(), 0);
        std::size_t first = 0;
        for (int level = 0; level < options_.depth && first < tree.size(); ++level) {
            const auto splits = best_splits(targets, first, tree.size());
            first = split_level(tree, splits, first);
            assign_rows(tree);
        }
        set_values(tree, targets);
        return tree;
    }

  private:
    struct Sums {
        double sum = 0;
        std::size_t count = 0;
        double last = 0;  // value of the column in the row before
    };
    struct Split {
        double gain = 1e-12;  // less is rounding
        int column = -1;
        double threshold = 0;
    };

    // Σ²/n left and right of the split: what squared error falls by, but for a constant of the node.
    static double score(double sum, std::size_t count) { return sum * sum / static_cast<double>(count); }

    std::vector<Sums> node_totals(const std::vector<double>& targets, std::size_t first,
                                  std::size_t end) const {
        std::vector<Sums> totals(end - first);
        for (std::size_t row = 0; row < node_of_.size(); ++row)
            if (node_of_[row] >= first) {
                totals[node_of_[row] - first].sum += targets[row];
                ++totals[node_of_[row] - first].count;
            }
        return totals;
    }

    std::vector<Split> best_splits(const std::vector<double>& targets, std::size_t first,
                                   std::size_t end) const {
        const auto totals = node_totals(targets, first, end);
        std::vector<Split> best(end - first);
        for (std::size_t column = 0; column < rows_.columns; ++column) {
            std::vector<Sums> left(end - first);
            for (const auto row : orders_[column]) {
                if (node_of_[row] < first) continue;
                const std::size_t node = node_of_[row] - first;
                const double value = rows_.at(row, column);
                consider(best[node], left[node], totals[node], column, value);
                left[node].sum += targets[row];
                ++left[node].count;
                left[node].last = value;
            }
        }
        return best;
    }

    // A split between the row before and one of this value.
    void consider(Split& best, const Sums& left, const Sums& total, std::size_t column, double value) const {
        const std::size_t right = total.count - left.count;
        if (left.count < options_.least_leaf || right < options_.least_leaf || value <= left.last) return;
        const double gain =
            score(left.sum, left.count) + score(total.sum - left.sum, right) - score(total.sum, total.count);
        if (gain > best.gain) best = {gain, static_cast<int>(column), (left.last + value) / 2};
    }

    // Returns where the next level begins.
    static std::size_t split_level(BoostedTrees::Tree& tree, const std::vector<Split>& splits,
                                   std::size_t first) {
        const std::size_t next = tree.size();
        for (std::size_t i = 0; i < splits.size(); ++i) {
            if (splits[i].column < 0) continue;
            const std::size_t left = tree.size();
            tree[first + i].column = splits[i].column;
            tree[first + i].threshold = splits[i].threshold;
            tree[first + i].left = left;
            tree.resize(left + 2);
        }
        return next;
    }

    void assign_rows(const BoostedTrees::Tree& tree) {
        for (std::size_t row = 0; row < node_of_.size(); ++row) {
            const auto& node = tree[node_of_[row]];
            if (node.column < 0) continue;
            const bool right = rows_.at(row, static_cast<std::size_t>(node.column)) > node.threshold;
            node_of_[row] = static_cast<std::uint32_t>(node.left + (right ? 1 : 0));
        }
    }

    void set_values(BoostedTrees::Tree& tree, const std::vector<double>& targets) const {
        for (std::size_t node = 0; const auto& total : node_totals(targets, 0, tree.size())) {
            if (total.count > 0) tree[node].value = total.sum / static_cast<double>(total.count);
            ++node;
        }
    }

    const Table& rows_;
    const BoostingOptions& options_;
    std::vector<std::vector<std::uint32_t>> orders_;  // of each column
    std::vector<std::uint32_t> node_of_;              // of each row
};

BoostedTrees BoostedTrees::fit(const Table& rows, const std::vector<double>& targets,
                               const BoostingOptions& options) {
    if (targets.empty() || rows.rows() != targets.size())
        throw InputError("boosted trees need a target for each of at least one row, not " +
                         std::to_string(targets.size()) + " for " + std::to_string(rows.rows()));
    BoostedTrees out;
    out.mean_ = std::accumulate(targets.begin(), targets.end(), 0.0) / static_cast<double>(targets.size());
    std::vector<double> left_over = targets;
    for (auto& value : left_over) value -= out.mean_;
    TreeGrower grower(rows, options);
    for (int i = 0; i < options.trees; ++i) {
        auto tree = grower.grow(left_over);
        for (auto& node : tree) node.value *= options.learning_rate;
        for (std::size_t row = 0; row < left_over.size(); ++row)
            left_over[row] -= leaf_value(tree, rows.row(row));
        out.trees_.push_back(std::move(tree));
    }
    return out;
}

double BoostedTrees::leaf_value(const Tree& tree, std::span<const double> row) {
    const auto* node = &tree.front();
    while (node->column >= 0)
        node = &tree[node->left + (row[static_cast<std::size_t>(node->column)] > node->threshold ? 1 : 0)];
    return node->value;
}

double BoostedTrees::predict(std::span<const double> row) const {
    double sum = mean_;
    for (const auto& tree : trees_) sum += leaf_value(tree, row);
    return sum;
}

}  // namespace ridge::cost_model
