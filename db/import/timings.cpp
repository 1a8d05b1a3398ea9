// SPDX-License-Identifier: Apache-2.0
#include "db/import/timings.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "db/import/physical_floor.hpp"
#include "operators/catalogue.hpp"

namespace ridge::db {
namespace {

constexpr double most_disagreement = 2.0;
// Clocks above the data sheet's, and peaks that it rounds down.
constexpr double floor_tolerance = 0.9;
// Below this share of the floor a file is in another unit than its reader knows.
constexpr double least_share = 0.25;

struct Unit {
    double factor;  // between the unit that the reader knows and the one that the times are likely to be in
    std::string_view meant;
};
constexpr Unit units[] = {
    {1e3, "seconds where the format has milliseconds, or milliseconds where it has microseconds"},
    {1e6, "seconds where the format has microseconds"}};

std::string seconds(double time_s) { return number_text(time_s) + " s"; }

template <typename Samples>
void fill(Measurement& measurement, const Samples& samples) {
    measurement.status = Status::ok;
    measurement.stop = "count";
    measurement.cache = CacheState::warm;
    std::vector<double> energies_j;
    for (const auto& sample : samples) {
        measurement.samples_s.push_back(sample.time_s);
        if (sample.energy_j) energies_j.push_back(*sample.energy_j);
    }
    if (!energies_j.empty()) measurement.energy_j = median(energies_j);
}

}  // namespace

Timings::Timings(const Device* floor_device, std::set<std::string, std::less<>> keep)
    : device_(floor_device), keep_(std::move(keep)) {}

void Timings::set_implementation(std::string name, std::string version) {
    implementation_ = std::move(name);
    version_ = std::move(version);
}

const ModelShape& Timings::model_shape(const std::string& name) {
    const auto [place, is_new] = models_.try_emplace(name);
    if (is_new) place->second = find_model_shape(name);
    if (!place->second) throw SetAside("unknown-model", "configs/models has no model '" + name + "'");
    return *place->second;
}

void Timings::set_aside(std::string_view rule, std::size_t line, const std::string& why, std::size_t values) {
    auto found = aside_.find(rule);
    if (found == aside_.end()) {
        const std::string where = line > 0 ? "line " + std::to_string(line) + ": " : "";
        found = aside_.emplace(std::string(rule), AsideCount{0, where + why}).first;
    }
    found->second.values += values;
    values_ += values;
}

Timings::Group& Timings::group_of(std::string call, const KernelConfig& config, const PhysicalFloor& floor) {
    const auto key = call + '\n' + config.text() + '\n' + implementation_ + '\n' + version_;
    const auto [place, is_new] = by_key_.try_emplace(key, groups_.size());
    if (!is_new) return groups_[place->second];
    auto& group = groups_.emplace_back();
    group.record.call = std::move(call);
    group.record.config = config;
    group.record.implementation = implementation_;
    group.record.implementation_version = version_;
    group.floor = floor;
    return group;
}

void Timings::add(const Timing& timing, std::size_t line) {
    if (!std::isfinite(timing.time_s) || timing.time_s <= 0)
        return set_aside("time", line, "the time is " + seconds(timing.time_s));
    OperatorCall call;
    try {
        call = operators::canonical(timing.call);
    } catch (const InputError& error) {
        return set_aside("impossible-call", line, error.what());
    }
    ++values_;
    const auto floor = device_ == nullptr ? PhysicalFloor{} : physical_floor(call, *device_);
    if (floor.seconds > 0) shares_.push_back({floor.seconds, timing.time_s / floor.seconds});
    std::optional<double> energy_j;
    if (timing.power_w && std::isfinite(*timing.power_w) && *timing.power_w > 0)
        energy_j = *timing.power_w * timing.time_s;
    group_of(call.text(), timing.config, floor).samples.push_back({timing.time_s, energy_j, line});
}

// Small calls take as long as their launch, whatever the unit, so the larger half of the calls is looked at.
void Timings::check_unit(const std::string& file) const {
    constexpr std::size_t enough = 8;
    if (!applies("below-floor") || shares_.size() < enough) return;
    auto sorted = shares_;
    std::ranges::sort(sorted, {}, &Share::floor_s);
    std::vector<double> shares;
    for (std::size_t i = sorted.size() / 2; i < sorted.size(); ++i) shares.push_back(sorted[i].of_floor);
    const double share = quantile(shares, 0.75);
    if (share >= least_share) return;
    const auto& unit = share * units[0].factor >= least_share ? units[0] : units[1];
    throw InputError(file + ": three quarters of the times of its larger calls are below " +
                     significant(share) + " of the least that the data sheet of " + device_->name +
                     " allows; they seem to be " + std::string(unit.meant) +
                     " (--keep below-floor reads them as they are, --device names another device)");
}

void Timings::drop(std::string_view rule, const Group& group, const Sample& sample, const std::string& why) {
    --values_;
    set_aside(rule, sample.line, group.record.call + " took " + seconds(sample.time_s) + why);
}

void Timings::drop_below_floor(Group& group) {
    if (!applies("below-floor") || !group.floor.strict) return;
    std::erase_if(group.samples, [&](const Sample& sample) {
        const bool below = sample.time_s < floor_tolerance * group.floor.seconds;
        if (below) drop("below-floor", group, sample, ", its floor is " + seconds(group.floor.seconds));
        return below;
    });
}

void Timings::drop_contradictory(Group& group) {
    if (!applies("contradictory") || group.samples.size() < 2) return;
    const auto [least, most] = std::ranges::minmax_element(group.samples, {}, &Sample::time_s);
    if (most->time_s <= most_disagreement * least->time_s) return;
    const auto why =
        ", and from " + seconds(least->time_s) + " to " + seconds(most->time_s) + " over all rows";
    for (const auto& sample : group.samples) drop("contradictory", group, sample, why);
    group.samples.clear();
}

std::vector<Record> Timings::records(const Record& common, const std::string& file) {
    check_unit(file);
    std::vector<Record> out;
    for (auto& group : groups_) {
        drop_below_floor(group);
        drop_contradictory(group);
        if (group.samples.empty()) continue;
        auto& record = out.emplace_back(std::move(group.record));
        record.device = common.device;
        record.source = common.source;
        record.taken_at = common.taken_at;
        record.environment = common.environment;
        record.order_index = static_cast<std::int64_t>(out.size()) - 1;
        fill(record.measurement, group.samples);
    }
    groups_.clear();
    by_key_.clear();
    return out;
}

}  // namespace ridge::db
