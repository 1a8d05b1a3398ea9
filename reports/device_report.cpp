// SPDX-License-Identifier: Apache-2.0
#include "reports/device_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "reports/plot/roofline.hpp"

namespace ridge::reports {
namespace {

std::string known_devices(const db::Store& store) {
    std::vector<std::string> ids;
    for (const auto& device : store.devices()) ids.push_back(device.id);
    return ids.empty() ? "it has none" : "it has " + join(ids, ", ");
}

cost_model::DeviceModel model_of(const db::Store& store, const std::string& id) {
    auto model = cost_model::load_measured_device(store, id);
    if (!model)
        throw InputError(store.path().string() + ": has no device '" + id + "'; " + known_devices(store));
    return std::move(*model);
}

void read_records(DeviceReport& report, const db::Store& store) {
    db::Filter filter;
    filter.device = report.device().id;
    const auto records = store.measurements(filter);
    std::int64_t environment = report.roofs.empty() ? 0 : report.roofs.back().environment;
    for (const auto& record : records) {
        record.measurement.status == Status::ok ? ++report.measurements : ++report.refused;
        if (report.first_taken.empty() || record.taken_at < report.first_taken)
            report.first_taken = record.taken_at;
        if (record.taken_at < report.last_taken) continue;
        report.last_taken = record.taken_at;
        if (record.environment > 0) environment = record.environment;
    }
    if (environment > 0) report.environment = store.environment(environment);
    report.calls = call_results(records, report.model);
}

// The data sheet's figure for the same ceiling: of a precision, or of DRAM.
const Roof* specified_twin(const Roof& roof, const std::vector<Roof>& specified) {
    const auto same = [&](const Roof& other) {
        if (other.probe.kind != roof.probe.kind) return false;
        return roof.probe.kind == RoofProbe::Kind::compute ? other.probe.precision == roof.probe.precision
                                                           : other.probe.level == roof.probe.level;
    };
    const auto found = std::ranges::find_if(specified, same);
    return found == specified.end() ? nullptr : &*found;
}

const char* unit_of(const RoofProbe& probe) {
    if (probe.kind == RoofProbe::Kind::bandwidth) return "B/s";
    return is_integer(probe.precision) ? "OP/s" : "FLOP/s";
}

// The unit differs by row: FLOP/s, OP/s or B/s.
void set_rate(Table& table, std::string_view id, double rate, const RoofProbe& probe) {
    table.set(id, rate).shown_as(id, quantity(rate, unit_of(probe)));
}

void add_probe(Table& table, const RoofProbe& probe) {
    const bool compute = probe.kind == RoofProbe::Kind::compute;
    table.add_row()
        .set("roof_kind", compute ? "compute" : "bandwidth")
        .set("precision", std::string(name(probe.precision)));
    if (compute)
        table.missing("level", "a compute roof has no memory level");
    else
        table.set("level", probe.level);
    if (probe.mix.empty())
        table.missing("mix", "the data sheet names none");
    else
        table.set("mix", probe.mix);
    if (probe.working_set_bytes > 0)
        table.set("working_set_bytes", static_cast<double>(probe.working_set_bytes));
    else
        table.missing("working_set_bytes", "not a measured bandwidth");
    table.set("scope", probe.scope).set("unit", unit_of(probe));
}

void add_measured(Table& table, const db::StoredRoof& stored, const std::vector<Roof>& specified) {
    const auto& roof = stored.roof;
    add_probe(table, roof.probe);
    set_rate(table, "rate", roof.rate, roof.probe);
    set_rate(table, "rate_low", roof.rate_low, roof.probe);
    set_rate(table, "rate_high", roof.rate_high, roof.probe);
    table.set("samples", static_cast<double>(roof.samples.size())).set("taken_at", stored.taken_at);
    const auto* twin = roof.probe.scope == "device" ? specified_twin(roof, specified) : nullptr;
    if (!twin) {
        table.missing("rate_specified", "no data sheet's figure is known")
            .missing("specified_share", "no data sheet's figure is known");
        return;
    }
    const double share = roof.rate / twin->rate;
    set_rate(table, "rate_specified", twin->rate, twin->probe);
    table.note("rate_specified", twin->source).set("specified_share", share);
    if (share > 1.0)
        table.flag("specified_share",
                   "measured above the data sheet's figure: check the figure, or what the mix counts");
}

void add_specified(Table& table, const Roof& roof) {
    add_probe(table, roof.probe);
    for (const auto* id : {"rate", "rate_low", "rate_high", "samples", "specified_share", "taken_at"})
        table.missing(id, "not measured");
    set_rate(table, "rate_specified", roof.rate, roof.probe);
    table.note("rate_specified", roof.source);
}

void add_fact(Table& table, const std::string& name, const std::string& value) {
    if (!value.empty()) table.add_row().set("name", name).set("value", value);
}

void add_json(Table& table, const std::string& prefix, const Json& value) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items())
            add_json(table, prefix.empty() ? key : prefix + "." + key, inner);
        return;
    }
    if (value.is_array() && std::ranges::all_of(value, [](const Json& one) { return one.is_primitive(); })) {
        std::vector<std::string> parts;
        for (const auto& one : value) parts.push_back(one.is_string() ? one.get<std::string>() : one.dump());
        add_fact(table, prefix, join(parts, ", "));
        return;
    }
    add_fact(table, prefix, value.is_string() ? value.get<std::string>() : value.dump());
}

std::string positive_or_empty(double value, const std::string& text) { return value > 0 ? text : ""; }

