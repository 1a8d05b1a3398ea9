// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/t4.hpp"

#include "space_support.hpp"

namespace ridge::tuner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(T4, GivesUnitsOutcomesAndAllQuantities) {
    const auto space = read_recorded_space(data_folder / "t4.json");
    EXPECT_EQ(space.objective, "time");
    EXPECT_EQ(space.unit, "s");
    EXPECT_EQ(space.configs.size(), 5U);
    EXPECT_EQ(space.valid(), 2U);
    const auto& first = find_config(space, "block=32 fast=true mode=row");
    EXPECT_EQ(*first.objective, 2.5e-3);
    EXPECT_THAT(first.samples_s, ElementsAre(2.75e-3, 2.5e-3, 2.25e-3));
    EXPECT_EQ(first.compile_s, 0.1);
    EXPECT_DOUBLE_EQ(first.benchmark_s, 7.5e-3);
    EXPECT_DOUBLE_EQ(first.cost_s(), 0.111);
    ASSERT_EQ(first.more.size(), 1U);
    EXPECT_EQ(first.more[0].name, "energy");
    EXPECT_EQ(first.more[0].unit, "J");
    EXPECT_EQ(first.more[0].value, 0.25);
    const auto& second = find_config(space, "block=64 fast=true mode=row");
    EXPECT_EQ(*second.objective, 1.25e-3);
    EXPECT_EQ(second.compile_s, 0.05);
    EXPECT_EQ(find_config(space, "block=128 fast=true mode=row").reason, "runtime");
    EXPECT_EQ(find_config(space, "block=128 fast=false mode=row").status, Status::wrong);
    EXPECT_EQ(find_config(space, "block=256 fast=true mode=row").status, Status::invalid);
}

TEST(T4, DropsWhatIsUnsoundAndSaysWhere) {
    const auto space = read_recorded_space(data_folder / "t4.json");
    EXPECT_EQ(space.dropped, 4U);
    EXPECT_THAT(space.notes,
                Contains(HasSubstr("t4.json, line 7: objective 'time' is missing in the measurements")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("t4.json, line 8: parameter 'mode' is missing")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("key 'invalidity' is \"perhaps\", should be timeout")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("'block=64 fast=true mode=row' came before")));
}

TEST(T4, RoundTrip) {
    const auto space = read_recorded_space(data_folder / "t4.json");
    const auto written = write_t4(space);
    EXPECT_THAT(written.lost, ElementsAre());
    const auto again = read_text(written.text);
    EXPECT_EQ(again.dropped, 0U);
    expect_same(space, again);
    EXPECT_EQ(write_t4(again).text, written.text);
}

TEST(T4, RoundTripOfAKernelTunerCache) {
    const auto space = read_recorded_space(data_folder / "kernel_tuner_cut.json");
    const auto again = read_text(write_t4(space).text);
    expect_same(space, again);
    EXPECT_EQ(again.kernel, "sum");
    EXPECT_EQ(again.device, "Example GPU");
    EXPECT_EQ(again.problem, "[4096,16]");
}

TEST(T4, IsWrittenAsOthersReadIt) {
    RecordedSpace space;
    space.parameters.parameters = {{"b", {std::int64_t{1}}, std::int64_t{1}, ""}};
    RecordedConfig failed;
    failed.config.set("b", std::int64_t{1});
    failed.reason = "compile";
    space.configs = {failed};
    const auto json = parse_json(write_t4(space).text, "written");
    EXPECT_EQ(json["schema_version"], "1.0.0");
    EXPECT_EQ(json["metadata"]["timeunit"], "milliseconds");
    const auto& row = json["results"][0];
    EXPECT_EQ(row["invalidity"], "compile");
    EXPECT_EQ(row["measurements"][0]["value"], "CompilationFailedConfig");
    EXPECT_EQ(row["times"]["compilation_time"], 0.0);
    EXPECT_FALSE(row["times"].contains("runtimes"));
}

TEST(T4, CutAtEveryByte) {
    expect_cuts_survive(read_file(data_folder / "t4.json"), false);
    expect_cuts_survive(read_file(data_folder / "t4.json"), true);
}

TEST(T4, ACutFileKeepsItsWholeRows) {
    const auto text = read_file(data_folder / "t4.json");
    const auto space = read_text(text.substr(0, text.find("\"block\": 128, \"fast\": false")));
    EXPECT_EQ(space.configs.size(), 3U);
    EXPECT_EQ(space.dropped, 1U);
    EXPECT_THAT(space.notes, Contains(HasSubstr("f: the file ends in the middle of an entry")));
}

TEST(T4, SaysWhatIsWrong) {
    EXPECT_EQ(message_of_reading(R"({"schema_version": "2.0.0", "results": []})"),
              "f: key 'schema_version' is \"2.0.0\", should be 1.0.0 or another version 1");
    EXPECT_EQ(message_of_reading(R"({"schema_version": 1, "results": []})"),
              "f: key 'schema_version' is 1, should be a text");
    EXPECT_THAT(message_of_reading(R"({"metadata": {"timeunit": "fortnights"}, "results": []})"),
                HasSubstr("key 'metadata.timeunit' is \"fortnights\", should be milliseconds"));
    EXPECT_THAT(message_of_reading(R"({"schema_version": "1.0.0", "results": []})"),
                HasSubstr("f: no sound configuration in it"));
    EXPECT_THAT(message_of_reading(R"({"schema_version": "1.0.0", "metadata": {}, "results": 5})"),
                "f, line 1: '5' stands where an object or an array should be");
    EXPECT_THAT(message_of_reading(R"({"metadata": {}, "results": [{"configuration": {"a": 1}, "times": {},
        "invalidity": "correct", "measurements": [{"name": "time", "value": -2}]}]})"),
                HasSubstr("objective 'time' is -0.002, should be above 0"));
}

}  // namespace
}  // namespace ridge::tuner
