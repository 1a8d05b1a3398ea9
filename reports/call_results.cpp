// SPDX-License-Identifier: Apache-2.0
#include "reports/call_results.hpp"

#include <algorithm>
#include <tuple>

#include "core/lower_case.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "cost_model/kernel/features.hpp"
#include "operators/catalogue.hpp"

namespace ridge::reports {
namespace {

using Records = std::vector<db::Record>;
using CallKey = std::pair<std::string, CacheState>;

std::string configuration_key(const db::Record& record) {
    return record.implementation + '\n' + record.implementation_version + '\n' + record.config.text();
}

bool is_timed(const db::Record& record) {
    return record.measurement.status == Status::ok && record.summary && record.summary->median > 0;
}

// What is known of one call: records of every status, and the latest timed one of each configuration.
struct Group {
    std::vector<const db::Record*> all;
    Records latest;
};

std::map<CallKey, Group> by_call(const Records& records) {
    std::map<CallKey, Group> out;
    for (const auto& record : records) out[{record.call, record.measurement.cache}].all.push_back(&record);
    for (const auto* record : db::latest_records(records))
        if (is_timed(*record)) out[{record->call, record->measurement.cache}].latest.push_back(*record);
    return out;
}

const db::Record* fastest(const Records& records, bool library) {
    const db::Record* best = nullptr;
    for (const auto& record : records)
        if (is_library(record) == library && (!best || record.summary->median < best->summary->median))
            best = &record;
    return best;
}

Records ties_of(const db::Record& best, const Records& records) {
    Records out;
    for (const auto& record : records)
        if (is_library(record) == is_library(best) && configuration_key(record) != configuration_key(best) &&
            record.summary->interval.overlaps(best.summary->interval))
            out.push_back(record);
    return out;
}

// A campaign measures the default configuration of every implementation first, whatever becomes of it. Where
// that one did not run, the next is no default, and there is nothing to compare with.
std::optional<db::Record> initial_of(const db::Record& best, const Group& group) {
    const db::Record* first = nullptr;
    for (const auto* record : group.all)
        if (record->campaign == best.campaign && record->implementation == best.implementation &&
            (!first || record->order_index < first->order_index))
            first = record;
    if (best.campaign.empty() || !first || !is_timed(*first)) return std::nullopt;
    const auto latest = std::ranges::find(group.latest, configuration_key(*first), configuration_key);
    return latest == group.latest.end() ? std::nullopt : std::optional(*latest);
}

CallResult result_of(const Group& group, const cost_model::DeviceModel& model) {
    const auto& records = group.latest;
    const auto *own = fastest(records, false), *library = fastest(records, true);
    CallResult out;
    out.best = own ? *own : *library;
    const auto call = operators::parse_call(out.best.call);
    out.work = operators::work(call);
    out.compute = out.work.compute;
    out.sparse = !call.sparsity.is_dense();
    out.ties = ties_of(out.best, records);
    out.initial = initial_of(out.best, group);
    if (own && library) out.library = *library;
    out.attainable = attainable(out.work, out.best.measurement.cache, model);
    return out;
}

auto order_of(const CallResult& result) {
    const auto op = result.best.call.substr(0, result.best.call.find(' '));
    return std::tuple(op, result.compute, result.sparse, result.work.intensity(), result.best.call,
                      result.best.measurement.cache);
}

bool matches(const CallResult& result, const CallFilter& filter) {
    const auto& best = result.best;
    if (filter.op && best.call.substr(0, best.call.find(' ')) != *filter.op) return false;
    if (filter.compute && result.compute != *filter.compute) return false;
    if (filter.cache && best.measurement.cache != *filter.cache) return false;
    const auto text = lower_case(best.call + " " + best.implementation + " " + best.config.text() + " " +
                                 std::string(name(best.measurement.cache)));
    const auto wanted = lower_case(filter.text);
    return std::ranges::all_of(words(wanted),
                               [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

std::string roof_text(const std::string& what, const cost_model::Ceiling& ceiling, const char* unit) {
    return what + " " + quantity(ceiling.rate, unit) + ", " + std::string(name(ceiling.provenance));
}

}  // namespace

std::optional<double> CallResult::roof_share() const {
    if (!attainable) return std::nullopt;
    return (work.flop > 0 ? flop_rate() : byte_rate()) / attainable->rate;
}

bool is_library(const db::Record& record) { return !record.implementation_version.empty(); }

std::optional<Attainable> attainable(const Work& work, CacheState cache,
                                     const cost_model::DeviceModel& model) {
    if (work.flop <= 0 && work.bytes() <= 0) return std::nullopt;  // a program's
    const auto home = cost_model::home_level(work, cache, model.device, model.ceilings);
    if (!home || home->ceiling.rate <= 0) return std::nullopt;
    const auto& memory = home->ceiling;
    const auto memory_roof = roof_text(home->name, memory, "B/s");
    if (work.flop <= 0) return Attainable{memory.rate, "memory", memory_roof, memory.provenance};
    const auto compute = cost_model::compute_ceiling(model.ceilings, work.compute);
    const double by_memory = work.intensity() * memory.rate;
    if (!compute) return std::nullopt;
    if (by_memory <= compute->ceiling.rate)
        return Attainable{by_memory, "memory", memory_roof, memory.provenance};
    const char* unit = is_integer(compute->precision) ? "OP/s" : "FLOP/s";
    return Attainable{compute->ceiling.rate, "compute",
                      roof_text(std::string(name(compute->precision)), compute->ceiling, unit),
                      compute->ceiling.provenance};
}

std::vector<CallResult> call_results(const std::vector<db::Record>& records,
                                     const cost_model::DeviceModel& model) {
    std::vector<CallResult> out;
    for (const auto& [key, group] : by_call(records))
        if (!group.latest.empty()) out.push_back(result_of(group, model));
    std::ranges::stable_sort(out, {}, order_of);
    for (std::size_t i = 0; i < out.size(); ++i) out[i].number = static_cast<int>(i) + 1;
    return out;
}

std::vector<CallResult> filtered(const std::vector<CallResult>& results, const CallFilter& filter) {
    std::vector<CallResult> out;
    std::ranges::copy_if(results, std::back_inserter(out),
                         [&](const CallResult& result) { return matches(result, filter); });
    return out;
}

}  // namespace ridge::reports
