// SPDX-License-Identifier: Apache-2.0
#include "tuner/joint_prior.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <utility>

namespace ridge::tuner {
namespace {

// Mean logarithm of the ratio of two sources on what both know; nothing when that is nothing.
std::optional<double> offset(const KnownTimes& from, const KnownTimes& to) {
    double sum = 0, count = 0;
    for (const auto& [index, time] : from)
        if (const auto other = to.find(index); other != to.end())
            sum += std::log(other->second / time), count += 1;
    return count > 0 ? std::optional(sum / count) : std::nullopt;
}

}  // namespace

Prior joint_prior(const std::vector<KnownTimes>& sources) {
    if (sources.empty()) return {};
    std::unordered_map<std::size_t, std::pair<double, double>> sums;  // of logarithms, and how many
    for (const auto& source : sources) {
        const auto shift = &source == &sources.front() ? std::optional(0.0) : offset(source, sources.front());
        if (!shift) continue;
        for (const auto& [index, time] : source) {
            auto& [sum, count] = sums[index];
            sum += std::log(time) + *shift;
            count += 1;
        }
    }
    auto times = std::make_shared<KnownTimes>();
    for (const auto& [index, sum] : sums) times->emplace(index, std::exp(sum.first / sum.second));
    return [times](std::size_t index) -> std::optional<double> {
        const auto found = times->find(index);
        return found == times->end() ? std::nullopt : std::optional(found->second);
    };
}

}  // namespace ridge::tuner
