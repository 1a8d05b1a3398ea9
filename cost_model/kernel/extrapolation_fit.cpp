// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>

#include "core/statistics.hpp"
#include "cost_model/kernel/group_fit.hpp"

namespace ridge::cost_model {
namespace {

constexpr double withheld = 8;  // times the work that the smaller fit sees
constexpr std::size_t least_seen = 12, most_asked = 200;

struct Range {
    RowPointers seen, asked;
};

Range by_work(const RowPointers& rows) {
    double largest = 0;
    for (const auto* row : rows) largest = std::max(largest, row->roofline_s);
    Range out;
    for (const auto* row : rows)
        (row->roofline_s <= largest / withheld ? out.seen : out.asked).push_back(row);
    return out;
}

double common_noise(const Correction& correction) {
    std::vector<double> noises;
    for (const auto& node : correction.nodes()) noises.push_back(node.noise);
    return median(noises);
}

// The group as these rows alone would have it, but for the lengths of its correction.
std::optional<KernelGroup> smaller(const KernelGroup& group, const RowPointers& rows) {
    const auto parameters = fit_parameters(rows);
    if (!parameters) return std::nullopt;
    KernelGroup out;
    out.parameters = *parameters;
    const double noise = common_noise(group.correction);
    const bool corrects = group.correction.corrects();
    std::vector<CorrectionNode> nodes;
    for (const auto* row : rows) {
        CorrectionNode node{.axes = {}, .residual = 0, .noise = noise, .site = row->site};
        for (const auto& axis : row->features.axes) node.axes.push_back(axis.value);
        if (corrects) node.residual = log_residual(*row, *parameters);
        nodes.push_back(std::move(node));
        out.longest_s = std::max(out.longest_s, kernel_time(row->features, *parameters));
    }
    out.correction = Correction(group.correction.axes(), group.correction.lengths(), nodes);
    return out;
}

}  // namespace

std::vector<ErrorBeyond> errors_beyond(const KernelGroup& group, const RowPointers& rows) {
    const auto range = by_work(rows);
    if (range.seen.size() < least_seen || group.correction.empty()) return {};
    const auto fitted = smaller(group, range.seen);
    if (!fitted) return {};
    std::vector<ErrorBeyond> out;
    const auto step = std::max<std::size_t>(1, range.asked.size() / most_asked);
    for (std::size_t i = 0; i < range.asked.size(); i += step) {
        const auto& row = *range.asked[i];
        const auto found = estimate(*fitted, row.features);
        out.push_back({std::log2(found.analytical_s / fitted->longest_s),
                       std::abs(std::log(row.seconds / found.time_s))});
    }
    std::erase_if(out, [](const ErrorBeyond& one) { return one.octaves <= 0; });
    return out;
}

void set_widths_beyond(const std::vector<FittedBeyond>& groups) {
    std::map<std::string, std::vector<std::vector<ErrorBeyond>>> by_regime;
    std::vector<std::vector<ErrorBeyond>> all;
    for (const auto& [group, errors] : groups) {
        if (errors.empty()) continue;
        by_regime[group->key.regime].push_back(errors);
        all.push_back(errors);
    }
    for (const auto& [group, errors] : groups) {
        const auto found = by_regime.find(group->key.regime);
        group->widths_beyond = WidthsBeyond(found == by_regime.end() ? all : found->second);
    }
}

}  // namespace ridge::cost_model
