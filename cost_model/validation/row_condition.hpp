// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "cost_model/validation/published_row.hpp"

namespace ridge::cost_model {

/// What a word of the published table has to be like, in small or capital letters:
/// {"is": text}, {"begins": text}, {"ends": text} or {"contains": text}.
class TextCondition {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static TextCondition from_json(const JsonReader& json);
    [[nodiscard]] bool holds(std::string_view text) const;

  private:
    bool (*matches_)(std::string_view, std::string_view) = nullptr;
    std::string part_;
};

/// What several columns of a row have to be like, all at once: {"metric": {"ends": "_p99"}}. "class" is that
/// of the framework (configs/published/names.json).
class RowCondition {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static RowCondition from_json(const JsonReader& json);
    [[nodiscard]] bool holds(const PublishedRow& row, std::string_view framework_class) const;

  private:
    struct Column {
        std::string PublishedRow::*text;  // null: the framework's class
        TextCondition condition;
    };
    std::vector<Column> columns_;
};

}  // namespace ridge::cost_model
