// SPDX-License-Identifier: Apache-2.0
// Reading recorded spaces that other programs wrote: the public ones, and small files with every fault.
#include "space_support.hpp"

namespace ridge::tuner {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

// As the README beside the files gives it.
struct Public {
    const char* file;
    std::size_t configs, valid;
    double best_ms, median_ms;
    const char* best;  // values in the order of the file's parameters
    double median_cost_s;
};
const Public public_spaces[] = {
    {"convolution_milo_A100.json.gz", 4362, 4201, 0.5536, 1.83395, "32,4,1,3,1,0,1,1,15,15", 2.406},
    {"convolution_milo_MI250X.json.gz", 4362, 4362, 0.658796, 19.8544, "64,1,2,4,1,0,0,1,15,15", 1.634},
    {"pnpoly_RTX_3090.json.gz", 4092, 3762, 7.22419, 12.9472, "0,256,20,2", 0.263},
    {"convolution_RTX_2080_Ti.json.gz", 6768, 5256, 0.706112, 2.24742, "128,2,15,15,1,1,7,0", 1.868},
    {"dedispersion_milo_A100.csv.gz", 11130, 11130, 68.1166, 72.499, "4,64,1,1,3,0,1,0", 3.181},
    {"dedispersion_milo_MI250X.csv.gz", 11130, 11130, 49.5725, 117.819, "8,32,1,1,1,0,0,0", 4.647},
    {"gemm_RTX_3090.csv.gz", 17956, 17956, 5.65784, 14.5796, "128,128,32,16,8,16,32,2,8,2,0,0,1,1,32", 0.884},
};

// Of an even number of times the README takes the larger of the two in the middle; of costs their mean.
std::pair<double, double> middle(std::vector<double> values) {
    std::ranges::sort(values);
    return {values[(values.size() - 1) / 2], values[values.size() / 2]};
}

std::string values_text(const RecordedSpace& space, const KernelConfig& config) {
    std::string out;
    for (const auto& parameter : space.parameters.parameters)
        out += (out.empty() ? "" : ",") + text(config.values().at(parameter.name));
    return out;
}

void expect_like(const RecordedSpace& space, const Public& wanted) {
    EXPECT_EQ(space.configs.size(), wanted.configs);
    EXPECT_EQ(space.valid(), wanted.valid);
    EXPECT_EQ(space.dropped, 0U);
    EXPECT_THAT(space.notes, ElementsAre());
    EXPECT_EQ(space.objective, "time");
    EXPECT_EQ(space.unit, "s");
    ASSERT_TRUE(space.optimum());
    const auto& best = space.configs[*space.optimum()];
    // The README rounds to six digits, costs to milliseconds.
    EXPECT_NEAR(*best.objective * 1e3, wanted.best_ms, wanted.best_ms * 1e-5);
    EXPECT_EQ(values_text(space, best.config), wanted.best);
    std::vector<double> times, costs;
    for (const auto& config : space.configs) {
        costs.push_back(config.cost_s());
        if (config.objective) times.push_back(*config.objective);
    }
    EXPECT_NEAR(middle(times).second * 1e3, wanted.median_ms, wanted.median_ms * 1e-5);
    const auto cost = middle(costs);
    EXPECT_NEAR((cost.first + cost.second) / 2, wanted.median_cost_s, 0.6e-3);
}

TEST(RecordedFile, PublicSpacesHaveTheNumbersOfTheirReadme) {
    const auto folder = fs::path(RIDGE_SOURCE_DIR) / "../shared/data/autotune";
    if (!fs::exists(folder)) GTEST_SKIP() << "the public recorded spaces are not beside this checkout";
    for (const auto& wanted : public_spaces) {
        SCOPED_TRACE(wanted.file);
        expect_like(read_recorded_space(folder / wanted.file), wanted);
    }
}

TEST(RecordedFile, KernelTunerCacheKeepsWhatIsSound) {
    const auto space = read_recorded_space(data_folder / "kernel_tuner_cut.json");
    EXPECT_EQ(space.kernel, "sum");
    EXPECT_EQ(space.device, "Example GPU");
    EXPECT_EQ(space.problem, "[4096,16]");
    EXPECT_EQ(space.configs.size(), 5U);
    EXPECT_EQ(space.valid(), 2U);
    EXPECT_EQ(space.dropped, 5U);
    EXPECT_THAT(space.notes,
                Contains(HasSubstr("line 14, entry '64,4,False,row': objective 'time' is -1.5")));
    EXPECT_THAT(space.notes,
                Contains(HasSubstr("line 15, entry '32,1,True,row': objective 'time' is missing")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("its key says unroll=2, the entry itself 1")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("parameter 'unroll' is 3, which is none")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("ends in the middle of an entry")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("5 configurations before the cut are kept")));
}

TEST(RecordedFile, KernelTunerCacheGivesUnitsAndOutcomes) {
    const auto space = read_recorded_space(data_folder / "kernel_tuner_cut.json");
    const auto& first = find_config(space, "block=32 mode=row shared=false unroll=1");
    EXPECT_EQ(first.status, Status::ok);
    EXPECT_DOUBLE_EQ(*first.objective, 2.5e-3);
    EXPECT_THAT(first.samples_s, ElementsAre(2.75e-3, 2.5e-3, 2.25e-3));
    EXPECT_DOUBLE_EQ(first.compile_s, 0.1);
    EXPECT_DOUBLE_EQ(first.benchmark_s, 0.02);
    EXPECT_DOUBLE_EQ(first.cost_s(), 0.123);
    ASSERT_EQ(first.more.size(), 1U);
    EXPECT_EQ(first.more[0].name, "GFLOP/s");
    EXPECT_EQ(first.more[0].value, 12.5);
    EXPECT_EQ(find_config(space, "block=32 mode=row shared=false unroll=2").reason, "compile");
    EXPECT_EQ(find_config(space, "block=32 mode=row shared=false unroll=4").reason, "runtime");
    EXPECT_EQ(find_config(space, "block=64 mode=row shared=false unroll=1").status, Status::invalid);
    ASSERT_TRUE(space.optimum());
    EXPECT_EQ(space.configs[*space.optimum()].config.text(), "block=64 mode=row shared=false unroll=2");
}

TEST(RecordedFile, ParametersHaveTheValuesThatOccur) {
    const auto parameters = read_recorded_space(data_folder / "kernel_tuner_cut.json").parameters.parameters;
    ASSERT_EQ(parameters.size(), 4U);
    EXPECT_EQ(parameters[0].name, "block");
    EXPECT_THAT(parameters[0].values, ElementsAre(std::int64_t{32}, std::int64_t{64}));
    EXPECT_EQ(parameters[0].default_value, ParameterValue(std::int64_t{32}));
    EXPECT_THAT(parameters[2].values, ElementsAre(false));
    EXPECT_THAT(parameters[3].values, ElementsAre(std::string("row")));
}

TEST(RecordedFile, CsvGivesUnitsAndOutcomes) {
    const auto space = read_recorded_space(data_folder / "flat.csv");
    EXPECT_EQ(space.configs.size(), 3U);
    EXPECT_EQ(space.valid(), 2U);
    EXPECT_EQ(space.dropped, 2U);
    EXPECT_THAT(space.notes, Contains(HasSubstr("flat.csv, line 5: status is 'Confused'")));
    EXPECT_THAT(space.notes, Contains(HasSubstr("flat.csv, line 6: it has 4 fields, should have 11")));
    const auto& first = find_config(space, "block=64 mode=row, major");
    EXPECT_DOUBLE_EQ(*first.objective, 2.5e-3);
    EXPECT_DOUBLE_EQ(first.cost_s(), 0.1235);
    ASSERT_EQ(first.more.size(), 2U);
    EXPECT_EQ(first.more[0].name, "time_min");
    EXPECT_EQ(first.more[0].unit, "s");
    EXPECT_DOUBLE_EQ(first.more[0].value, 2.25e-3);
    EXPECT_EQ(first.more[1].name, "n_reps");
    EXPECT_EQ(find_config(space, "block=128 mode=plain").reason, "runtime");
    EXPECT_THAT(space.parameters.parameters[0].values,
                ElementsAre(std::int64_t{32}, std::int64_t{64}, std::int64_t{128}));
}

TEST(RecordedFile, GzipIsFoundByContentAndMayBeCut) {
    const auto text = read_file(data_folder / "flat.csv");
    EXPECT_EQ(read_text(pack_gzip(text)).configs.size(), 3U);
    EXPECT_EQ(read_text(pack_gzip(text.substr(0, 200)) + pack_gzip(text.substr(200))).configs.size(), 3U);
    const auto packed = pack_gzip(text);
    const auto cut = unpack_document(packed.substr(0, packed.size() - 9), "f");
    EXPECT_TRUE(cut.cut);
    auto damaged = packed;
    damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] ^ 1);
    EXPECT_THAT(message_of([&] { (void)read_text(damaged); }), HasSubstr("f: its gzip data are damaged"));
    EXPECT_THAT(
        message_of([&] { (void)unpack_document(pack_gzip(std::string(5 << 20, 'x')), "f", 4 << 20); }),
        HasSubstr("f: its text is longer than 4 MiB"));
}

