// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cost_model/validation/row_condition.hpp"

namespace ridge::cost_model {

/// What a row's columns mean together, where none of them says it alone.
struct RowTraits {
    bool kept_up = false;          ///< a batch that is a number is kept up by new requests
    bool decode_alone = false;     ///< of a batch, the tokens after the first were timed
    bool experts_on_host = false;  ///< routed experts are computed by the processor
    double beams = 1;              ///< that a sequence is searched with
};

/// How rows of the published table are taken that do not speak for themselves: which are left out and why,
/// and what others mean (configs/published/rows.json).
class RowRules {
  public:
    /// Throws InputError naming file, key and value.
    [[nodiscard]] static RowRules from_json(const JsonReader& json);
    [[nodiscard]] static RowRules load();

    /// The reason of the first rule that leaves the row out; nothing when none does.
    [[nodiscard]] std::optional<std::string> left_out(const PublishedRow& row,
                                                      std::string_view framework_class) const;
    /// By all rules that hold, later ones over earlier ones.
    [[nodiscard]] RowTraits traits(const PublishedRow& row, std::string_view framework_class) const;

  private:
    struct Setting {
        void (*set)(RowTraits&, double);
        double value;
    };
    struct Meaning {
        RowCondition when;
        std::vector<Setting> settings;
    };
    [[nodiscard]] static Meaning meaning_of(const JsonReader& json);

    std::vector<std::pair<RowCondition, std::string>> left_out_;
    std::vector<Meaning> meanings_;
};

}  // namespace ridge::cost_model
