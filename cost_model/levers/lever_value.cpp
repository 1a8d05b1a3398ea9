// SPDX-License-Identifier: Apache-2.0
#include "cost_model/levers/lever_value.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model {

LeverValue::LeverValue(std::string lever, std::string text)
    : lever_(std::move(lever)), text_(std::move(text)) {
    for (const auto field : split(text_, ':')) fields_.emplace_back(field);
}

void LeverValue::fail(const std::string& wanted) const {
    throw InputError("lever " + lever_ + "=" + text_ + ": should be " + wanted);
}

std::string LeverValue::word(std::size_t index) const {
    if (index >= fields_.size() || fields_[index].empty())
        fail("given with " + std::to_string(index + 1) + " fields between ':'");
    return fields_[index];
}

double LeverValue::number(std::size_t index, double least, double most) const {
    const double value = parse_number(word(index), "lever " + lever_ + "=" + text_);
    if (!(std::isfinite(value) && value >= least && value <= most))
        fail("between " + number_text(least) + " and " + number_text(most));
    return value;
}

double LeverValue::number_or(std::size_t index, double fallback, double least, double most) const {
    return index < fields_.size() ? number(index, least, most) : fallback;
}

std::int64_t LeverValue::count(std::size_t index, std::int64_t least, std::int64_t most) const {
    const auto value = parse_integer(word(index), "lever " + lever_ + "=" + text_);
    if (value < least || value > most)
        fail("a whole number between " + std::to_string(least) + " and " + std::to_string(most));
    return value;
}

}  // namespace ridge::cost_model
