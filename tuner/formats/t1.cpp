// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/t1.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "tuner/expression.hpp"
#include "tuner/formats/first_valid.hpp"
#include "tuner/formats/json_source.hpp"
#include "tuner/formats/python_list.hpp"

namespace ridge::tuner {
namespace {

// More would be a recursion too deep for looking for a default, and no kernel has as many.
constexpr std::size_t most_parameters = 1000;

// A value as the type of the parameter has it; nothing when it is of another type.
using Convert = std::optional<ParameterValue> (*)(const ParameterValue& value);

std::optional<ParameterValue> as_integer(const ParameterValue& value) {
    if (std::holds_alternative<std::int64_t>(value)) return value;
    return std::nullopt;
}

std::optional<ParameterValue> as_unsigned(const ParameterValue& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    if (whole != nullptr && *whole >= 0) return value;
    return std::nullopt;
}

std::optional<ParameterValue> as_float(const ParameterValue& value) {
    if (std::holds_alternative<double>(value)) return value;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    return std::nullopt;
}

std::optional<ParameterValue> as_bool(const ParameterValue& value) {
    if (std::holds_alternative<bool>(value)) return value;
    const auto* whole = std::get_if<std::int64_t>(&value);
    if (whole != nullptr && (*whole == 0 || *whole == 1)) return *whole == 1;
    return std::nullopt;
}

std::optional<ParameterValue> as_string(const ParameterValue& value) {
    if (std::holds_alternative<std::string>(value)) return value;
    return std::nullopt;
}

struct Type {
    std::string_view name;
    Convert convert;
};
// In the order in which the writer tries them.
constexpr auto types = std::to_array<Type>({{"bool", as_bool},
                                            {"int", as_integer},
                                            {"uint", as_unsigned},
                                            {"float", as_float},
                                            {"string", as_string}});

std::vector<ParameterValue> read_values(const JsonReader& json) {
    if (json.raw().is_string())
        return json.parsed([](const std::string& text) { return parse_python_list(text); });
    std::vector<ParameterValue> values;
    for (const auto& value : json.items()) values.push_back(parameter_value(value));
    if (values.empty()) json.fail("a list of at least one value");
    return values;
}

TunableParameter read_parameter(const JsonReader& json, std::vector<std::string>& notes) {
    TunableParameter parameter;
    parameter.name = json.at("Name").text();
    if (parameter.name.empty()) json.at("Name").fail("a name");
    const auto type_name = json.at("Type").text();
    const auto* type = std::ranges::find(types, type_name, &Type::name);
    if (type == types.end()) json.at("Type").fail("int, uint, float, bool or string");
    for (const auto& value : read_values(json.at("Values"))) {
        auto converted = type->convert(value);
        if (!converted) json.at("Values").fail("values of the type " + type_name);
        if (std::ranges::find(parameter.values, *converted) != parameter.values.end())
            json.at("Values").fail("a list in which " + text(*converted) + " stands once");
        parameter.values.push_back(std::move(*converted));
    }
    parameter.default_value = parameter.values.front();
    if (const auto chosen = json.find("Default")) {
        const auto converted = type->convert(parameter_value(*chosen));
        if (converted && std::ranges::find(parameter.values, *converted) != parameter.values.end())
            parameter.default_value = *converted;
        else
            notes.push_back("default " + chosen->raw().dump() + " of '" + parameter.name +
                            "' is none of its values; left out");
    }
    return parameter;
}

void read_parameters(TuningInput& input, const JsonReader& json) {
    std::set<std::string> names;
    for (const auto& item : json.items()) {
        auto parameter = read_parameter(item, input.notes);
        if (!names.insert(parameter.name).second) item.at("Name").fail("a name that stands once");
        input.space.parameters.push_back(std::move(parameter));
    }
    if (input.space.parameters.empty()) json.fail("a list of at least one parameter");
    if (input.space.parameters.size() > most_parameters) json.fail("a list of at most 1000 parameters");
}

void read_condition(TuningInput& input, const JsonReader& json) {
    const auto expression =
        json.at("Expression").parsed([](const std::string& text) { return Expression::parse(text); });
    for (const auto& name : expression.names())
        if (std::ranges::find(input.space.parameters, name, &TunableParameter::name) ==
            input.space.parameters.end())
            json.at("Expression").fail("an expression of known parameters, which '" + name + "' is not");
    input.space.constraints.push_back(expression.text());
}

InputBudget read_budget(const JsonReader& json) {
    InputBudget budget{json.at("Type").text(), json.at("BudgetValue").positive()};
    const bool fraction = budget.type == "ConfigurationFraction";
    if (!fraction && budget.type != "TuningDuration" && budget.type != "ConfigurationCount")
        json.at("Type").fail("TuningDuration, ConfigurationCount or ConfigurationFraction");
    if (fraction && budget.value > 1) json.at("BudgetValue").fail("at most 1");
    return budget;
}

// A search begins with the default: it has to be a configuration of the space.
void mend_default(TuningInput& input, const std::string& file) {
    try {
        if (fulfils(input.space, input.space.default_config())) return;
        const auto first = first_valid(input.space);
        if (!first.config && first.searched_all)
            throw InputError("no configuration fulfils every one of the Conditions");
        if (!first.config) {
            input.notes.emplace_back("the default configuration is against the Conditions");
            return;
        }
        for (auto& parameter : input.space.parameters)
            parameter.default_value = first.config->values().at(parameter.name);
        input.notes.push_back(
            "the default configuration is against the Conditions; the first that fulfils "
            "them stands instead: " +
            first.config->text());
    } catch (const InputError& error) {
        throw InputError(file + ": key 'ConfigurationSpace.Conditions': " + error.what());
    }
}

Json parameter_json(const TunableParameter& parameter) {
    const auto* type = std::ranges::find_if(types, [&](const Type& candidate) {
        return std::ranges::all_of(parameter.values, [&](const ParameterValue& value) {
            // 0 and 1 can be read as Boolean, but are not.
            return candidate.convert(value) &&
                   (candidate.name != "bool" || std::holds_alternative<bool>(value));
        });
    });
    if (type == types.end())
        throw InputError("parameter '" + parameter.name +
                         "' has values of several types, which T1 cannot express");
    return {{"Name", parameter.name},
            {"Type", type->name},
            {"Values", python_list(parameter.values)},
            {"Default", to_json(parameter.default_value)}};
}

Json conditions_json(const ParameterSpace& space) {
    Json conditions = Json::array();
    for (const auto& text : space.constraints)
        conditions.push_back({{"Expression", text}, {"Parameters", Expression::parse(text).names()}});
    return conditions;
}

}  // namespace

bool is_t1(const Document& document) {
    const auto begin = document.text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos || document.text[begin] != '{') return false;
    const auto pieces = JsonSource(document.text, document.file).pieces(document.text);
    return std::ranges::find(pieces, "ConfigurationSpace", &JsonPiece::key) != pieces.end();
}

