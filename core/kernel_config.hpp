// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.hpp"

namespace ridge {

/// Value of a tunable parameter.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

[[nodiscard]] std::string text(const ParameterValue& value);
[[nodiscard]] Json to_json(const ParameterValue& value);
[[nodiscard]] ParameterValue parameter_value(const JsonReader& json);

/// Values of an implementation's tunable parameters, by name. Text, and key in the store: "mc=96 mr=12 nr=2"
/// (names in alphabetical order, "" without parameters).
class KernelConfig {
  public:
    KernelConfig() = default;
    explicit KernelConfig(std::map<std::string, ParameterValue> values) : values_(std::move(values)) {}

    [[nodiscard]] std::string text() const;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static KernelConfig from_json(const JsonReader& json);

    void set(const std::string& name, ParameterValue value) { values_[name] = std::move(value); }
    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
    /// Throw InputError when the parameter is missing or of another type.
    [[nodiscard]] std::int64_t integer(const std::string& name) const;
    [[nodiscard]] const std::string& word(const std::string& name) const;
    [[nodiscard]] const std::map<std::string, ParameterValue>& values() const { return values_; }
    bool operator==(const KernelConfig&) const = default;

  private:
    std::map<std::string, ParameterValue> values_;
};

struct TunableParameter {
    std::string name;
    std::vector<ParameterValue> values;  ///< every value that may be chosen, at least one
    ParameterValue default_value;        ///< one of them
    std::string meaning;
};

/// What may be tuned: parameters, and constraints as expressions over their names, e.g. "mc % mr == 0".
struct ParameterSpace {
    std::vector<TunableParameter> parameters;
    std::vector<std::string> constraints;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static ParameterSpace from_json(const JsonReader& json);
    [[nodiscard]] KernelConfig default_config() const;
};

}  // namespace ridge
