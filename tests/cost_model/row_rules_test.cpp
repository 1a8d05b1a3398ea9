// SPDX-License-Identifier: Apache-2.0
#include "cost_model/validation/row_rules.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

RowRules rules(const char* text) {
    const auto json = parse_json(text, "rows.json");
    return RowRules::from_json(JsonReader(json, "rows.json"));
}

TEST(RowRules, HoldWhereAllOfTheirColumnsAreSo) {
    const auto some = rules(R"({
        "left_out": [{"when": {"metric": {"ends": "_p99"}}, "reason": "first"},
                     {"when": {"metric": {"begins": "ttft"}, "conditions": {"contains": "HOST"}}, "reason": "second"}],
        "meanings": [{"when": {"class": {"is": "mine"}}, "means": {"beams": 2, "kept_up": true}, "from": "a"},
                     {"when": {"source": {"is": "s"}}, "means": {"beams": 3}, "from": "b"}]})");
    PublishedRow one;
    one.metric = "ttft_p99", one.conditions = "with host";
    EXPECT_EQ(some.left_out(one, ""), "first");
    one.metric = "ttft";
    EXPECT_EQ(some.left_out(one, ""), "second");
    one.conditions = "alone";
    EXPECT_FALSE(some.left_out(one, ""));
    EXPECT_EQ(some.traits(one, "other").beams, 1);
    EXPECT_EQ(some.traits(one, "mine").beams, 2);
    EXPECT_TRUE(some.traits(one, "mine").kept_up);
    one.source = "s";
    EXPECT_EQ(some.traits(one, "mine").beams, 3) << "later rules over earlier ones";
}

TEST(RowRules, RefuseWhatIsNone) {
    for (const auto* left_out :
         {R"({"when": {"metrics": {"is": "a"}}, "reason": "r"})", R"({"when": {}, "reason": "r"})",
          R"({"when": {"metric": {"like": "a"}}, "reason": "r"})",
          R"({"when": {"metric": {"is": "a", "ends": "b"}}, "reason": "r"})",
          R"({"when": {"metric": {"is": 3}}, "reason": "r"})", R"({"when": {"metric": {"is": "a"}}})",
          R"({"when": {"metric": {"is": "a"}}, "reason": "r", "why": "w"})"})
        EXPECT_THROW(
            (void)rules((R"({"meanings": [], "left_out": [)" + std::string(left_out) + "]}").c_str()),
            InputError)
            << left_out;
    for (const auto* means : {R"({"beam": 2})", R"({"beams": 0})", R"({"beams": 1.5})", R"({"kept_up": 1})"})
        EXPECT_THROW(
            (void)rules(
                (R"({"left_out": [], "meanings": [{"when": {"unit": {"is": "s"}}, "from": "a", "means": )" +
                 std::string(means) + "}]}")
                    .c_str()),
            InputError)
            << means;
}

}  // namespace
}  // namespace ridge::cost_model
