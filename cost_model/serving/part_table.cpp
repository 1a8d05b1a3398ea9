// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/part_table.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model {
namespace {

// Where `value` lies: the entry before it and how far it is on the way to the next, more than 1 beyond.
struct Place {
    std::size_t before = 0;
    double share = 0;
};

Place place(const std::vector<double>& grid, double value) {
    if (grid.size() < 2 || value <= grid.front()) return {};
    const auto above = std::ranges::upper_bound(grid, value);
    const auto next =
        std::clamp<std::ptrdiff_t>(above - grid.begin(), 1, static_cast<std::ptrdiff_t>(grid.size()) - 1);
    const auto before = static_cast<std::size_t>(next - 1);
    return {before, (value - grid[before]) / (grid[before + 1] - grid[before])};
}

double mix(double low, double high, double share) { return std::max(0.0, low + (high - low) * share); }

PartSeconds mix(const PartSeconds& low, const PartSeconds& high, double share) {
    return {mix(low.compute, high.compute, share), mix(low.memory, high.memory, share),
            mix(low.launch, high.launch, share), mix(low.communication, high.communication, share)};
}

std::vector<double> real(const std::vector<std::int64_t>& grid) { return {grid.begin(), grid.end()}; }

}  // namespace

PartTable::PartTable(std::vector<std::int64_t> grid, const std::function<PartSeconds(std::int64_t)>& at)
    : grid_(real(grid)) {
    for (const auto value : grid) values_.push_back(at(value));
}

PartSeconds PartTable::at(double value) const {
    const auto [before, share] = place(grid_, value);
    if (values_.size() < 2) return values_.front();
    return mix(values_[before], values_[before + 1], share);
}

PartPlane::PartPlane(std::vector<std::int64_t> rows, std::vector<std::int64_t> columns,
                     const std::function<PartSeconds(std::int64_t, std::int64_t)>& at)
    : rows_(real(rows)), columns_(real(columns)) {
    for (const auto row : rows)
        for (const auto column : columns) values_.push_back(at(row, column));
}

PartSeconds PartPlane::at(double row, double column) const {
    const auto y = place(rows_, row), x = place(columns_, column);
    const auto line = [&](std::size_t index) {
        const auto* first = &values_[index * columns_.size() + x.before];
        return columns_.size() < 2 ? *first : mix(first[0], first[1], x.share);
    };
    return rows_.size() < 2 ? line(0) : mix(line(y.before), line(y.before + 1), y.share);
}

PromptTable::PromptTable(const std::vector<std::int64_t>& tokens, std::vector<std::int64_t> before,
                         const std::function<PartSeconds(std::int64_t, std::int64_t)>& at)
    : tokens_(real(tokens)) {
    for (const auto count : tokens) {
        log_tokens_.push_back(std::log(static_cast<double>(count)));
        lines_.emplace_back(before, [&](std::int64_t there) { return at(count, there); });
    }
}

PartSeconds PromptTable::at(double tokens, double before) const {
    // Pairs of query and key that a causal mask lets through.
    const auto pairs = [before](double count) { return count * (before + (count + 1.0) / 2.0); };
    const auto rate = [&](std::size_t i) { return lines_[i].at(before) * (1.0 / pairs(tokens_[i])); };
    const auto [first, share] = place(log_tokens_, std::log(std::max(tokens, tokens_.front())));
    const auto each = lines_.size() < 2 ? rate(0) : mix(rate(first), rate(first + 1), std::min(share, 1.0));
    return each * pairs(std::max(tokens, tokens_.front()));
}

std::vector<std::int64_t> fine_grid(std::int64_t last) {
    std::vector<std::int64_t> out = {1};
    for (std::int64_t power = 2; out.back() < last; power *= 2) {
        out.push_back(power);
        if (power < last) out.push_back(power + power / 2);
    }
    return out;
}

std::vector<std::int64_t> geometric_grid(std::int64_t first, std::int64_t last, std::int64_t factor) {
    std::vector<std::int64_t> out;
    for (auto value = std::min(first, last); value < last; value *= factor) out.push_back(value);
    out.push_back(last);
    return out;
}

}  // namespace ridge::cost_model
