// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/validation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/kernel/parallel.hpp"
#include "cost_model/kernel/yardsticks.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::array<std::string_view, 5> split_names = {"random", "shapes", "extrapolation", "device",
                                                         "calibrated"};
constexpr std::size_t calls_to_calibrate = 20;  // of each operator

struct Parts {
    RowPointers seen, asked;
};

Parts by_hash(const std::vector<TrainingRow>& rows, Split split) {
    Parts out;
    for (const auto& row : rows) {
        const bool held_out = split == Split::random ? is_held_out(row) : is_held_out(site_text(row.call));
        (held_out ? out.asked : out.seen).push_back(&row);
    }
    return out;
}

// By the time at the bare ceilings, which is a measure of work that every operator has.
Parts by_size(const std::vector<TrainingRow>& rows) {
    Parts out;
    double largest = 0;
    for (const auto& row : rows) largest = std::max(largest, row.roofline_s);
    for (const auto& row : rows) {
        if (row.roofline_s <= largest / 8) out.seen.push_back(&row);
        if (row.roofline_s > largest / 2) out.asked.push_back(&row);
    }
    return out;
}

ValidationPoint point_of(Split split, const std::string& device, const GroupKey& key,
                         const TrainingRow& row) {
    return {.split = split,
            .device = device,
            .key = key,
            .call = row.call_text,
            .measured_s = row.seconds,
            .half_width_80 = {},
            .yardsticks = {{"roofline", row.roofline_s}}};
}

YardstickRows yardstick_rows(const RowPointers& rows) {
    YardstickRows out;
    for (const auto* row : rows)
        out.push_back(yardstick_row(row->call, row->features, row->seconds, row->roofline_s));
    return out;
}

// points[first + i] is of asked[i].
void add_yardsticks(std::vector<ValidationPoint>& points, std::size_t first, const RowPointers& seen,
                    const RowPointers& asked) {
    const auto seen_rows = yardstick_rows(seen), asked_rows = yardstick_rows(asked);
    for (const auto& yardstick : yardsticks) {
        const auto seconds = yardstick.seconds(seen_rows, asked_rows);
        for (std::size_t i = 0; i < asked.size(); ++i)
            points[first + i].yardsticks[std::string(yardstick.name)] = seconds[i];
    }
}

// Calls of sites or sizes that were not seen say something only beside some that were.
constexpr std::size_t least_seen = 6;

std::vector<ValidationPoint> ask(const ValidationDevice& device, const KernelGroup& group, const Parts& parts,
                                 Split split, bool with_yardsticks) {
    std::vector<ValidationPoint> out;
    const Machine machine{device.facts.device, device.facts.ceilings};
    for (const auto* row : parts.asked) {
        auto point = point_of(split, device.facts.device.id, group.key, *row);
        const auto found = estimate_unseen(group, *row, machine);
        point.predicted_s = found.time_s;
        if (const auto widths = half_widths(group, found)) point.half_width_80 = widths->of_80;
        out.push_back(std::move(point));
    }
    if (with_yardsticks && parts.seen.size() >= least_seen) add_yardsticks(out, 0, parts.seen, parts.asked);
    return out;
}

TransferQuery query_of(const GroupKey& key, const TrainingRow& row) {
    return {.call = row.call,
            .implementation = key.implementation,
            .version = key.version,
            .cache = key.cache,
            .workload = row.workload};
}

struct Asked {
    const GroupKey* key = nullptr;
    const TrainingRow* row = nullptr;
    TransferEstimate estimate;
};

std::vector<Asked> ask(const Transfer& transfer, const TrainingGroups& groups, const std::string& op) {
    std::vector<Asked> out;
    for (const auto& [key, rows] : groups) {
        if (key.op != op) continue;
        for (const auto& row : rows)
            if (auto found = transfer.estimate(query_of(key, row)))
                out.push_back({&key, &row, *std::move(found)});
    }
    return out;
}

// An even share of the rows as candidates: what is chosen from a few hundred is as good as from all.
std::vector<std::size_t> candidates_of(std::size_t count) {
    constexpr std::size_t most = 300;
    std::vector<std::size_t> out;
    const auto step = std::max<std::size_t>(1, count / most);
    for (std::size_t i = 0; i < count; i += step) out.push_back(i);
    return out;
}

