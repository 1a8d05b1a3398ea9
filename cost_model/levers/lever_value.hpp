// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ridge::cost_model {

/// What a lever is set to: fields between ':' as in "0.6:0.15:ssd". Every reading complains with the lever's
/// name, the text and what would be right.
class LeverValue {
  public:
    LeverValue(std::string lever, std::string text);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    /// Field `index`; `fallback` where the text has no more fields.
    [[nodiscard]] double number(std::size_t index, double least, double most) const;
    [[nodiscard]] double number_or(std::size_t index, double fallback, double least, double most) const;
    [[nodiscard]] std::int64_t count(std::size_t index, std::int64_t least, std::int64_t most) const;
    [[nodiscard]] std::string word(std::size_t index) const;
    [[noreturn]] void fail(const std::string& wanted) const;

  private:
    std::string lever_, text_;
    std::vector<std::string> fields_;
};

}  // namespace ridge::cost_model
