// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/space_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "core/error.hpp"
#include "core/known_keys.hpp"
#include "core/text.hpp"
#include "tuner/expression.hpp"
#include "tuner/formats/first_valid.hpp"
#include "tuner/formats/json_source.hpp"
#include "tuner/formats/parameter_values.hpp"
#include "tuner/formats/t1.hpp"

namespace ridge::tuner {
namespace {

constexpr std::size_t most_parameters = 64;  // of a search space
constexpr std::array<std::string_view, 5> known_keys = {"$schema", "description", "parameters", "default",
                                                        "constraints"};
// Words of the expression language, which would not be read as names.
constexpr std::array<std::string_view, 10> reserved = {"and",  "or",    "not", "true", "false",
                                                       "True", "False", "min", "max",  "abs"};

bool is_name(std::string_view text) {
    const auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::ranges::all_of(text, fits) && std::ranges::find(reserved, text) == reserved.end();
}

std::vector<std::string> names_of(const ParameterSpace& space) {
    std::vector<std::string> names;
    for (const auto& parameter : space.parameters) names.push_back(parameter.name);
    return names;
}

std::string unknown(const std::string& name, const std::vector<std::string>& known) {
    const auto near = nearest(name, known);
    return "'" + name + "' is none" + (near.empty() ? "" : ", did you mean '" + near + "'?");
}

// JSON's parser takes the last of two equal keys in silence.
void refuse_twice(const std::vector<JsonPiece>& members, const std::string& file, const std::string& where) {
    std::set<std::string_view> seen;
    for (const auto& member : members)
        if (!seen.insert(member.key).second)
            throw InputError(file + ": the key '" + where + member.key + "' stands twice, should stand once");
}

void refuse_keys_twice(const Document& document) {
    const JsonSource source(document.text, document.file);
    const auto root = source.root();
    refuse_twice(root.pieces, document.file, "");
    for (const auto& piece : root.pieces)
        if (piece.text.starts_with('{'))
            refuse_twice(source.pieces(piece.text), document.file, piece.key + ".");
}

void read_parameters(ParameterSpace& space, const JsonReader& json) {
    for (const auto& [name, spec] : json.members()) {
        if (!is_name(name))
            json.fail(
                "an object with names of letters, digits and _ that are no words of the expression "
                "language as keys, not '" +
                name + "'");
        TunableParameter parameter;
        parameter.name = name;
        parameter.values = values_from(spec);
        parameter.default_value = parameter.values.front();
        if (spec.raw().is_object()) parameter.meaning = spec.text_or("meaning", "");
        space.parameters.push_back(std::move(parameter));
    }
    if (space.parameters.empty() || space.parameters.size() > most_parameters)
        json.fail("an object with 1 to " + std::to_string(most_parameters) + " parameters");
}

void read_constraint(ParameterSpace& space, const JsonReader& json) {
    const auto expression =
        json.parsed([](const std::string& constraint) { return Expression::parse(constraint); });
    const auto known = names_of(space);
    for (const auto& name : expression.names())
        if (std::ranges::find(known, name) == known.end())
            json.fail("an expression over the parameters " + join(known, ", ") + "; " + unknown(name, known));
    space.constraints.push_back(expression.text());
}

// A whole number may be written for a float.
ParameterValue value_among(const TunableParameter& parameter, const JsonReader& json) {
    auto value = parameter_value(json);
    if (const auto* whole = std::get_if<std::int64_t>(&value);
        whole && std::holds_alternative<double>(parameter.values.front()))
        value = static_cast<double>(*whole);
    if (std::ranges::find(parameter.values, value) != parameter.values.end()) return value;
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min<std::size_t>(8, parameter.values.size()); ++i)
        shown.push_back(text(parameter.values[i]));
    json.fail("one of the values of '" + parameter.name + "': " + join(shown, ", ") +
              (shown.size() < parameter.values.size() ? ", …" : ""));
}

// The space in which the parameters that the default names have that value only.
ParameterSpace fixed_by(const JsonReader& defaults, ParameterSpace space) {
    const auto known = names_of(space);
    for (const auto& [name, value] : defaults.members()) {
        const auto found = std::ranges::find(space.parameters, name, &TunableParameter::name);
        if (found == space.parameters.end())
            defaults.fail("an object with parameters as keys; " + unknown(name, known));
        found->values = {value_among(*found, value)};
    }
    return space;
}

FirstValid first_of(const ParameterSpace& space, const std::string& file) {
    try {
        return first_valid(space);
    } catch (const InputError& error) {
        throw InputError(
            file + ": key 'constraints' cannot be evaluated everywhere: " + error.what() +
            "; a constraint should have a value for every configuration that those before it leave");
    }
}

std::string constraints_of(const ParameterSpace& space) {
    return "'" + join(space.constraints, "', '") + "'";
}

void choose_default(ParameterSpace& space, const JsonReader& json, const std::string& file) {
    const auto named = json.find("default");
    const auto found = first_of(named ? fixed_by(*named, space) : space, file);
    if (found.config) {
        for (auto& parameter : space.parameters)
            parameter.default_value = found.config->values().at(parameter.name);
        return;
    }
    if (named && found.searched_all)
        named->fail("values that fulfil the constraints " + constraints_of(space));
    if (found.searched_all)
        throw InputError(
            file + ": key 'constraints' leaves no configuration: " + constraints_of(space) +
            (space.constraints.size() > 1
                 ? " exclude each other over these values; at least one configuration should fulfil them all"
                 : " holds for none of these values; at least one configuration should fulfil it"));
    throw InputError(file +
                     ": key 'default' should name a configuration that fulfils the constraints; none "
                     "was found among the first million");
}

SpaceFile from_t1(const Document& document) {
    auto input = read_t1(document);
    return {std::move(input.space), std::move(input.notes)};
}

}  // namespace

SpaceFile read_space(const Document& document) {
    if (is_t1(document)) return from_t1(document);
    const Json json = parse_json(document.text, document.file);
    const JsonReader reader(json, document.file);
    refuse_other_keys(reader, known_keys);
    refuse_keys_twice(document);
    SpaceFile file;
    read_parameters(file.space, reader.at("parameters"));
    if (const auto constraints = reader.find("constraints"))
        for (const auto& constraint : constraints->items()) read_constraint(file.space, constraint);
    choose_default(file.space, reader, document.file);
    return file;
}

SpaceFile read_space_file(const std::filesystem::path& path) { return read_space(read_document(path)); }

}  // namespace ridge::tuner