// Chosen without looking at any of the device's times.
std::vector<std::size_t> chosen_to_measure(const Transfer& transfer, const std::vector<Asked>& asked) {
    std::vector<TransferEstimate> estimates;
    const auto candidates = candidates_of(asked.size());
    for (const auto place : candidates) estimates.push_back(asked[place].estimate);
    std::vector<std::size_t> out;
    for (const auto place : transfer.most_telling(estimates, calls_to_calibrate))
        out.push_back(candidates[place]);
    return out;
}

std::vector<Asked> after_calibration(Transfer& transfer, const ValidationDevice& device,
                                     const std::string& op) {
    const auto asked = ask(transfer, device.groups, op);
    std::vector<CalibrationPoint> points;
    std::vector<const TrainingRow*> measured;
    for (const auto place : chosen_to_measure(transfer, asked)) {
        measured.push_back(asked[place].row);
        points.push_back(
            {asked[place].estimate, std::log(asked[place].row->seconds) - asked[place].estimate.log_time});
    }
    transfer.calibrate(std::move(points));
    auto out = ask(transfer, device.groups, op);
    std::erase_if(out,
                  [&](const Asked& one) { return std::ranges::find(measured, one.row) != measured.end(); });
    return out;
}

// Rows of this kind on all other devices.
RowPointers rows_elsewhere(const std::vector<ValidationDevice>& devices, const std::string& device,
                           const GroupKey& key) {
    RowPointers out;
    for (const auto& other : devices) {
        if (other.facts.device.id == device) continue;
        for (const auto& [other_key, rows] : other.groups)
            if (other_key.op == key.op && other_key.regime == key.regime && other_key.formats == key.formats)
                for (const auto& row : rows) out.push_back(&row);
    }
    return out;
}

// Points come group by group, in the order of `asked`.
void add_unseen_yardsticks(std::vector<ValidationPoint>& points, const std::vector<Asked>& asked,
                           const std::vector<ValidationDevice>& devices, const std::string& device) {
    for (std::size_t first = 0; first < asked.size();) {
        RowPointers rows;
        const auto* key = asked[first].key;
        for (std::size_t i = first; i < asked.size() && asked[i].key == key; ++i)
            rows.push_back(asked[i].row);
        add_yardsticks(points, first, rows_elsewhere(devices, device, *key), rows);
        first += rows.size();
    }
}

std::vector<ValidationPoint> validate_operator(const ValidationDevice& device,
                                               const std::vector<TransferSource>& sources,
                                               const std::string& op, Split split,
                                               const std::vector<ValidationDevice>* yardstick_devices) {
    Transfer transfer(device.facts, sources);
    const auto asked = split == Split::calibrated ? after_calibration(transfer, device, op)
                                                  : ask(transfer, device.groups, op);
    std::vector<ValidationPoint> out;
    for (const auto& [key, row, estimate] : asked) {
        auto point = point_of(split, device.facts.device.id, *key, *row);
        point.predicted_s = std::exp(estimate.log_time);
        point.same_family = estimate.same_family;
        point.deviation = estimate.deviation;
        out.push_back(std::move(point));
    }
    if (yardstick_devices) add_unseen_yardsticks(out, asked, *yardstick_devices, device.facts.device.id);
    return out;
}

std::vector<std::string> operators_of(const TrainingGroups& groups) {
    std::vector<std::string> out;
    for (const auto& [key, rows] : groups)
        if (std::ranges::find(out, key.op) == out.end()) out.push_back(key.op);
    return out;
}

void append(std::vector<ValidationPoint>& all, const std::vector<std::vector<ValidationPoint>>& parts) {
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
}

// Intervals of one device by the errors on the others.
void set_intervals(std::vector<ValidationPoint>& points) {
    std::map<std::string, TransferWidths> widths;
    for (const auto& point : points) {
        if (widths.contains(point.device)) continue;
        widths.emplace(point.device, TransferWidths(transfer_errors(points, point.device)));
    }
    for (auto& point : points)
        point.half_width_80 =
            point.deviation * widths.at(point.device)
                                  .at(point.key.regime, point.same_family, point.split == Split::calibrated)
                                  .of_80;
}

std::vector<TransferSource> sources_of(const std::vector<ValidationDevice>& devices,
                                       const std::vector<std::shared_ptr<const KernelModel>>& models) {
    std::vector<TransferSource> out;
    for (std::size_t i = 0; i < devices.size(); ++i) out.push_back({devices[i].facts, models[i]});
    return out;
}

double relative_error(double predicted, double measured) { return std::abs(predicted - measured) / measured; }

}  // namespace

std::string_view name(Split split) { return split_names.at(static_cast<std::size_t>(split)); }

