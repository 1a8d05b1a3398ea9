// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/row_condition.hpp"

#include <algorithm>
#include <array>

#include "core/lower_case.hpp"

namespace ridge::cost_model {
namespace {

struct Match {
    std::string_view word;
    bool (*holds)(std::string_view text, std::string_view part);
};

constexpr auto matches = std::to_array<Match>(
    {{"is", [](std::string_view text, std::string_view part) { return text == part; }},
     {"begins", [](std::string_view text, std::string_view part) { return text.starts_with(part); }},
     {"ends", [](std::string_view text, std::string_view part) { return text.ends_with(part); }},
     {"contains", [](std::string_view text, std::string_view part) {
          return text.find(part) != std::string_view::npos;
      }}});

}  // namespace

TextCondition TextCondition::from_json(const JsonReader& json) {
    const auto members = json.members();
    const auto found =
        members.size() == 1 ? std::ranges::find(matches, members.front().first, &Match::word) : matches.end();
    if (found == matches.end())
        json.fail("an object with one of the keys is, begins, ends or contains, and a text");
    TextCondition out;
    out.matches_ = found->holds;
    out.part_ = lower_case(members.front().second.text());
    return out;
}

bool TextCondition::holds(std::string_view text) const { return matches_(lower_case(text), part_); }

RowCondition RowCondition::from_json(const JsonReader& json) {
    RowCondition out;
    for (const auto& [name, condition] : json.members()) {
        const auto text = text_column(name);
        if (!text && name != "class")
            json.fail("an object whose keys are columns of text, or class, not '" + name + "'");
        out.columns_.push_back({text, TextCondition::from_json(condition)});
    }
    if (out.columns_.empty()) json.fail("an object with at least one column");
    return out;
}

bool RowCondition::holds(const PublishedRow& row, std::string_view framework_class) const {
    return std::ranges::all_of(columns_, [&](const Column& column) {
        return column.condition.holds(column.text ? std::string_view(row.*column.text) : framework_class);
    });
}

}  // namespace ridge::cost_model