TEST(RecordedFile, CutAtEveryByte) {
    for (const auto* file : {"kernel_tuner_cut.json", "flat.csv"}) {
        SCOPED_TRACE(file);
        expect_cuts_survive(read_file(data_folder / file), false);
        expect_cuts_survive(read_file(data_folder / file), true);
    }
}

TEST(RecordedFile, SaysWhatIsWrong) {
    const auto message = [](const std::string& text) { return message_of([&] { (void)read_text(text); }); };
    EXPECT_THAT(message(""), HasSubstr("f: no recorded search space; can be read: a cache of Kernel Tuner"));
    EXPECT_THAT(message("{}"), HasSubstr("f: no recorded search space"));
    EXPECT_THAT(message(R"({"tune_params_keys": ["a"]})"), "f: key 'cache' is missing");
    EXPECT_THAT(message(R"({"tune_params_keys": ["a", "a"], "cache": {}})"), "f: parameter 'a' stands twice");
    EXPECT_THAT(message(R"({"tune_params_keys": ["a"], "cache": {}})"), "f: no sound configuration in it");
    EXPECT_THAT(message("{\"tune_params_keys\": [\"a\"],\n\"cache\": {\"1\": {\"a\": [1], \"time\": 2}}}"),
                HasSubstr("line 2, entry '1': the entry: key 'a' is [1], should be a number"));
    EXPECT_THAT(message(R"({"tune_params_keys": ["a"], "tune_params": {}, "cache": {}})"),
                "f: key 'a' is missing in 'tune_params'");
    EXPECT_THAT(message("{\"tune_params_keys\": [\"a\"],\n\"cache\": 7 8}"),
                "f, line 2: '8' stands where ',' or '}' should be");
    EXPECT_THAT(message("a,b\n1,2\n"), HasSubstr("f: no recorded search space"));
    EXPECT_THAT(message("a,status\n1,ok\n"), HasSubstr("f: line 1 has no column 'status' with an objective"));
    EXPECT_THAT(message("a,status,time_ms\n1,ok,0\n"), HasSubstr("objective 'time' is 0, should be above 0"));
}