Split parse_split(std::string_view text) {
    const auto found = std::ranges::find(split_names, text);
    if (found == split_names.end())
        throw InputError("split '" + std::string(text) + "' is none of " +
                         join({split_names.begin(), split_names.end()}, ", "));
    return static_cast<Split>(found - split_names.begin());
}

KernelModel fit_on_all(const ValidationDevice& device) {
    SeenGroups seen;
    for (const auto& [key, rows] : device.groups)
        for (const auto& row : rows) seen[key].push_back(&row);
    KernelModel out;
    out.device = device.facts.device.id;
    for (auto& one : fit_groups(seen, {device.facts.device, device.facts.ceilings}))
        if (one.group) out.groups.push_back(*std::move(one.group));
    return out;
}

KnownValidation validate_known(const ValidationDevice& device, Split split, bool with_yardsticks) {
    KnownValidation out;
    const auto leave_out = [&](const Parts& parts) {
        out.unasked_groups += parts.asked.empty() ? 0U : 1U;
        out.unasked_calls += parts.asked.size();
    };
    std::map<GroupKey, Parts> parts;
    SeenGroups seen;
    for (const auto& [key, rows] : device.groups) {
        auto one = split == Split::extrapolation ? by_size(rows) : by_hash(rows, split);
        if (split != Split::random && one.seen.size() < least_seen) {
            leave_out(one);
            continue;
        }
        seen[key] = one.seen;
        parts[key] = std::move(one);
    }
    const auto groups = fit_groups(seen, {device.facts.device, device.facts.ceilings});
    std::vector<std::vector<ValidationPoint>> points(groups.size());
    for_each_parallel(groups.size(), [&](std::size_t i) {
        const auto& group = groups[i].group;
        if (group) points[i] = ask(device, *group, parts.at(group->key), split, with_yardsticks);
    });
    for (const auto& one : groups)
        if (!one.group) leave_out(parts.at(one.fit.key));
    append(out.points, points);
    return out;
}

std::vector<ValidationPoint> validate_unseen(const std::vector<ValidationDevice>& devices,
                                             const std::vector<std::shared_ptr<const KernelModel>>& models,
                                             Split split, bool with_yardsticks) {
    const auto sources = sources_of(devices, models);
    std::vector<ValidationPoint> out;
    for (const auto& device : devices) {
        const auto names = operators_of(device.groups);
        std::vector<std::vector<ValidationPoint>> parts(names.size());
        for_each_parallel(names.size(), [&](std::size_t i) {
            parts[i] =
                validate_operator(device, sources, names[i], split, with_yardsticks ? &devices : nullptr);
        });
        append(out, parts);
    }
    set_intervals(out);
    return out;
}

std::vector<TransferError> transfer_errors(const std::vector<ValidationPoint>& points,
                                           const std::string& left_out) {
    std::vector<TransferError> out;
    for (const auto& point : points)
        if (point.deviation > 0 && point.device != left_out)
            out.push_back(
                {.device = point.device,
                 .regime = point.key.regime,
                 .same_family = point.same_family,
                 .calibrated = point.split == Split::calibrated,
                 .deviations = std::abs(std::log(point.predicted_s / point.measured_s)) / point.deviation});
    return out;
}

ErrorSummary summary_of(const std::vector<const ValidationPoint*>& points) {
    ErrorSummary out;
    out.count = points.size();
    if (points.empty()) return out;
    std::vector<double> errors, beside;
    std::map<std::string, std::vector<double>> by_yardstick;
    double inside = 0, with_interval = 0, near = 0;
    for (const auto* point : points) {
        errors.push_back(relative_error(point->predicted_s, point->measured_s));
        if (errors.back() <= 0.1) near += 1;
        if (point->yardsticks.size() > 1) beside.push_back(errors.back());
        for (const auto& [name, seconds] : point->yardsticks)
            by_yardstick[name].push_back(relative_error(seconds, point->measured_s));
        if (!point->half_width_80) continue;
        with_interval += 1;
        if (std::abs(std::log(point->predicted_s / point->measured_s)) <= *point->half_width_80) inside += 1;
    }
    out.median = median(errors);
    out.mean = mean(errors);
    out.p90 = quantile(errors, 0.9);
    out.within_10 = near / static_cast<double>(points.size());
    if (with_interval > 0) out.coverage_80 = inside / with_interval;
    out.beside = beside.size();
    if (!beside.empty()) out.median_beside = median(beside);
    for (const auto& [name, each] : by_yardstick) out.yardsticks[name] = median(each);
    return out;
}

}  // namespace ridge::cost_model
