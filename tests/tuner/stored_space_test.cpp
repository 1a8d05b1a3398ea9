// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/stored_space.hpp"

#include "space_support.hpp"
#include "tuner/formats/t4.hpp"

namespace ridge::tuner {
namespace {

db::Record record(std::int64_t block, double time_s, std::int64_t round = 0) {
    db::Record out;
    out.device = "device";
    out.call = "rmsnorm rows=1 n=64 x=fp32";
    out.implementation = "kokkos";
    out.config.set("block", block);
    out.round = round;
    out.taken_at = "2026-01-02T03:04:0" + std::to_string(round) + ".000Z";
    out.measurement.status = Status::ok;
    out.measurement.samples_s = {time_s, time_s, time_s};
    out.measurement.energy_j = 0.5;
    out.summary = summarize(out.measurement.samples_s);
    return out;
}

db::Record failure(std::int64_t block, Status status) {
    auto out = record(block, 1);
    out.measurement = {};
    out.measurement.status = status;
    out.measurement.reason = "because";
    out.summary.reset();
    return out;
}

TEST(StoredSpace, HoldsTheLatestOfEachConfiguration) {
    const auto space =
        stored_space({record(8, 1.0), record(16, 2.0), record(8, 4.0, 1), failure(8, Status::failed),
                      failure(32, Status::wrong), failure(64, Status::invalid)});
    EXPECT_EQ(space.kernel, "kokkos");
    EXPECT_EQ(space.problem, "rmsnorm rows=1 n=64 x=fp32");
    EXPECT_EQ(space.configs.size(), 4U);
    EXPECT_EQ(space.valid(), 2U);
    EXPECT_EQ(*find_config(space, "block=8").objective, 4.0);
    EXPECT_EQ(find_config(space, "block=8").benchmark_s, 12.0);
    EXPECT_EQ(find_config(space, "block=8").more.front().name, "energy");
    EXPECT_EQ(find_config(space, "block=32").reason, "correctness");
    EXPECT_EQ(find_config(space, "block=64").status, Status::invalid);
    expect_same(space, read_text(write_t4(space).text));
}

TEST(StoredSpace, NeedsMeasurementsAndParameters) {
    EXPECT_EQ(message_of([] { (void)stored_space({}); }), "the store has no such measurement");
    auto library = record(8, 1.0);
    library.config = {};
    EXPECT_THAT(message_of([&] { (void)stored_space({library}); }), testing::HasSubstr("has no parameters"));
}

}  // namespace
}  // namespace ridge::tuner
