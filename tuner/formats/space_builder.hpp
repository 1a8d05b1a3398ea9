// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tuner/recorded_space.hpp"

namespace ridge::tuner {

/// Gathers what a reader finds into a RecordedSpace: drops what is not sound, counts it and says where.
class SpaceBuilder {
  public:
    explicit SpaceBuilder(std::string file) : file_(std::move(file)) {}

    RecordedSpace space;  ///< names, objective, unit, constraints; finish() fills the rest

    /// Names of the parameters in the order of the file, and the values that the file says they have: none
    /// for "it does not say". Throws InputError when a name stands twice.
    void set_parameters(std::vector<std::string> names);
    void set_values(const std::string& name, std::vector<ParameterValue> values);
    /// What the default is where a file says so; else the first configuration of the file.
    void set_default(const std::string& name, ParameterValue value);
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// Takes the objective's name; where more of it is better, the time takes its place, with a note.
    void set_objective(const std::string& name);

    /// Adds what read() returns; where it throws InputError, the entry is dropped with that message. A
    /// configuration that came before, or has a value that its parameter does not have, is dropped too.
    void add(const std::function<std::string()>& place, const std::function<RecordedConfig()>& read);
    /// Counts an entry as dropped.
    void drop(const std::string& why);
    /// The same remark once only.
    void note(const std::string& text);
    /// The text ended in the middle; `in_entry`: in an entry, which is dropped.
    void note_cut(bool in_entry);

    /// Throws InputError naming the file when no configuration is left.
    [[nodiscard]] RecordedSpace finish();

  private:
    void check(const RecordedConfig& config) const;

    std::string file_;
    std::vector<std::string> names_;
    std::map<std::string, std::vector<ParameterValue>, std::less<>> values_;
    std::map<std::string, ParameterValue, std::less<>> defaults_;
    std::unordered_set<std::string> seen_;
    std::string first_drop_;
    bool cut_ = false;
};

/// Kernel Tuner and its relatives count in milliseconds.
inline constexpr double ms_per_second = 1e3;

/// How a text in the place of an objective, or an error's name, is understood: "CompilationFailedConfig" is
/// failed for "compile". Nothing for a word that is none of the known ones.
struct ErrorOutcome {
    Status status;
    std::string reason;
};
[[nodiscard]] std::optional<ErrorOutcome> outcome_of_error(std::string_view word);
/// Marks an entry as one that has no objective because of the error `word`; an unknown word counts as a
/// failure when run, with a note.
void fail_with(RecordedConfig& config, const std::string& word, SpaceBuilder& builder);
/// The name that Kernel Tuner has for it, or for what comes nearest.
[[nodiscard]] std::string_view error_of(const RecordedConfig& config);
/// Whether that name says all: not for a time-out or a wrong result.
[[nodiscard]] bool has_own_error(const RecordedConfig& config);

/// Whether an objective is one of those of which more is better ("GFLOP/s"), which no reader takes.
[[nodiscard]] bool grows_with_quality(std::string_view objective);
/// Throws InputError unless the number is finite, and above 0 for a time, at least 0 for others.
void check_objective(double value, const std::string& objective);

/// "16", "0.5", "true", or any other text: the narrowest value that reads back to the same text.
[[nodiscard]] ParameterValue value_from_text(std::string_view text);
/// As Python prints it: True, 16, 0.5, and a text without quotes.
[[nodiscard]] std::string python_text(const ParameterValue& value);

}  // namespace ridge::tuner