TuningInput read_t1(const Document& document) {
    const auto json = parse_json(document.text, document.file);
    const JsonReader reader(json, document.file);
    TuningInput input;
    const auto space = reader.at("ConfigurationSpace");
    read_parameters(input, space.at("TuningParameters"));
    if (const auto conditions = space.find("Conditions"))
        for (const auto& condition : conditions->items()) read_condition(input, condition);
    mend_default(input, document.file);
    if (const auto budgets = reader.find("Budget"))
        for (const auto& budget : budgets->items()) input.budgets.push_back(read_budget(budget));
    input.kernel = reader.at("KernelSpecification").text_or("KernelName", "");
    for (const auto& [key, value] : json.items())
        if (key != "ConfigurationSpace" && key != "Budget") input.others[key] = value;
    return input;
}

Written write_t1(const TuningInput& input) {
    Written out;
    Json parameters = Json::array();
    for (const auto& parameter : input.space.parameters) parameters.push_back(parameter_json(parameter));
    Json json = {
        {"ConfigurationSpace",
         {{"TuningParameters", std::move(parameters)}, {"Conditions", conditions_json(input.space)}}}};
    if (!input.budgets.empty()) json["Budget"] = Json::array();
    for (const auto& budget : input.budgets)
        json["Budget"].push_back({{"Type", budget.type}, {"BudgetValue", budget.value}});
    for (const auto& [key, value] : input.others.items()) json[key] = value;
    auto& kernel = json["KernelSpecification"];
    if (!kernel.is_object()) kernel = Json::object();
    if (!input.kernel.empty()) kernel["KernelName"] = input.kernel;
    for (const auto* key : {"Language", "KernelName", "KernelFile", "GlobalSize", "LocalSize"})
        if (!kernel.contains(key))
            out.lost.push_back(std::string("KernelSpecification.") + key +
                               " is required by T1 and not known here; it is to be filled in");
    out.text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    return out;
}

TuningInput input_of(const RecordedSpace& space) {
    TuningInput input;
    input.kernel = space.kernel;
    input.space = space.parameters;
    return input;
}

}  // namespace ridge::tuner
