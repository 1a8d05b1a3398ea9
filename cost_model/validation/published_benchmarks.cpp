// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/published_benchmarks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/configs.hpp"
#include "core/known_keys.hpp"
#include "core/lower_case.hpp"
#include "core/units.hpp"

namespace ridge::cost_model {
namespace {

// A number from `least` to `most`, whole or not; least = most = 0: true or false.
struct Setting {
    std::string_view name;
    double least, most;
    bool is_whole;
    void (*set)(ClosedRun&, double);
};

std::int64_t whole(double value) { return std::llround(value); }

constexpr auto settings = std::to_array<Setting>({
    {"requests_per_user", 1, 1e6, true,
     [](ClosedRun& run, double value) { run.requests_per_user = whole(value); }},
    {"requests", 1, 1e6, true, [](ClosedRun& run, double value) { run.requests = whole(value); }},
    {"least_share", 1e-6, 1, false, [](ClosedRun& run, double value) { run.least_share = value; }},
    {"step_tokens", 1, 1e9, false, [](ClosedRun& run, double value) { run.step_tokens = value; }},
    {"whole_prompts", 0, 0, false, [](ClosedRun& run, double value) { run.whole_prompts = value != 0; }},
    {"hold_steps", 0, 1e6, true, [](ClosedRun& run, double value) { run.hold_steps = whole(value); }},
    {"hold_share", 1e-6, 1, false, [](ClosedRun& run, double value) { run.hold_share = value; }},
    {"balance_steps", 0, 1e6, true, [](ClosedRun& run, double value) { run.balance_steps = whole(value); }},
});

double value_of(const Setting& setting, const JsonReader& json) {
    if (setting.most <= 0) return static_cast<double>(json.boolean());
    const double value = json.number();
    if (!(value >= setting.least && value <= setting.most) ||
        (setting.is_whole && value != std::floor(value)))
        json.fail((setting.is_whole ? "a whole number from " : "a number from ") +
                  significant(setting.least) + " to " + significant(setting.most));
    return value;
}

constexpr auto conditions =
    std::to_array<std::string_view>({"source", "framework", "model", "prompt", "output", "tensor_below"});

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

PublishedBenchmarks::Entry PublishedBenchmarks::entry_of(const JsonReader& json) {
    Entry out;
    const auto when = json.at("when");
    refuse_other_keys(when, conditions);
    out.source = when.at("source").text();
    out.framework = when.text_or("framework", "");
    out.model = when.text_or("model", "");
    out.prompt = when.find_positive("prompt");
    out.output = when.find_positive("output");
    if (const auto below = when.find("tensor_below")) out.tensor_below = below->integer();
    for (const auto& [name, value] : json.at("settings").members()) {
        const auto known = std::ranges::find(settings, name, &Setting::name);
        if (known == settings.end()) value.fail("a setting of cost_model/serving/closed_run.hpp");
        out.setters.push_back(known->set);
        out.values.push_back(value_of(*known, value));
    }
    return out;
}

PublishedBenchmarks PublishedBenchmarks::from_json(const JsonReader& json) {
    PublishedBenchmarks out;
    for (const auto& one : json.at("benchmarks").items()) out.entries_.push_back(entry_of(one));
    return out;
}

PublishedBenchmarks PublishedBenchmarks::load() {
    const auto path = find_config("published", "benchmarks");
    const Json document = read_json_file(path);
    return from_json(JsonReader(document, path.string()));
}

ClosedRun PublishedBenchmarks::applied(ClosedRun run, const PublishedRow& row, const std::string& framework,
                                       std::int64_t tensor) const {
    const auto model = lower_case(row.model);
    for (const auto& one : entries_) {
        if (!contains(row.source, one.source) || !contains(model, one.model)) continue;
        if (!one.framework.empty() && one.framework != framework) continue;
        if (one.prompt.value_or(run.longest.prompt) != run.longest.prompt) continue;
        if (one.output.value_or(run.longest.output) != run.longest.output) continue;
        if (one.tensor_below && tensor >= *one.tensor_below) continue;
        for (std::size_t i = 0; i < one.values.size(); ++i) one.setters[i](run, one.values[i]);
    }
    return run;
}

}  // namespace ridge::cost_model
