// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/error_summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/statistics.hpp"

namespace ridge::cost_model {
namespace {

constexpr double fifth = 0.2;

RowErrors summarize(const std::string& key, const std::vector<const RowPrediction*>& rows) {
    RowErrors out{.key = key, .count = rows.size()};
    if (rows.empty()) return out;
    std::vector<double> errors, signed_errors;
    double near = 0, covered = 0;
    for (const auto* row : rows) {
        signed_errors.push_back(row->error());
        errors.push_back(std::abs(row->error()));
        near += errors.back() <= fifth ? 1 : 0;
        covered += row->covered() ? 1 : 0;
    }
    const auto count = static_cast<double>(rows.size());
    out.median = median(errors), out.mean = mean(errors), out.p90 = quantile(errors, 0.9);
    out.bias = median(signed_errors);
    out.within_fifth = near / count, out.covered = covered / count;
    return out;
}

struct Quantity {
    std::string_view part, name;
};

constexpr auto quantities = std::to_array<Quantity>({{"ttft", "TTFT"},
                                                     {"tpot", "TPOT"},
                                                     {"throughput_latency", "TPOT"},
                                                     {"energy", "energy"},
                                                     {"power", "power"},
                                                     {"samples_per_s", "samples/s"},
                                                     {"throughput", "tokens/s"}});

}  // namespace

std::vector<RowErrors> summaries(const std::vector<RowPrediction>& rows, const RowKey& key) {
    std::map<std::string, std::vector<const RowPrediction*>> groups;
    for (const auto& row : rows)
        if (row.left_out.empty()) groups[key(row)].push_back(&row);
    std::vector<RowErrors> out;
    for (const auto& [name, members] : groups) out.push_back(summarize(name, members));
    return out;
}

RowErrors summary(const std::vector<RowPrediction>& rows, const std::string& key) {
    const auto all = summaries(rows, [&](const RowPrediction&) { return key; });
    return all.empty() ? RowErrors{.key = key} : all.front();
}

std::vector<LeftOutCount> left_out(const std::vector<RowPrediction>& rows) {
    std::map<std::string, std::size_t> counts;
    for (const auto& row : rows)
        if (!row.left_out.empty()) ++counts[row.left_out];
    std::vector<LeftOutCount> out;
    for (const auto& [reason, count] : counts) out.push_back({reason, count});
    std::ranges::stable_sort(out, std::greater{}, &LeftOutCount::count);
    return out;
}

std::string quantity_of(const std::string& metric) {
    for (const auto& [part, name] : quantities)
        if (metric.find(part) != std::string::npos) return std::string(name);
    return metric;
}

std::string short_source(const std::string& source) {
    const auto end = std::min(source.find(" @"), source.size());
    auto name = source.substr(0, end);
    // Collections of one project: its name is enough.
    for (const std::string project :
         {"ml-energy/leaderboard", "bcacdwk/vllmbench", "mlcommons/inference_results_v4.1",
          "mlcommons/inference_results_v5.1", "mlcommons/inference_results_v2.1"})
        if (name.starts_with(project)) return project;
    constexpr std::size_t longest = 60;
    return name.size() > longest ? name.substr(0, longest) : name;
}

}  // namespace ridge::cost_model
