// SPDX-License-Identifier: Apache-2.0
// Caches of Kernel Tuner and CSV tables: what is written is read back the same, and what is not is named.
#include <unistd.h>

#include "space_support.hpp"
#include "tuner/formats/csv.hpp"
#include "tuner/formats/kernel_tuner_cache.hpp"
#include "tuner/formats/t4.hpp"

namespace ridge::tuner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

RecordedSpace space_with(ParameterValue value, double objective) {
    RecordedSpace space;
    space.parameters.parameters = {{"p", {value}, value, ""}};
    RecordedConfig recorded;
    recorded.config.set("p", value);
    recorded.status = Status::ok;
    recorded.objective = objective;
    space.configs = {recorded};
    return space;
}

TEST(SpaceWriters, KernelTunerRoundTrip) {
    const auto space = read_recorded_space(data_folder / "kernel_tuner_cut.json");
    const auto written = write_kernel_tuner_cache(space);
    EXPECT_THAT(written.lost, ElementsAre());
    const auto again = read_text(written.text);
    EXPECT_EQ(again.dropped, 0U);
    expect_same(space, again);
    EXPECT_EQ(again.kernel, space.kernel);
    EXPECT_EQ(again.device, space.device);
    EXPECT_EQ(again.problem, space.problem);
    EXPECT_EQ(again.parameters.json(), space.parameters.json());
    EXPECT_EQ(write_kernel_tuner_cache(again).text, written.text);
}

TEST(SpaceWriters, KernelTunerHasItsOwnShape) {
    const auto text =
        write_kernel_tuner_cache(read_recorded_space(data_folder / "kernel_tuner_cut.json")).text;
    EXPECT_THAT(text, testing::EndsWith("}\n}"));
    const auto json = parse_json(text, "written");
    EXPECT_EQ(json["problem_size"], Json::array({4096, 16}));
    EXPECT_EQ(json["tune_params_keys"], Json::array({"block", "unroll", "shared", "mode"}));
    const auto& failed = json["cache"]["32,2,False,row"];
    EXPECT_EQ(failed["time"], "CompilationFailedConfig");
    EXPECT_EQ(failed["__error__"], "CompilationFailedConfig");
    EXPECT_EQ(json["cache"]["32,1,False,row"]["time"], 2.5);
}

TEST(SpaceWriters, CsvRoundTrip) {
    const auto space = read_recorded_space(data_folder / "flat.csv");
    const auto written = write_csv_space(space);
    EXPECT_THAT(written.lost, ElementsAre());
    const auto again = read_text(written.text);
    EXPECT_EQ(again.dropped, 0U);
    expect_same(space, again);
    EXPECT_EQ(again.parameters.json(), space.parameters.json());
    EXPECT_EQ(write_csv_space(again).text, written.text);
}

TEST(SpaceWriters, CsvNamesWhatItLoses) {
    const auto space = read_recorded_space(data_folder / "kernel_tuner_cut.json");
    const auto written = write_csv_space(space);
    EXPECT_THAT(written.lost, Contains("a table has no place for single runs"));
    EXPECT_THAT(written.lost, Contains(HasSubstr("names of kernel, device and problem")));
    expect_same(space, read_text(written.text), {.samples = false});
    EXPECT_THAT(write_csv_space(space_with(std::string("16"), 1)).lost,
                Contains(HasSubstr("texts that look like numbers")));
}

TEST(SpaceWriters, WrongResultsHaveNoNameInKernelTuner) {
    const auto space = read_recorded_space(data_folder / "t4.json");
    const auto written = write_kernel_tuner_cache(space);
    EXPECT_THAT(written.lost, Contains(HasSubstr("wrong results")));
    EXPECT_THAT(written.lost, Contains(HasSubstr("units of other quantities")));
    expect_same(space, read_text(written.text), {.reasons = false});
}

TEST(SpaceWriters, OtherObjectivesKeepNameAndUnit) {
    auto space = space_with(2.0, 0.5);
    space.objective = "energy";
    space.unit = "J";
    expect_same(space, read_text(write_csv_space(space).text));
    expect_same(space, read_text(write_t4(space).text));
    EXPECT_EQ(read_text(write_kernel_tuner_cache(space).text).objective, "energy");
}

TEST(SpaceWriters, HardValuesSurvive) {
    for (const ParameterValue& value :
         {ParameterValue(std::string("a,\"b\"\n\\ c")), ParameterValue(1e-300), ParameterValue(2.0),
          ParameterValue(std::int64_t{-9223372036854775807}), ParameterValue(true)}) {
        const auto space = space_with(value, 1.0 / 3);
        expect_same(space, read_text(write_csv_space(space).text));
        expect_same(space, read_text(write_t4(space).text));
        expect_same(space, read_text(write_kernel_tuner_cache(space).text));
    }
}

TEST(SpaceWriters, AColumnCannotBeCalledStatus) {
    auto space = space_with(true, 1);
    space.parameters.parameters[0].name = "status";
    EXPECT_THAT(message_of([&] { (void)write_csv_space(space); }), HasSubstr("a parameter named 'status'"));
}

TEST(SpaceWriters, FilesArePackedByTheirName) {
    const auto folder = std::filesystem::temp_directory_path();
    const auto path = folder / ("ridge-space-" + std::to_string(getpid()) + ".csv.gz");
    const auto space = read_recorded_space(data_folder / "flat.csv");
    write_document(path, write_csv_space(space).text);
    EXPECT_THAT(read_file(path), testing::StartsWith("\x1f\x8b"));
    expect_same(space, read_recorded_space(path));
    std::filesystem::remove(path);
    EXPECT_THROW(write_document(folder / "no such folder" / "x.csv", "text"), EnvironmentError);
}

TEST(SpaceWriters, APublicSpaceRoundTrips) {
    const auto file =
        std::filesystem::path(RIDGE_SOURCE_DIR) / "../shared/data/autotune/pnpoly_RTX_3090.json.gz";
    if (!std::filesystem::exists(file))
        GTEST_SKIP() << "the public recorded spaces are not beside this checkout";
    const auto space = read_recorded_space(file);
    expect_same(space, read_text(write_t4(space).text));
    expect_same(space, read_text(write_kernel_tuner_cache(space).text));
    expect_same(space, read_text(write_csv_space(space).text), {.samples = false});
}

}  // namespace
}  // namespace ridge::tuner
