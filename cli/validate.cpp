// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <tuple>

#include "cli/commands.hpp"
#include "cli/device_choice.hpp"
#include "cli/options.hpp"
#include "cli/validate_end_to_end.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "cost_model/device_model.hpp"
#include "cost_model/kernel/fitted_files.hpp"
#include "cost_model/kernel/validation.hpp"
#include "db/store.hpp"
#include "reports/table.hpp"

namespace ridge::cli {
namespace {

using cost_model::Split;
using cost_model::ValidationPoint;

struct ValidateOptions {
    StoreOption store;
    FormatOption format;
    std::vector<std::string> devices, operators, splits;
    bool yardsticks = false, fitted = false;
    std::string widths;
    EndToEndOptions end_to_end;
};

bool wanted(const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
}

// Only what was asked for is read: a store may hold hundreds of thousands of rows.
std::vector<db::Record> records_of(const db::Store& store, const std::string& device,
                                   const std::vector<std::string>& operators) {
    db::Filter filter;
    filter.device = device;
    if (operators.empty()) return store.measurements(filter);
    std::vector<db::Record> out;
    for (const auto& op : operators) {
        filter.op = op;
        for (auto& record : store.measurements(filter)) out.push_back(std::move(record));
    }
    return out;
}

// Unseen devices are judged from their data sheets, so measured roofs are left out.
cost_model::ValidationDevice read_device(const db::Store& store, const std::string& id,
                                         const std::vector<std::string>& operators) {
    const auto model = cost_model::load_device(store, id);
    cost_model::ValidationDevice out{.facts = cost_model::facts_of(model), .groups = {}};
    out.groups =
        cost_model::training_groups(records_of(store, id, operators), {out.facts.device, out.facts.ceilings});
    return out;
}

std::vector<Split> splits_of(const ValidateOptions& options) {
    if (options.splits.empty())
        return {Split::random, Split::shapes, Split::extrapolation, Split::device, Split::calibrated};
    std::vector<Split> out;
    for (const auto& word : options.splits) out.push_back(cost_model::parse_split(word));
    return out;
}

bool of_known_devices(Split split) { return split != Split::device && split != Split::calibrated; }

// Of the rows at hand, or what configs/fitted ships of a device, which has at most 400 nodes a group.
std::vector<std::shared_ptr<const cost_model::KernelModel>> models_of(
    const std::vector<cost_model::ValidationDevice>& devices, bool shipped) {
    std::vector<std::shared_ptr<const cost_model::KernelModel>> out;
    for (const auto& device : devices) {
        auto fitted = shipped ? cost_model::read_fitted(device.facts.device.id) : std::nullopt;
        if (fitted) {
            out.push_back(std::make_shared<cost_model::KernelModel>(*std::move(fitted)));
            continue;
        }
        std::cerr << "ridge: fitting " << device.facts.device.id << '\n';
        out.push_back(std::make_shared<cost_model::KernelModel>(cost_model::fit_on_all(device)));
    }
    return out;
}

void write_json(const std::string& path, const Json& document) { write_file(path, document.dump(1) + '\n'); }

// What a table of errors leaves out is said beside it.
void report_unasked(const std::string& device, const cost_model::KnownValidation& found) {
    if (found.unasked_calls == 0) return;
    std::cerr << "ridge: " << device << ": " << found.unasked_calls << " calls of " << found.unasked_groups
              << " groups are not in the table: the split leaves too few of their calls to fit, or the fit "
                 "misses half of "
                 "them by more than a factor of 2\n";
}

std::vector<ValidationPoint> validate_all(const ValidateOptions& options,
                                          const std::vector<cost_model::ValidationDevice>& devices) {
    std::vector<ValidationPoint> out;
    std::vector<std::shared_ptr<const cost_model::KernelModel>> models;
    for (const auto split : splits_of(options)) {
        std::cerr << "ridge: split " << cost_model::name(split) << '\n';
        if (of_known_devices(split)) {
            for (const auto& device : devices) {
                if (!wanted(options.devices, device.facts.device.id)) continue;
                auto found = cost_model::validate_known(device, split, options.yardsticks);
                report_unasked(device.facts.device.id, found);
                std::ranges::move(found.points, std::back_inserter(out));
            }
            continue;
        }
        if (models.empty()) models = models_of(devices, options.fitted);
        for (auto& point : cost_model::validate_unseen(devices, models, split, options.yardsticks))
            if (wanted(options.devices, point.device)) out.push_back(std::move(point));
    }
    return out;
}

// What one line of the table is about; an empty field is all of them together.
struct Line {
    Split split = Split::random;
    std::string device, op, regime, formats, implementation, family;
    auto operator<=>(const Line&) const = default;
};

using Lines = std::map<Line, std::vector<const ValidationPoint*>>;

Line detail_of(const ValidationPoint& point) {
    return {point.split,
            point.device,
            point.key.op,
            point.key.regime,
            point.key.formats,
            point.key.implementation,
            of_known_devices(point.split) ? ""
            : point.same_family           ? "same"
                                          : "other"};
}

// Over formats and implementations, and over devices and operators of a regime too.
Lines lines_of(const std::vector<ValidationPoint>& points) {
    Lines out;
    for (const auto& point : points) {
        const auto detail = detail_of(point);
        out[detail].push_back(&point);
        out[{detail.split, detail.device, detail.op, detail.regime, "", "", detail.family}].push_back(&point);
        out[{detail.split, "", "", detail.regime, "", "", detail.family}].push_back(&point);
    }
    return out;
}

// "3 neighbours" stands under "3_neighbours_error".
std::string column_of(std::string yardstick) {
    std::ranges::replace(yardstick, ' ', '_');
    return yardstick + "_error";
}

void add_line(reports::Table& table, const Line& line, const cost_model::ErrorSummary& summary,
              bool yardsticks) {
    const auto all = [](const std::string& word) { return word.empty() ? std::string("all") : word; };
    table.add_row()
        .set("unseen", std::string(cost_model::name(line.split)))
        .set("device", all(line.device))
        .set("operator", all(line.op))
        .set("kernel_regime", line.regime)
        .set("operand_formats", all(line.formats))
        .set("implementation", all(line.implementation))
        .set("family", line.family)
        .set("calls", static_cast<double>(summary.count))
        .set("error_median", summary.median)
        .set("error_mean", summary.mean)
        .set("error_p90", summary.p90)
        .set("within_10", summary.within_10);
    if (summary.coverage_80)
        table.set("coverage_80", *summary.coverage_80);
    else
        table.missing("coverage_80", "no call of this kind has an interval");
    for (const auto& [name, median] : summary.yardsticks) table.set(column_of(name), median);
    if (!yardsticks) return;
    table.set("yardstick_calls", static_cast<double>(summary.beside));
    if (summary.beside > 0) table.set("error_median_beside", summary.median_beside);
}

void check_devices(const db::Store& store, const std::vector<std::string>& names) {
    const auto known = store.devices();
    for (const auto& name : names)
        if (std::ranges::find(known, name, &Device::id) == known.end())
            throw InputError(store.path().string() + ": there is no device '" + name +
                             "' (see 'ridge devices')");
}

ExitCode validate(const ValidateOptions& options) {
    if (options.end_to_end.chosen) return validate_end_to_end(options.end_to_end, options.format);
    const db::Store store(options.store.path, db::Access::read_only);
    check_devices(store, options.devices);
    std::vector<cost_model::ValidationDevice> devices;
    const bool others =
        std::ranges::any_of(splits_of(options), [](Split split) { return !of_known_devices(split); });
    for (const auto& device : store.devices())
        if (others || wanted(options.devices, device.id)) {
            devices.push_back(read_device(store, device.id, options.operators));
            if (devices.back().groups.empty()) devices.pop_back();
        }
    const auto points = validate_all(options, devices);
    // What intervals of devices that nobody measured are made from: configs/fitted/transfer-widths.json.
    if (!options.widths.empty())
        write_json(options.widths, cost_model::TransferWidths(cost_model::transfer_errors(points)).json());
    std::vector<std::string_view> columns = {
        "unseen",         "device",    "operator",    "kernel_regime", "operand_formats",
        "implementation", "family",    "calls",       "error_median",  "error_mean",
        "error_p90",      "within_10", "coverage_80", "roofline_error"};
    if (options.yardsticks)
        columns.insert(columns.end(), {"two_constants_error", "3_neighbours_error", "boosted_trees_error",
                                       "yardstick_calls", "error_median_beside"});
    reports::Table table("validation", "Kernel model: errors on calls that the fit did not see", columns);
    for (const auto& [line, of_line] : lines_of(points))
        add_line(table, line, cost_model::summary_of(of_line), options.yardsticks);
    options.format.print({table});
    if (!points.empty()) return ExitCode::done;
    std::cerr << "ridge: " << options.store.path << ": no call could be held out: too few were measured\n";
    return ExitCode::incomplete;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
    auto* command = app.add_subcommand(
        "validate", "Show the cost model's error on calls and devices that it was not fitted on");
    auto options = std::make_shared<ValidateOptions>();
    options->store.add(*command);
    options->format.add(*command);
    options->end_to_end.add(*command);
    command->add_option("--device", options->devices, "only these devices (several; default: all)");
    command->add_option("--operator", options->operators, "only these operators (several; default: all)");
    command->add_option("--split", options->splits,
                        "random, shapes, extrapolation, device, calibrated (several; default: all)");
    command->add_flag("--yardsticks", options->yardsticks,
                      "beside the roofline also two constants, nearest neighbours and boosted trees (slow)");
    command->add_flag(
        "--fitted", options->fitted,
        "of unseen devices: transfer from the kernels that are shipped in place of fitting anew");
    command->add_option("--widths", options->widths,
                        "write the widths of intervals on unseen devices to this file");
    command->callback([options, &action] { action = [options] { return validate(*options); }; });
}

}  // namespace ridge::cli
