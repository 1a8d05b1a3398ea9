// SPDX-License-Identifier: Apache-2.0
#include "core/kernel_config.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge {
namespace {

struct TextOf {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return number_text(value); }
    std::string operator()(const std::string& value) const { return value; }
};

template <typename T>
const T& value_as(const std::map<std::string, ParameterValue>& values, const std::string& name,
                  const char* wanted) {
    const auto found = values.find(name);
    if (found == values.end()) throw InputError("config: parameter '" + name + "' is missing");
    if (const auto* value = std::get_if<T>(&found->second)) return *value;
    throw InputError("config: parameter '" + name + "' is " + text(found->second) + ", should be " + wanted);
}

TunableParameter parameter_from(const JsonReader& json) {
    TunableParameter parameter;
    parameter.name = json.at("name").text();
    for (const auto& value : json.at("values").items()) parameter.values.push_back(parameter_value(value));
    if (parameter.values.empty()) json.at("values").fail("a list of at least one value");
    parameter.default_value =
        json.has("default") ? parameter_value(json.at("default")) : parameter.values.front();
    if (std::ranges::find(parameter.values, parameter.default_value) == parameter.values.end())
        json.at("default").fail("one of the values of '" + parameter.name + "'");
    parameter.meaning = json.text_or("meaning", "");
    return parameter;
}

}  // namespace

std::string text(const ParameterValue& value) { return std::visit(TextOf{}, value); }

Json to_json(const ParameterValue& value) {
    return std::visit([](const auto& held) { return Json(held); }, value);
}

ParameterValue parameter_value(const JsonReader& json) {
    const Json& value = json.raw();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return json.integer();
    if (value.is_number_float()) return value.get<double>();
    if (value.is_string()) return value.get<std::string>();
    json.fail("a number, a text, true or false");
}

std::string KernelConfig::text() const {
    std::string out;
    for (const auto& [name, value] : values_)
        out += (out.empty() ? "" : " ") + name + "=" + ridge::text(value);
    return out;
}

Json KernelConfig::json() const {
    Json out = Json::object();
    for (const auto& [name, value] : values_) out[name] = to_json(value);
    return out;
}

KernelConfig KernelConfig::from_json(const JsonReader& json) {
    KernelConfig config;
    for (const auto& [name, value] : json.members()) config.set(name, parameter_value(value));
    return config;
}

std::int64_t KernelConfig::integer(const std::string& name) const {
    return value_as<std::int64_t>(values_, name, "a whole number");
}

const std::string& KernelConfig::word(const std::string& name) const {
    return value_as<std::string>(values_, name, "a word");
}

Json ParameterSpace::json() const {
    Json list = Json::array();
    for (const auto& parameter : parameters) {
        Json values = Json::array();
        for (const auto& value : parameter.values) values.push_back(to_json(value));
        list.push_back({{"name", parameter.name},
                        {"values", values},
                        {"default", to_json(parameter.default_value)},
                        {"meaning", parameter.meaning}});
    }
    return {{"parameters", list}, {"constraints", constraints}};
}

ParameterSpace ParameterSpace::from_json(const JsonReader& json) {
    ParameterSpace space;
    for (const auto& parameter : json.at("parameters").items())
        space.parameters.push_back(parameter_from(parameter));
    if (const auto constraints = json.find("constraints"))
        for (const auto& constraint : constraints->items()) space.constraints.push_back(constraint.text());
    return space;
}

KernelConfig ParameterSpace::default_config() const {
    KernelConfig config;
    for (const auto& parameter : parameters) config.set(parameter.name, parameter.default_value);
    return config;
}

}  // namespace ridge