// Of the intervals of the held-out calls, the one in the middle; 1 without any.
double typical_factor(const cost_model::KernelGroup& group) {
    std::vector<double> widths;
    for (const auto& point : group.points) widths.push_back(point.log_half_width);
    return widths.empty() ? 1.0 : std::exp(median(widths));
}

void set_parameter(Table& table, const char* column, const std::vector<cost_model::Parameter>& parameters,
                   std::string_view name) {
    const double value = cost_model::value_of(parameters, name, 0);
    if (value > 0)
        table.set(column, value);
    else
        table.missing(column, "the kernel's time has no such term");
}

void add_group(Table& table, const cost_model::KernelGroup& group) {
    const auto& p = group.parameters;
    table.add_row().set("name", group.key.text()).set("provenance", "predicted");
    table.set("calls", static_cast<double>(group.nodes.size()))
        .set("held_out", static_cast<double>(group.held_out.count));
    if (group.held_out.count > 0) {
        table.set("error_median", group.held_out.median).set("error_p90", group.held_out.p90);
        table.set("roofline_error", group.roofline.median);
    } else {
        for (const auto* id : {"error_median", "error_p90", "roofline_error"})
            table.missing(id, "no call of this group was held out");
    }
    if (const double factor = typical_factor(group); factor > 1)
        table.set("interval_factor", factor);
    else
        table.missing("interval_factor", "too few calls for an interval");
    set_parameter(table, "launch_s", p.latencies, "launch");
    set_parameter(table, "compute_share", p.shares, "compute");
    set_parameter(table, "memory_rate_share", p.shares, "DRAM");
    if (!group.pooled_from.empty()) table.note("name", "borrows from " + group.pooled_from);
}

}  // namespace

DeviceReport read_device(const db::Store& store, const std::string& id) {
    DeviceReport report;
    report.model = model_of(store, id);
    report.roofs = store.roofs(id);
    read_records(report, store);
    return report;
}

std::vector<DeviceReport> read_devices(const db::Store& store) {
    std::vector<DeviceReport> out;
    for (const auto& device : store.devices()) {
        auto report = read_device(store, device.id);
        if (!report.calls.empty() || !report.roofs.empty()) out.push_back(std::move(report));
    }
    return out;
}

std::vector<CallResult> read_campaign(const db::Store& store, const std::string& uuid) {
    const auto campaign = store.campaign(uuid);
    if (!campaign) throw InputError(store.path().string() + ": has no campaign '" + uuid + "'");
    return call_results(store.measurements({.campaign = uuid}), model_of(store, campaign->device));
}

std::vector<Roof> all_roofs(const DeviceReport& report) {
    auto out = plot::specified_roofs(report.device());
    for (const auto& stored : report.roofs) out.push_back(stored.roof);
    return out;
}

plot::Scene roofline_of(const DeviceReport& report, const std::vector<CallResult>& calls) {
    return plot::roofline_scene({report.device().name, all_roofs(report), calls});
}

Table roof_table(const DeviceReport& report) {
    Table table("roofs", "Roofs: measured, with the specified ceiling beside",
                {"roof_kind", "level", "precision", "mix", "scope", "rate", "rate_low", "rate_high", "unit",
                 "samples", "working_set_bytes", "rate_specified", "specified_share", "taken_at"});
    auto specified = plot::specified_roofs(report.device());
    for (const auto& stored : report.roofs) {
        if (stored.roof.provenance == Provenance::specified)
            specified.push_back(stored.roof);
        else
            add_measured(table, stored, specified);
    }
    for (const auto& roof : specified) {
        const auto measured = [&](const db::StoredRoof& one) {
            return one.roof.provenance == Provenance::measured && specified_twin(one.roof, {roof}) != nullptr;
        };
        if (std::ranges::none_of(report.roofs, measured)) add_specified(table, roof);
    }
    return table;
}

Table fit_table(const DeviceReport& report) {
    Table table("fit", "Kernel model: errors on held-out calls",
                {"name", "provenance", "calls", "held_out", "error_median", "error_p90", "roofline_error",
                 "interval_factor", "launch_s", "compute_share", "memory_rate_share"});
    if (report.model.kernels)
        for (const auto& group : report.model.kernels->groups) add_group(table, group);
    return table;
}

Table device_table(const DeviceReport& report) {
    const auto& device = report.device();
    Table table("device", "Device", {"name", "value"});
    add_fact(table, "Name", device.name);
    add_fact(table, "Id", device.id);
    add_fact(table, "Vendor", device.vendor);
    add_fact(table, "Kind", device.kind);
    add_fact(table, device.kind == "cpu" ? "Cores" : "Units",
             positive_or_empty(static_cast<double>(device.units), std::to_string(device.units)));
    add_fact(table, "Clock", positive_or_empty(device.clock_hz, quantity(device.clock_hz, "Hz")));
    add_fact(table, "Memory", positive_or_empty(device.memory_bytes, capacity(device.memory_bytes)));
    for (const auto& cache : device.caches) add_fact(table, cache.name, capacity(cache.bytes));
    if (device.tdp_w) add_fact(table, "Thermal design power", quantity(*device.tdp_w, "W"));
    add_fact(table, "Instruction sets", join(device.instruction_sets, ", "));
    return table;
}

Table environment_table(const DeviceReport& report) {
    Table table("environment", "Environment of the newest measurement", {"name", "value"});
    add_json(table, "", report.environment);
    return table;
}

}  // namespace ridge::reports