TEST(RecordedFile, ObjectiveOfWhichMoreIsBetterGivesWayToTheTime) {
    const auto space = read_text(R"({"tune_params_keys": ["a"], "objective": "GFLOP/s",
        "cache": {"1": {"a": 1, "time": 2.0, "GFLOP/s": 5}, "2": {"a": 2, "time": 1.0, "GFLOP/s": 10}}})");
    EXPECT_EQ(space.objective, "time");
    EXPECT_EQ(*space.optimum(), 1U);
    EXPECT_THAT(space.notes, Contains(HasSubstr("more of 'GFLOP/s' is better")));
}

TEST(RecordedFile, EnergyCanBeTheObjective) {
    const auto space = read_text(R"({"tune_params_keys": ["a"], "objective": ["energy", "time"],
        "cache": {"1": {"a": 1, "time": 2.0, "energy": 0.5}}})");
    EXPECT_EQ(space.objective, "energy");
    EXPECT_EQ(*space.configs[0].objective, 0.5);
    ASSERT_EQ(space.configs[0].more.size(), 1U);
    EXPECT_EQ(space.configs[0].more[0].name, "time");
    EXPECT_DOUBLE_EQ(space.configs[0].more[0].value, 2e-3);
}

}  // namespace
}  // namespace ridge::tuner
