// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/triton_autotune.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.hpp"
#include "tuner/formats/space_builder.hpp"

namespace ridge::tuner {
namespace {

constexpr std::string_view file_ending = ".autotune.json";
// Of triton.Config; everything else is an argument of the kernel.
constexpr auto options = std::to_array<std::string_view>({"num_warps", "num_ctas", "num_stages",
                                                          "num_buffers_warp_spec", "num_consumer_groups",
                                                          "reg_dec_producer", "reg_inc_consumer", "maxnreg"});
constexpr auto quantiles = std::to_array<std::string_view>({"time_p20", "time_p80"});

bool is_option(std::string_view name) { return std::ranges::find(options, name) != options.end(); }

// Null is "not set"; texts and functions that Triton writes beside the numbers are no parameters.
void set(RecordedConfig& out, const std::string& name, const JsonReader& value) {
    if (value.raw().is_null()) return;
    if (out.config.has(name)) value.fail("under a name that is not in kwargs too");
    out.config.set(name, parameter_value(value));
}

KernelConfig config_of(const JsonReader& json) {
    RecordedConfig out;
    if (const auto arguments = json.find("kwargs"))
        for (const auto& [name, value] : arguments->members()) set(out, name, value);
    for (const auto& [name, value] : json.members())
        if (is_option(name)) set(out, name, value);
    return out.config;
}

void take_timing(RecordedConfig& out, const JsonReader& timing, SpaceBuilder& builder) {
    const auto list = timing.raw().is_array() ? timing.items() : std::vector<JsonReader>{timing};
    if (list.empty()) timing.fail("a number of milliseconds or a list of them");
    if (list.front().raw().is_string()) {
        if (list.front().text() != "inf") timing.fail("a number of milliseconds");
        return fail_with(out, "RuntimeFailedConfig", builder);
    }
    check_objective(list.front().number(), "time");
    out.status = Status::ok;
    out.objective = list.front().number() / ms_per_second;
    for (std::size_t i = 1; i < list.size() && i <= quantiles.size(); ++i)
        out.more.push_back({std::string(quantiles[i - 1]), "s", list[i].number() / ms_per_second});
}

RecordedConfig entry(const JsonReader& json, SpaceBuilder& builder) {
    const auto parts = json.items();
    if (parts.size() != 2) json.fail("a pair of a configuration and a timing");
    RecordedConfig out;
    out.config = config_of(parts[0]);
    if (builder.names().empty()) {
        std::vector<std::string> names;
        if (const auto arguments = parts[0].find("kwargs"))
            for (const auto& [name, value] : arguments->members())
                if (out.config.has(name)) names.push_back(name);
        for (const auto& name : options)
            if (out.config.has(std::string(name))) names.emplace_back(name);
        if (names.empty()) parts[0].fail("a configuration with a parameter or more");
        builder.set_parameters(std::move(names));
    }
    take_timing(out, parts[1], builder);
    return out;
}

Json config_json(const RecordedSpace& space, const RecordedConfig& recorded) {
    Json json = {{"kwargs", Json::object()}};
    for (const auto& parameter : space.parameters.parameters) {
        auto& place = is_option(parameter.name) ? json : json["kwargs"];
        place[parameter.name] = to_json(recorded.config.values().at(parameter.name));
    }
    return json;
}

std::string timing_text(const RecordedConfig& recorded) {
    if (!recorded.objective) return "Infinity";
    Json timing = Json::array({milliseconds(*recorded.objective)});
    for (const auto name : quantiles) {
        const auto found = std::ranges::find(recorded.more, name, &RecordedQuantity::name);
        if (found != recorded.more.end()) timing.push_back(milliseconds(found->value));
    }
    return to_line(timing.size() == 1 + quantiles.size() ? timing : timing[0]);
}

Json key_json(const std::string& problem) {
    const auto key = Json::accept(problem) ? parse_json(problem, "the key") : Json(problem);
    return key.is_array() ? key : Json::array({key});
}

}  // namespace

RecordedSpace read_triton_autotune(const JsonSource& source) {
    SpaceBuilder builder(source.file());
    auto name = std::filesystem::path(source.file()).filename().string();
    if (name.ends_with(file_ending)) builder.space.kernel = name.substr(0, name.size() - file_ending.size());
    bool whole = true;
    const auto [pieces, cut] = source.root();
    for (const auto& piece : pieces) {
        if (piece.key == "key" && piece.whole) builder.space.problem = source.parse(piece).dump();
        if (piece.key != "configs_timings") continue;
        for (const auto& pair : source.pieces(piece.text)) {
            whole = pair.whole;
            if (whole)
                builder.add([&] { return source.place(pair.text); },
                            [&] {
                                const auto json = source.parse(pair);
                                return entry(JsonReader(json, "the entry"), builder);
                            });
        }
    }
    if (cut) builder.note_cut(!whole);
    return builder.finish();
}

Written write_triton_autotune(const RecordedSpace& space) {
    if (space.objective != "time")
        throw InputError("Triton's file holds times, the objective of this space is '" + space.objective +
                         "'");
    Written out;
    out.text = R"({"key": )" + to_line(key_json(space.problem)) + R"(, "configs_timings": [)" + "\n";
    for (const auto& recorded : space.configs)
        out.text += "[" + to_line(config_json(space, recorded)) + ", " + timing_text(recorded) +
                    (&recorded == &space.configs.back() ? "]\n" : "],\n");
    out.text += "]}\n";
    out.lost.emplace_back(
        "only configurations, times and the key are in the file: no device, no cost of "
        "measuring, no single runs, no reasons of failures, no constraints");
    return out;
}

}  // namespace ridge::tuner
