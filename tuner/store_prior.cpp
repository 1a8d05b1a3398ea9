// SPDX-License-Identifier: Apache-2.0
#include "tuner/store_prior.hpp"

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "core/operator_call.hpp"

namespace ridge::tuner {
namespace {

// Fewer say little of what is better and what is worse.
constexpr std::size_t least_known = 5;

using Times = std::unordered_map<std::size_t, double>;  // median seconds by index in the space

/// Where times come from, and what was measured there.
using Sources = std::map<std::string, Times>;

void add(Times& times, const db::Record& record, const SearchSpace& space) {
    if (const auto index = space.index(record.config)) times[*index] = record.summary->median;
}

// Sum of |ln ratio| over the dimensions; nothing for calls of another kind.
std::optional<double> distance(const OperatorCall& one, const OperatorCall& other) {
    if (one.op != other.op || one.operands != other.operands || one.sparsity != other.sparsity ||
        one.activation_sparsity != other.activation_sparsity)
        return std::nullopt;
    double sum = 0;
    for (const auto& dimension : one.dimensions)
        sum += std::abs(std::log(static_cast<double>(dimension.value) /
                                 static_cast<double>(other.dimension(dimension.name))));
    return sum;
}

StorePrior prior_of(const Sources& sources, const std::string& name, const std::string& from) {
    auto times = std::make_shared<const Times>(sources.at(name));
    return {[times](std::size_t index) -> std::optional<double> {
                const auto found = times->find(index);
                return found == times->end() ? std::nullopt : std::optional(found->second);
            },
            from};
}

}  // namespace

StorePrior store_prior(const db::Store& store, const std::string& device, const SuiteCall& call,
                       const std::string& implementation, const SearchSpace& space) {
    const auto wanted = OperatorCall::parse(call.call);
    Sources devices, calls;
    const auto records = store.measurements(
        {.op = wanted.op, .implementation = implementation, .status = Status::ok, .cache = call.cache});
    for (const auto* record : db::latest_records(records)) {
        if (record->device != device && record->call == call.call)
            add(devices[record->device], *record, space);
        if (record->device == device && record->call != call.call) add(calls[record->call], *record, space);
    }
    const std::string* best = nullptr;
    for (const auto& [name, times] : devices)
        if (times.size() >= least_known && (!best || times.size() > devices.at(*best).size())) best = &name;
    if (best) return prior_of(devices, *best, "device " + *best);
    double least = INFINITY;
    for (const auto& [text, times] : calls) {
        const auto away = distance(wanted, OperatorCall::parse(text));
        if (times.size() >= least_known && away && *away < least) least = *away, best = &text;
    }
    return best ? prior_of(calls, *best, *best) : StorePrior();
}

}  // namespace ridge::tuner
