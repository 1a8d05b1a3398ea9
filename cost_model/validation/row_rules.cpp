// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/row_rules.hpp"

#include <algorithm>
#include <array>

#include "core/configs.hpp"
#include "core/known_keys.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::array<std::string_view, 3> document_keys = {"$comment", "left_out", "meanings"};
constexpr std::array<std::string_view, 2> left_out_keys = {"when", "reason"};
constexpr std::array<std::string_view, 3> meaning_keys = {"when", "means", "from"};

struct Trait {
    std::string_view name;
    double (*read)(const JsonReader&);
    void (*set)(RowTraits&, double);
};

double truth(const JsonReader& json) { return json.boolean() ? 1 : 0; }

double beams(const JsonReader& json) {
    const auto value = json.integer();
    if (value < 1) json.fail("a whole number of at least 1");
    return static_cast<double>(value);
}

constexpr auto known_traits = std::to_array<Trait>({
    {"kept_up", truth, [](RowTraits& traits, double value) { traits.kept_up = value > 0; }},
    {"decode_alone", truth, [](RowTraits& traits, double value) { traits.decode_alone = value > 0; }},
    {"experts_on_host", truth, [](RowTraits& traits, double value) { traits.experts_on_host = value > 0; }},
    {"beams", beams, [](RowTraits& traits, double value) { traits.beams = value; }},
});

}  // namespace

RowRules::Meaning RowRules::meaning_of(const JsonReader& json) {
    refuse_other_keys(json, meaning_keys);
    Meaning out{RowCondition::from_json(json.at("when")), {}};
    const auto means = json.at("means");
    for (const auto& [name, value] : means.members()) {
        const auto known = std::ranges::find(known_traits, name, &Trait::name);
        if (known == known_traits.end())
            means.fail("an object with the keys kept_up, decode_alone, experts_on_host, beams, not '" + name +
                       "'");
        out.settings.push_back({known->set, known->read(value)});
    }
    return out;
}

RowRules RowRules::from_json(const JsonReader& json) {
    refuse_other_keys(json, document_keys);
    RowRules out;
    for (const auto& one : json.at("left_out").items()) {
        refuse_other_keys(one, left_out_keys);
        out.left_out_.emplace_back(RowCondition::from_json(one.at("when")), one.at("reason").text());
    }
    for (const auto& one : json.at("meanings").items()) out.meanings_.push_back(meaning_of(one));
    return out;
}

RowRules RowRules::load() {
    const auto path = find_config("published", "rows");
    const Json document = read_json_file(path);
    return from_json(JsonReader(document, path.string()));
}

std::optional<std::string> RowRules::left_out(const PublishedRow& row,
                                              std::string_view framework_class) const {
    for (const auto& [when, reason] : left_out_)
        if (when.holds(row, framework_class)) return reason;
    return std::nullopt;
}

RowTraits RowRules::traits(const PublishedRow& row, std::string_view framework_class) const {
    RowTraits out;
    for (const auto& [when, settings] : meanings_)
        if (when.holds(row, framework_class))
            for (const auto& [set, value] : settings) set(out, value);
    return out;
}

}  // namespace ridge::cost_model
