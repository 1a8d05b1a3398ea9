// SPDX-License-Identifier: Apache-2.0
#include "tuner/store_prior.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/operator_call.hpp"
#include "core/text.hpp"
#include "tuner/joint_prior.hpp"

namespace ridge::tuner {
namespace {

// Fewer say little of what is better and what is worse.
constexpr std::size_t least_known = 5;

/// Where times come from, and what was measured there.
using Sources = std::map<std::string, KnownTimes>;

void add(KnownTimes& times, const db::Record& record, const SearchSpace& space) {
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

// All devices of which enough is known, the one of which most is known first.
StorePrior prior_of_devices(const Sources& devices) {
    std::vector<const Sources::value_type*> known;
    for (const auto& device : devices)
        if (device.second.size() >= least_known) known.push_back(&device);
    std::ranges::stable_sort(known, std::greater(), [](const auto* device) { return device->second.size(); });
    std::vector<KnownTimes> times;
    std::vector<std::string> names;
    for (const auto* device : known) times.push_back(device->second), names.push_back(device->first);
    if (known.empty()) return {};
    return {joint_prior(times), (names.size() > 1 ? "devices " : "device ") + join(names, ", ")};
}

}  // namespace

StorePrior store_prior(const db::Store& store, const std::string& device, const SuiteCall& call,
                       const std::string& implementation, const SearchSpace& space) {
    const auto wanted = OperatorCall::parse(call.call);
    Sources devices, calls;
    const auto records =
        store.measurements({.op = wanted.op, .implementation = implementation, .cache = call.cache});
    for (const auto* record : db::latest_records(records)) {
        if (record->device != device && record->call == call.call)
            add(devices[record->device], *record, space);
        if (record->device == device && record->call != call.call) add(calls[record->call], *record, space);
    }
    auto from_devices = prior_of_devices(devices);
    if (from_devices.prior) return from_devices;
    const std::string* best = nullptr;
    double least = INFINITY;
    for (const auto& [text, times] : calls) {
        const auto away = distance(wanted, OperatorCall::parse(text));
        if (times.size() >= least_known && away && *away < least) least = *away, best = &text;
    }
    return best ? StorePrior{joint_prior({calls.at(*best)}), *best} : StorePrior();
}

}  // namespace ridge::tuner
