// SPDX-License-Identifier: Apache-2.0
#include "reports/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <set>
#include <sstream>

#include "core/error.hpp"

namespace ridge::reports {
namespace {

Table two_rows() {
    Table table("calls", "Calls", {"call", "time_s", "roof_share", "library"});
    table.add_row()
        .set("call", "gemm m=1, k=2")
        .set("time_s", 0.00125)
        .set("roof_share", 0.5)
        .set("library", "say \"hi\"");
    table.add_row().set("call", "stream_read").set("time_s", 3e-6).missing("library", "no library runs it");
    return table;
}

TEST(Table, TextAlignsNumbersToTheRight) {
    EXPECT_EQ(to_text(two_rows()),
              "Call              Time  Of roof  Library\n"
              "gemm m=1, k=2  1.25 ms   50.0 %  say \"hi\"\n"
              "stream_read    3.00 µs        –  –\n");
}

TEST(Table, BoldTouchesOnlyTheHeader) {
    const auto plain = to_text(two_rows());
    const auto bold = to_text(two_rows(), true);
    EXPECT_THAT(bold, testing::StartsWith("\033[1mCall"));
    EXPECT_EQ(bold.substr(bold.find('\n')), plain.substr(plain.find('\n')));
}

TEST(Table, CsvIsUnroundedAndQuoted) {
    EXPECT_EQ(to_csv(two_rows()),
              "call,time_s,roof_share,library\r\n"
              "\"gemm m=1, k=2\",0.00125,0.5,\"say \"\"hi\"\"\"\r\n"
              "stream_read,3e-06,,\r\n");
}

TEST(Table, JsonSaysWhyAValueIsMissing) {
    const auto json = to_json(two_rows());
    EXPECT_EQ(json["table"], "calls");
    EXPECT_EQ(json["columns"][1]["unit"], "s");
    EXPECT_EQ(json["rows"][0]["time_s"], 0.00125);
    EXPECT_TRUE(json["rows"][1]["library"].is_null());
    EXPECT_EQ(json["rows"][1]["library_reason"], "no library runs it");
}

TEST(Table, FilesHaveTheSignsRemarksAndFlags) {
    Table table("t", "T", {"time_s", "roof_share", "samples"});
    table.add_row().set("time_s", 0.5).bound("time_s", "≥", "bare roof").set("roof_share", 1.5);
    table.flag("roof_share", "above, by far").set("samples", 3.0).note("samples", "few");
    table.add_row().set("time_s", 2.0).set("roof_share", 0.5);
    EXPECT_EQ(to_csv(table),
              "time_s,time_s_bound,roof_share,roof_share_flag,samples\r\n"
              "0.5,≥,1.5,\"above, by far\",3\r\n"
              "2,,0.5,,\r\n");
    const auto row = to_json(table)["rows"][0];
    EXPECT_EQ(row["time_s_bound"], "≥");
    EXPECT_EQ(row["time_s_note"], "bare roof");
    EXPECT_EQ(row["roof_share_flag"], true);
    EXPECT_EQ(row["samples_note"], "few");
    EXPECT_FALSE(row.contains("samples_flag"));
    EXPECT_FALSE(to_json(table)["rows"][1].contains("time_s_bound"));
}

TEST(Table, RefusesNumbersThatAreNotFinite) {
    Table table("t", "T", {"time_s"});
    table.add_row();
    EXPECT_THROW(table.set("time_s", std::numeric_limits<double>::quiet_NaN()), Error);
    EXPECT_THROW(table.set("time_s", std::numeric_limits<double>::infinity()), Error);
    EXPECT_THROW(table.set("call", "x"), Error);
}

TEST(Table, SeveralTablesOnAStream) {
    std::ostringstream text, json;
    write_tables(text, {two_rows(), two_rows()}, TableFormat::text);
    EXPECT_THAT(text.str(), testing::StartsWith("Calls\n\nCall "));
    write_tables(json, {two_rows()}, parse_table_format("json"));
    EXPECT_EQ(parse_json(json.str(), "test")["calls"]["rows"].size(), 2U);
    EXPECT_THROW(static_cast<void>(parse_table_format("xml")), InputError);
}

TEST(Metrics, HaveUniqueIdsTitlesAndExplanations) {
    std::set<std::string_view> ids;
    for (const auto& one : metrics()) {
        EXPECT_TRUE(ids.insert(one.id).second) << one.id << " stands twice";
        EXPECT_FALSE(one.title.empty()) << one.id;
        EXPECT_THAT(std::string(one.explanation), testing::EndsWith(".")) << one.id;
        EXPECT_EQ(one.format == nullptr && !one.unit.empty(), false) << one.id << " has a unit but is a text";
    }
    EXPECT_THROW(static_cast<void>(metric("nonsense")), Error);
}

TEST(Metrics, FormatMoneyInReadableDigits) {
    const auto format = metric("cost_per_million_tokens_usd").format;
    EXPECT_EQ(format(0.0312), "$0.0312");
    EXPECT_EQ(format(1.234), "$1.23");
    EXPECT_EQ(format(45.678), "$45.68");
    EXPECT_EQ(format(345.678), "$345.68");
}

TEST(Colour, FollowsModeThenEnvironmentThenTerminal) {
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    EXPECT_TRUE(colour_wanted("auto", true));
    EXPECT_FALSE(colour_wanted("auto", false));
    EXPECT_TRUE(colour_wanted("always", false));
    EXPECT_FALSE(colour_wanted("never", true));
    setenv("CLICOLOR_FORCE", "1", 1);
    EXPECT_TRUE(colour_wanted("auto", false));
    setenv("NO_COLOR", "1", 1);
    EXPECT_FALSE(colour_wanted("auto", true));
    EXPECT_TRUE(colour_wanted("always", true));
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    setenv("TERM", "dumb", 1);
    EXPECT_FALSE(colour_wanted("auto", true));
    EXPECT_THROW(static_cast<void>(colour_wanted("sometimes", true)), InputError);
}

}  // namespace
}  // namespace ridge::reports
