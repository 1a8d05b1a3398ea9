// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/demand_table.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ridge::cost_model {
namespace {

// Numbers of a call that change over a grid.
constexpr auto call_numbers =
    std::to_array<double CallDemand::*>({&CallDemand::rows, &CallDemand::compute_s, &CallDemand::memory_s,
                                         &CallDemand::known_s, &CallDemand::launch_s, &CallDemand::kernel_s});
constexpr auto exchange_numbers = std::to_array<double ExchangeDemand::*>(
    {&ExchangeDemand::latency_s, &ExchangeDemand::usual_s, &ExchangeDemand::whole_s});

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

std::size_t after(const std::vector<double>& grid, const Place& at) {
    return std::min(at.before + 1, grid.size() - 1);
}

// The four points around a place on a plane, in which `row` and `column` run over grids of these sizes.
DemandTable::Mixture around(const std::vector<double>& rows, const Place& row,
                            const std::vector<double>& columns, const Place& column) {
    const auto first = row.before * columns.size(), second = after(rows, row) * columns.size();
    const auto left = column.before, right = after(columns, column);
    return {{{first + left, (1 - row.share) * (1 - column.share)},
             {first + right, (1 - row.share) * column.share},
             {second + left, row.share * (1 - column.share)},
             {second + right, row.share * column.share}}};
}

std::vector<double> real(const std::vector<std::int64_t>& grid) { return {grid.begin(), grid.end()}; }

// Pairs of query and key that a causal mask lets through.
double pairs(double tokens, double before) { return tokens * (before + (tokens + 1.0) / 2.0); }

}  // namespace

void DemandTable::add(const Demands& point) {
    if (numbers_.empty()) first_ = point;
    if (point.calls.size() != first_.calls.size())
        throw std::logic_error("a grid's points have different calls");
    for (const auto& call : point.calls)
        for (const auto number : call_numbers) numbers_.push_back(call.*number);
    for (const auto number : exchange_numbers) numbers_.push_back(point.exchange.*number);
    width_ = first_.calls.size() * call_numbers.size() + exchange_numbers.size();
}

PartSeconds DemandTable::at(const Mixture& mixture, const EngineParameters& engine) const {
    std::size_t place = 0;
    const auto next = [&] {
        double sum = 0;
        for (const auto& [point, weight] : mixture)
            if (weight != 0) sum += weight * numbers_[point * width_ + place];
        ++place;
        return std::max(0.0, sum);
    };
    // Between a point that kernels cover and one that they do not, the ceilings hold.
    const auto covered = [&](std::size_t number) {
        return std::ranges::all_of(mixture, [&](const Weight& one) {
            return one.weight == 0 || numbers_[one.point * width_ + number] > 0;
        });
    };
    PartSeconds out;
    for (auto call : first_.calls) {
        for (const auto number : call_numbers) call.*number = next();
        if (!covered(place - 1)) call.kernel_s = 0;
        out += call_seconds(call, engine, first_.efficiency);
    }
    ExchangeDemand exchange;
    for (const auto number : exchange_numbers) exchange.*number = next();
    out.communication += exchange.seconds(engine);
    return out;
}

DemandLine::DemandLine(const std::vector<std::int64_t>& grid, const std::function<Demands(std::int64_t)>& at)
    : grid_(real(grid)) {
    for (const auto value : grid) table_.add(at(value));
}

PartSeconds DemandLine::at(double value, const EngineParameters& engine) const {
    const auto here = place(grid_, value);
    return table_.at({{{here.before, 1 - here.share}, {after(grid_, here), here.share}}}, engine);
}

DemandPlane::DemandPlane(const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& columns,
                         const std::function<Demands(std::int64_t, std::int64_t)>& at)
    : rows_(real(rows)), columns_(real(columns)) {
    for (const auto row : rows)
        for (const auto column : columns) table_.add(at(row, column));
}

PartSeconds DemandPlane::at(double row, double column, const EngineParameters& engine) const {
    return table_.at(around(rows_, place(rows_, row), columns_, place(columns_, column)), engine);
}

PromptTable::PromptTable(const std::vector<std::int64_t>& tokens, const std::vector<std::int64_t>& before,
                         const std::function<Demands(std::int64_t, std::int64_t)>& at)
    : tokens_(real(tokens)), before_(real(before)) {
    for (const auto count : tokens) {
        log_tokens_.push_back(std::log(static_cast<double>(count)));
        for (const auto there : before) table_.add(at(count, there));
    }
}

PartSeconds PromptTable::at(double tokens, double before, const EngineParameters& engine) const {
    const double least = std::max(tokens, tokens_.front());
    auto row = place(log_tokens_, std::log(least));
    row.share = std::min(row.share, 1.0);
    auto mixture = around(tokens_, row, before_, place(before_, before));
    const double here = pairs(least, before);
    const auto rescale = [&](std::size_t first, std::size_t second, double count) {
        for (const auto one : {first, second}) mixture[one].weight *= here / pairs(count, before);
    };
    rescale(0, 1, tokens_[row.before]);
    rescale(2, 3, tokens_[after(tokens_, row)]);
    return table_.at(mixture, engine);
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
