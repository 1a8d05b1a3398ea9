// SPDX-License-Identifier: Apache-2.0
// Files that programs load their best configurations from: wisdom, vLLM's mixture of experts, Triton's
// autotuner.
#include "space_support.hpp"
#include "tuner/formats/moe_configs.hpp"
#include "tuner/formats/triton_autotune.hpp"
#include "tuner/formats/wisdom.hpp"

namespace ridge::tuner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Wisdom wisdom_of(const std::string& text) { return read_wisdom(unpack_document(text, "f")); }
MoeConfigs moe_of(const std::string& text) { return read_moe_configs(unpack_document(text, "f")); }

TEST(WisdomFile, IsReadLineByLine) {
    const auto wisdom = read_wisdom(read_document(data_folder / "example.wisdom"));
    EXPECT_EQ(wisdom.key, "example kernel");
    EXPECT_THAT(wisdom.parameters, ElementsAre("block_size_x", "block_size_y"));
    ASSERT_THAT(wisdom.entries, SizeIs(5));
    EXPECT_EQ(wisdom.entries[0].device, "K20");
    EXPECT_EQ(wisdom.entries[0].objective, 0.5);
    EXPECT_THAT(wisdom.entries[4].problem_size, ElementsAre(200, 100));
    EXPECT_EQ(wisdom.dropped, 1U);
    EXPECT_THAT(wisdom.notes, ElementsAre(HasSubstr("line 8: key 'config' is [4], should be a list of 2")));
}

TEST(WisdomFile, GivesTheSpaceOfItsMostFrequentDeviceAndProblem) {
    const auto space = read_recorded_space(data_folder / "example.wisdom");
    EXPECT_EQ(space.device, "A100");
    EXPECT_EQ(space.problem, "[100,100]");
    EXPECT_EQ(space.configs.size(), 2U);
    EXPECT_EQ(*find_config(space, "block_size_x=4 block_size_y=1").objective, 0.25e-3);
    EXPECT_EQ(space.dropped, 1U);
    EXPECT_THAT(space.notes, Contains(HasSubstr("2 entries of other devices or problem sizes")));
}

TEST(WisdomFile, WriterKeepsOtherDevicesAndTheBestFive) {
    auto space = read_recorded_space(data_folder / "example.wisdom");
    space.configs.clear();
    for (std::int64_t x = 1; x <= 8; ++x) {
        RecordedConfig recorded;
        recorded.config.set("block_size_x", x);
        recorded.config.set("block_size_y", std::int64_t{1});
        recorded.status = Status::ok;
        recorded.objective = 1e-3 * static_cast<double>(x);
        space.configs.push_back(recorded);
    }
    const auto older = read_wisdom(read_document(data_folder / "example.wisdom"));
    const auto text = write_wisdom(space, older).text;
    EXPECT_THAT(text,
                HasSubstr("{\"config\": [2, 1], \"problem_size\": [100, 100], \"environment\": "
                          "{\"device_name\": \"K20\", \"device_driver_version\": \"535\"}, \"time\": 0.5}"));
    EXPECT_THAT(text, HasSubstr("[200, 100]"));
    const auto merged = wisdom_of(text);
    EXPECT_EQ(merged.dropped, 0U);
    ASSERT_THAT(merged.entries, SizeIs(2 + wisdom_results));
    // The older 4,1 was measured again and is slower now; the older 4,2 stays the best.
    EXPECT_EQ(merged.entries[2].config.text(), "block_size_x=4 block_size_y=2");
    EXPECT_EQ(merged.entries[2].objective, 0.125);
    EXPECT_EQ(merged.entries[6].config.text(), "block_size_x=4 block_size_y=1");
    EXPECT_EQ(merged.entries[6].objective, 4);
}

TEST(WisdomFile, RoundTrip) {
    const auto space = read_recorded_space(data_folder / "example.wisdom");
    expect_same(space, read_text(write_wisdom(space).text));
    EXPECT_EQ(wisdom_file_name("sum<float, 4>"), "sum_float__4_.wisdom");
}

