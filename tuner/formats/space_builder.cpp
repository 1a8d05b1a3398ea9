// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/space_builder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::tuner {
namespace {

// More remarks than that tell nobody more; the rest is counted.
constexpr std::size_t most_notes = 20;

// Ascending; numbers and truth values by what they are worth, texts after them in the order of the file.
bool before(const ParameterValue& a, const ParameterValue& b) {
    const auto worth = [](const ParameterValue& value) -> std::optional<double> {
        if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
        if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
        if (const auto* number = std::get_if<double>(&value)) return *number;
        return std::nullopt;
    };
    const auto worth_a = worth(a), worth_b = worth(b);
    if (worth_a && worth_b) return *worth_a < *worth_b;
    return worth_a.has_value() && !worth_b.has_value();
}

std::vector<ParameterValue> values_of(const std::string& name, const std::vector<RecordedConfig>& configs) {
    std::vector<ParameterValue> values;
    std::unordered_set<std::string> seen;
    for (const auto& recorded : configs) {
        const auto& value = recorded.config.values().at(name);
        if (seen.insert(std::to_string(value.index()) + text(value)).second) values.push_back(value);
    }
    std::ranges::stable_sort(values, before);
    return values;
}

struct ErrorWord {
    std::string_view word, reason;
    Status status;
};
// Kernel Tuner's names of errors (kernel_tuner/util.py).
constexpr auto error_words = std::to_array<ErrorWord>({{"CompilationFailedConfig", "compile", Status::failed},
                                                       {"RuntimeFailedConfig", "runtime", Status::failed},
                                                       {"InvalidConfig", "constraints", Status::invalid}});

}  // namespace

void SpaceBuilder::set_parameters(std::vector<std::string> names) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
            names.begin() + static_cast<std::ptrdiff_t>(i))
            throw InputError(file_ + ": parameter '" + names[i] + "' stands twice");
    names_ = std::move(names);
}

void SpaceBuilder::set_values(const std::string& name, std::vector<ParameterValue> values) {
    values_[name] = std::move(values);
}

void SpaceBuilder::set_default(const std::string& name, ParameterValue value) {
    defaults_[name] = std::move(value);
}

void SpaceBuilder::set_objective(const std::string& name) {
    space.objective = name;
    if (grows_with_quality(name)) {
        note(file_ + ": more of '" + name + "' is better; the time stands as objective instead");
        space.objective = "time";
    }
    space.unit = space.objective == "time" ? "s" : "";
}

void SpaceBuilder::check(const RecordedConfig& recorded) const {
    for (const auto& name : names_) {
        if (!recorded.config.has(name)) throw InputError("parameter '" + name + "' is missing");
        const auto& value = recorded.config.values().at(name);
        const auto known = values_.find(name);
        if (known != values_.end() && std::ranges::find(known->second, value) == known->second.end())
            throw InputError("parameter '" + name + "' is " + text(value) +
                             ", which is none of the values that the file lists for it");
    }
    if (recorded.config.values().size() != names_.size())
        throw InputError("it has a parameter that the file does not list");
}

void SpaceBuilder::add(const std::function<std::string()>& place,
                       const std::function<RecordedConfig()>& read) {
    try {
        auto recorded = read();
        check(recorded);
        if (!seen_.insert(recorded.config.text()).second)
            throw InputError("configuration '" + recorded.config.text() + "' came before");
        space.configs.push_back(std::move(recorded));
    } catch (const InputError& error) {
        drop(space.dropped < most_notes ? place() + ": " + error.what() : std::string());
    }
}

void SpaceBuilder::drop(const std::string& why) {
    if (space.dropped++ == 0) first_drop_ = why;
    if (space.dropped <= most_notes) space.notes.push_back(why + "; dropped");
}

void SpaceBuilder::note(const std::string& text) {
    if (space.notes.size() < 2 * most_notes && std::ranges::find(space.notes, text) == space.notes.end())
        space.notes.push_back(text);
}

void SpaceBuilder::note_cut(bool in_entry) {
    cut_ = true;
    if (in_entry)
        drop(file_ + ": the file ends in the middle of an entry");
    else
        note(file_ + ": the file ends before its closing brackets");
}

RecordedSpace SpaceBuilder::finish() {
    if (space.configs.empty())
        throw InputError(file_ + ": no sound configuration in it" +
                         (first_drop_.empty() ? "" : " (" + first_drop_ + ")"));
    if (space.dropped > most_notes)
        space.notes.push_back(std::to_string(space.dropped - most_notes) + " more entries dropped");
    if (cut_) note(std::to_string(space.configs.size()) + " configurations before the cut are kept");
    const auto& first = space.configs.front().config.values();
    space.parameters.parameters.clear();
    for (const auto& name : names_) {
        auto values = values_of(name, space.configs);
        const auto chosen = defaults_.find(name);
        const bool known =
            chosen != defaults_.end() && std::ranges::find(values, chosen->second) != values.end();
        space.parameters.parameters.push_back(
            {name, std::move(values), known ? chosen->second : first.at(name), {}});
    }
    return std::move(space);
}

std::optional<ErrorOutcome> outcome_of_error(std::string_view word) {
    const auto found = std::ranges::find(error_words, word, &ErrorWord::word);
    if (found == error_words.end()) return std::nullopt;
    return ErrorOutcome{found->status, std::string(found->reason)};
}

void fail_with(RecordedConfig& config, const std::string& word, SpaceBuilder& builder) {
    const auto outcome = outcome_of_error(word);
    if (!outcome) builder.note("error '" + word.substr(0, 60) + "' is taken for a failure when run");
    config.status = outcome ? outcome->status : Status::failed;
    config.reason = outcome ? outcome->reason : "runtime";
    config.objective.reset();
    config.samples_s.clear();
}

std::string_view error_of(const RecordedConfig& config) {
    const auto* found = std::ranges::find(error_words, config.reason, &ErrorWord::reason);
    if (found != error_words.end()) return found->word;
    return config.status == Status::invalid ? "InvalidConfig" : "RuntimeFailedConfig";
}

bool has_own_error(const RecordedConfig& config) {
    return config.objective || outcome_of_error(error_of(config))->reason == config.reason;
}

bool grows_with_quality(std::string_view objective) {
    for (const auto part : {"/s", "/W", "/J", "FLOPS", "fitness"})
        if (objective.find(part) != std::string_view::npos) return true;
    return false;
}

void check_objective(double value, const std::string& objective) {
    const bool is_time = objective == "time";
    if (std::isfinite(value) && (is_time ? value > 0 : value >= 0)) return;
    throw InputError("objective '" + objective + "' is " + number_text(value) + ", should be " +
                     (is_time ? "above 0" : "at least 0"));
}

ParameterValue value_from_text(std::string_view text) {
    if (text == "true" || text == "True") return true;
    if (text == "false" || text == "False") return false;
    const auto* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto [rest, error] = std::from_chars(text.data(), end, whole);
        error == std::errc{} && rest == end && !text.empty() && std::to_string(whole) == text)
        return whole;
    double number = 0;
    if (const auto [rest, error] = std::from_chars(text.data(), end, number);
        error == std::errc{} && rest == end && !text.empty() && std::isfinite(number))
        return number;
    return std::string(text);
}

std::string python_text(const ParameterValue& value) {
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "True" : "False";
    auto out = text(value);
    // Python tells a float from a whole number by its point.
    if (std::holds_alternative<double>(value) && out.find_first_of(".einf") == std::string::npos) out += ".0";
    return out;
}

}  // namespace ridge::tuner
