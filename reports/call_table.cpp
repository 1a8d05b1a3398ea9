// SPDX-License-Identifier: Apache-2.0
#include "reports/call_table.hpp"

#include "core/units.hpp"

namespace ridge::reports {
namespace {

std::string operations(const CallResult& result) { return is_integer(result.compute) ? "OP" : "FLOP"; }

void set_times(Table& table, const CallResult& result) {
    const auto& summary = *result.best.summary;
    table.set("time_s", summary.median)
        .set("time_low_s", summary.interval.low)
        .set("time_high_s", summary.interval.high);
    table.set("samples", static_cast<double>(summary.count));
}

void set_rates(Table& table, const CallResult& result) {
    if (result.work.bytes() > 0)
        table.set("byte_rate", result.byte_rate());
    else
        table.missing("byte_rate", "nothing is known of the call's work");
    if (result.work.flop > 0) {
        table.set("flop_rate", result.flop_rate()).set("intensity_flop_per_byte", result.work.intensity());
        table.shown_as("flop_rate", quantity(result.flop_rate(), operations(result) + "/s"));
        return;
    }
    table.missing("flop_rate", "the call has no arithmetic")
        .missing("intensity_flop_per_byte", "the call has no arithmetic");
}

void set_roof(Table& table, const CallResult& result) {
    const auto share = result.roof_share();
    if (!share) {
        for (const auto* id : {"roof_share", "limiter", "roof"})
            table.missing(id, "the device has no roof for this call");
        return;
    }
    table.set("roof_share", *share)
        .set("limiter", result.attainable->limiter)
        .set("roof", result.attainable->roof);
    if (result.above_roof()) table.flag("roof_share", above_roof_remark(result));
}

void set_gain(Table& table, const CallResult& result) {
    if (result.initial)
        table.set("gain", result.initial->summary->median / result.time_s());
    else
        table.missing("gain", "the default configuration was not measured");
}

void set_library(Table& table, const CallResult& result) {
    if (result.library) {
        const double time = result.library->summary->median;
        table.set("library", result.library->implementation)
            .set("library_time_s", time)
            .set("library_ratio", time / result.time_s());
        return;
    }
    const std::string reason =
        is_library(result.best) ? "only libraries ran the call" : "no library ran the call";
    for (const auto* id : {"library", "library_time_s", "library_ratio"}) table.missing(id, reason);
}

void add_call(Table& table, const CallResult& result) {
    table.add_row().set("number", result.number).set("call", result.best.call);
    table.set("cache", std::string(name(result.best.measurement.cache)));
    table.set("implementation", result.best.implementation).set("config", config_text(result.best));
    set_times(table, result);
    set_rates(table, result);
    set_roof(table, result);
    set_gain(table, result);
    table.set("ties", static_cast<double>(result.ties.size()));
    set_library(table, result);
}

std::string titled(std::string_view id) { return std::string(metric(id).title); }

}  // namespace

std::string config_text(const db::Record& record) {
    const auto text = record.config.text();
    return text.empty() ? "(none)" : text;
}

Table call_table(const std::vector<CallResult>& results) {
    Table table("calls", "Best configuration of each call (measured)",
                {"number",
                 "call",
                 "cache",
                 "implementation",
                 "config",
                 "time_s",
                 "time_low_s",
                 "time_high_s",
                 "flop_rate",
                 "roof_share",
                 "limiter",
                 "gain",
                 "ties",
                 "library",
                 "library_ratio",
                 "byte_rate",
                 "intensity_flop_per_byte",
                 "roof",
                 "samples",
                 "library_time_s"});
    for (const auto& result : results) add_call(table, result);
    return table;
}

std::string above_roof_remark(const CallResult& result) {
    if (!result.above_roof()) return "";
    const std::string over = "above its " + std::string(name(result.attainable->provenance)) + " roof";
    if (result.attainable->limiter == "compute")
        return over + ": a better mix of instructions, or a higher clock, than the roof was taken with";
    if (result.best.measurement.cache == CacheState::warm)
        return over + ": warm, so operands came from a cache and not from DRAM";
    return over + ": operands came from a cache in part, or the roof was taken under worse conditions";
}

std::vector<plot::TooltipRow> call_tooltip(const CallResult& result) {
    const auto table = call_table({result});
    std::vector<plot::TooltipRow> rows = {
        {"", "#" + std::to_string(result.number) + "  " + result.best.call}};
    for (const auto* id :
         {"implementation", "config", "cache", "flop_rate", "byte_rate", "intensity_flop_per_byte", "time_s"})
        if (!table.at(0, id).value.is_null()) rows.push_back({titled(id), table.at(0, id).text});
    rows.push_back({"95 % interval", table.at(0, "time_low_s").text + " … " +
                                         table.at(0, "time_high_s").text + ", " +
                                         table.at(0, "samples").text + " samples"});
    rows.push_back({titled("flop") + ", " + titled("bytes"), quantity(result.work.flop, operations(result)) +
                                                                 ", " + quantity(result.work.bytes(), "B")});
    if (result.attainable) {
        rows.push_back(
            {titled("roof_share"), table.at(0, "roof_share").text + " of " + result.attainable->roof});
        rows.push_back({titled("limiter"), result.attainable->limiter});
    }
    for (const auto* id : {"gain", "library", "library_ratio"})
        if (!table.at(0, id).value.is_null()) rows.push_back({titled(id), table.at(0, id).text});
    rows.push_back({titled("provenance"), "measured " + result.best.taken_at});
    if (result.above_roof()) rows.push_back({"Note", above_roof_remark(result)});
    return rows;
}

}  // namespace ridge::reports