TEST(WisdomFile, SaysWhatIsWrong) {
    EXPECT_EQ(message_of([] { (void)wisdom_of("# nothing\n"); }), "f: no header with 'tunable_parameters'");
    EXPECT_EQ(message_of([] { (void)wisdom_of(R"({"version": "2.0", "tunable_parameters": ["a"]})"); }),
              "f, line 1: key 'version' is \"2.0\", should be 1.0 or another version 1");
    EXPECT_EQ(message_of_reading(R"({"version": "1.0", "tunable_parameters": ["a"]})"),
              "f: no sound configuration in it");
    auto space = read_recorded_space(data_folder / "example.wisdom");
    const auto older = read_wisdom(read_document(data_folder / "example.wisdom"));
    space.kernel = "another";
    EXPECT_EQ(message_of([&] { (void)write_wisdom(space, older); }),
              "the older wisdom is of the kernel 'example kernel', not 'another'");
    space.problem = "large";
    EXPECT_THAT(message_of([&] { (void)write_wisdom(space); }), HasSubstr("the space has 'large'"));
    space.device.clear();
    EXPECT_THAT(message_of([&] { (void)write_wisdom(space); }), HasSubstr("kept by device"));
}

TEST(TritonAutotune, GivesTimesAndFailures) {
    const auto space = read_recorded_space(data_folder / "sum_kernel.autotune.json");
    EXPECT_EQ(space.kernel, "sum_kernel");
    EXPECT_EQ(space.problem, "[1024,\"torch.float16\"]");
    EXPECT_EQ(space.configs.size(), 3U);
    EXPECT_EQ(space.valid(), 2U);
    EXPECT_EQ(space.dropped, 1U);
    const auto& first = find_config(space, "BLOCK=64 UNROLL=true num_ctas=1 num_stages=3 num_warps=4");
    EXPECT_EQ(*first.objective, 0.5e-3);
    ASSERT_THAT(first.more, SizeIs(2));
    EXPECT_EQ(first.more[0].name, "time_p20");
    EXPECT_EQ(first.more[1].value, 0.75e-3);
    EXPECT_EQ(space.configs[2].reason, "runtime");
    EXPECT_THAT(space.notes, ElementsAre(HasSubstr("line 5: objective 'time' is -1")));
}

TEST(TritonAutotune, RoundTrip) {
    const auto space = read_recorded_space(data_folder / "sum_kernel.autotune.json");
    const auto written = write_triton_autotune(space);
    EXPECT_THAT(written.text, HasSubstr("Infinity"));
    const auto again = read_text(written.text);
    EXPECT_EQ(again.dropped, 0U);
    EXPECT_EQ(again.problem, space.problem);
    EXPECT_EQ(again.parameters.json(), space.parameters.json());
    expect_same(space, again);
    EXPECT_EQ(write_triton_autotune(again).text, written.text);
}

TEST(TritonAutotune, SaysWhatIsWrong) {
    EXPECT_THAT(message_of_reading(R"({"key": [], "configs_timings": [[{"kwargs": {}}, 1]]})"),
                HasSubstr("should be a configuration with a parameter or more"));
    EXPECT_THAT(message_of_reading(R"({"key": [], "configs_timings": [[{"kwargs": {"A": 1}}]]})"),
                HasSubstr("should be a pair of a configuration and a timing"));
    EXPECT_THAT(message_of_reading(R"({"key": [], "configs_timings": [[{"kwargs": {"A": 1}}, []]]})"),
                HasSubstr("a number of milliseconds or a list of them"));
}

