// SPDX-License-Identifier: Apache-2.0
#include "tuner/suite.hpp"

#include <algorithm>
#include <array>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "core/known_keys.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"

namespace ridge::tuner {
namespace {

constexpr std::array<std::string_view, 5> suite_keys = {"$schema", "name", "version", "description", "calls"};
constexpr std::array<std::string_view, 3> call_keys = {"call", "cache", "weight"};

std::string call_text(const JsonReader& json) {
    try {
        return operators::parse_call(json.text()).text();
    } catch (const InputError& error) {
        json.fail(std::string("an operator call; ") + error.what());
    }
}

CacheState cache_state(const JsonReader& json) {
    const auto word = json.text();
    if (word != name(CacheState::cold) && word != name(CacheState::warm)) json.fail("\"cold\" or \"warm\"");
    return parse_cache_state(word);
}

SuiteCall call_from(const JsonReader& json) {
    refuse_other_keys(json, call_keys);
    return {.call = call_text(json.at("call")),
            .cache = cache_state(json.at("cache")),
            .weight = json.find_positive("weight").value_or(1)};
}

std::string shown(const SuiteCall& call) { return "'" + call.call + "' " + std::string(name(call.cache)); }

}  // namespace

Json Suite::json() const {
    Json list = Json::array();
    for (const auto& call : calls)
        list.push_back({{"call", call.call}, {"cache", ridge::name(call.cache)}, {"weight", call.weight}});
    return {{"name", name}, {"version", version}, {"description", description}, {"calls", list}};
}

Suite Suite::from_json(const JsonReader& json) {
    refuse_other_keys(json, suite_keys);
    Suite suite;
    suite.name = json.at("name").text();
    suite.version = json.at("version").integer();
    if (suite.version < 1) json.at("version").fail("a whole number of at least 1");
    suite.description = json.text_or("description", "");
    for (const auto& item : json.at("calls").items()) {
        const auto call = call_from(item);
        const auto same = [&](const SuiteCall& other) {
            return other.call == call.call && other.cache == call.cache;
        };
        if (std::ranges::any_of(suite.calls, same))
            item.fail("a call that does not stand in the suite already");
        suite.calls.push_back(call);
    }
    if (suite.calls.empty()) json.at("calls").fail("a list of at least one call");
    return suite;
}

Suite load_suite(const std::string& name) {
    const auto path = find_config("suites", name);
    const Json document = read_json_file(path);
    auto suite = Suite::from_json(JsonReader(document, path.string()));
    suite.path = path;
    return suite;
}

std::string difference(const Suite& now, const Suite& before) {
    if (now.name != before.name) return "it is named '" + now.name + "' instead of '" + before.name + "'";
    if (now.version != before.version)
        return "version " + std::to_string(now.version) + " instead of " + std::to_string(before.version);
    const auto common = std::min(now.calls.size(), before.calls.size());
    for (std::size_t i = 0; i < common; ++i)
        if (now.calls[i] != before.calls[i])
            return "call " + std::to_string(i + 1) + " is " + shown(now.calls[i]) + " instead of " +
                   shown(before.calls[i]);
    if (now.calls.size() != before.calls.size())
        return std::to_string(now.calls.size()) + " calls instead of " + std::to_string(before.calls.size());
    return {};
}

}  // namespace ridge::tuner