TEST(MoeConfigs, AreReadAndFoundByTheNearestNumberOfTokens) {
    const auto moe = read_moe_configs(read_document(data_folder / "moe.json"));
    EXPECT_EQ(moe.triton_version, "3.5.0");
    ASSERT_THAT(moe.configs, SizeIs(3));
    EXPECT_EQ(moe.nearest(1).integer("num_stages"), 4);
    EXPECT_EQ(moe.nearest(20).integer("BLOCK_SIZE_N"), 128);
    EXPECT_EQ(moe.nearest(520).integer("BLOCK_SIZE_M"), 16);
    EXPECT_EQ(moe.nearest(521).integer("BLOCK_SIZE_M"), 128);
    EXPECT_EQ(moe.nearest(1'000'000'000).integer("waves_per_eu"), 2);
}

TEST(MoeConfigs, RoundTrip) {
    const auto moe = read_moe_configs(read_document(data_folder / "moe.json"));
    const auto again = moe_of(write_moe_configs(moe).text);
    EXPECT_EQ(again.triton_version, moe.triton_version);
    EXPECT_EQ(again.configs, moe.configs);
}

TEST(MoeConfigs, FilesAreNamedAsVllmLooksThemUp) {
    EXPECT_EQ(moe_file_name({8, 7168, "NVIDIA H100 80GB HBM3", "fp8_w8a8", {}}),
              "E=8,N=7168,device_name=NVIDIA_H100_80GB_HBM3,dtype=fp8_w8a8.json");
    EXPECT_EQ(moe_file_name({256, 128, "NVIDIA H200 NVL", "", {128, 128}}),
              "E=256,N=128,device_name=NVIDIA_H200,block_shape=[128,128].json");
}

TEST(MoeConfigs, TakeTheOptimumOfASpace) {
    const auto space = read_text(
        "BLOCK_SIZE_M,BLOCK_SIZE_N,BLOCK_SIZE_K,GROUP_SIZE_M,num_warps,num_stages,extra,status,time_ms\n"
        "16,32,64,1,4,3,7,ok,2\n32,32,64,1,8,2,7,ok,1\n");
    MoeConfigs moe;
    EXPECT_THAT(put_optimum(moe, space, 64), Contains(HasSubstr("parameter 'extra'")));
    EXPECT_EQ(moe.configs.at(64).integer("num_warps"), 8);
    EXPECT_FALSE(moe.configs.at(64).has("extra"));
    const auto other = read_recorded_space(data_folder / "flat.csv");
    EXPECT_THAT(message_of([&] { (void)put_optimum(moe, other, 1); }),
                HasSubstr("parameter 'BLOCK_SIZE_M' is missing"));
}

TEST(MoeConfigs, SayWhatIsWrong) {
    const auto message = [](const std::string& text) { return message_of([&] { (void)moe_of(text); }); };
    EXPECT_EQ(message("{}"), "f: no configuration in it");
    EXPECT_THAT(message(R"({"many": {}})"), HasSubstr("under a number of tokens such as \"16\""));
    EXPECT_THAT(message(R"({"0": {}})"), HasSubstr("above 0"));
    EXPECT_THAT(message(R"({"1": {"BLOCK_SIZE_M": 16}})"), HasSubstr("with 'BLOCK_SIZE_N'"));
    EXPECT_THAT(message(R"({"1": {"BLOCK_SIZE_M": "wide"}})"), HasSubstr("should be a whole number"));
    EXPECT_THAT(message("{\"99999999999999999999\": {}}"), HasSubstr("number of tokens"));
    EXPECT_THAT(message_of_reading(read_file(data_folder / "moe.json")), HasSubstr("have no times"));
}

TEST(BestConfigFiles, CutAtEveryByte) {
    expect_cuts_survive(read_file(data_folder / "example.wisdom"), false);
    expect_cuts_survive(read_file(data_folder / "sum_kernel.autotune.json"), false);
    const auto moe = read_file(data_folder / "moe.json");
    for (std::size_t length = 0; length + 2 < moe.size(); ++length)
        EXPECT_THAT(message_of([&] { (void)moe_of(moe.substr(0, length)); }), testing::StartsWith("f"))
            << length;
}

}  // namespace
}  // namespace ridge::tuner
