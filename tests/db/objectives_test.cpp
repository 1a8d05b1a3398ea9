// SPDX-License-Identifier: Apache-2.0
#include "db/objectives.hpp"

#include <gmock/gmock.h>

#include "core/error.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::ElementsAre;

Record record(std::int64_t mr, double time_s, std::optional<double> energy_j, std::int64_t workspace = 0) {
    auto out = ok_record("campaign-1");
    out.config.set("mr", mr);
    out.measurement.samples_s.assign(7, time_s);
    out.summary = summarize(out.measurement.samples_s);
    out.measurement.energy_j = energy_j;
    out.measurement.workspace_bytes = workspace;
    return out;
}

std::vector<std::string> configs(const ParetoFront& front) {
    std::vector<std::string> out;
    for (const auto& member : front.members) out.push_back(member.config.text());
    return out;
}

constexpr Objective time_and_energy[] = {Objective::time, Objective::energy};

TEST(Objectives, AreListedByCommas) {
    EXPECT_THAT(parse_objectives("energy,time"), ElementsAre(Objective::energy, Objective::time));
    EXPECT_EQ(text(parse_objectives("workspace")), "workspace");
    EXPECT_THROW(static_cast<void>(parse_objectives("time,time")), InputError);
    EXPECT_THROW(static_cast<void>(parse_objectives("")), InputError);
    EXPECT_THROW(static_cast<void>(parse_objectives("speed")), InputError);
}

// 1 is fastest, 3 thriftiest, 2 between; 4 is beaten by 2, 5 by 3 in time alone, 6 is as good as 2.
TEST(ParetoFronts, HaveWhatNobodyBeats) {
    const auto fronts = pareto_fronts({record(4, 3, 7), record(3, 4, 1), record(2, 2, 5), record(1, 1, 9),
                                       record(5, 5, 1), record(6, 2, 5), record(7, 1, {})},
                                      time_and_energy);
    ASSERT_EQ(fronts.size(), 1u);
    EXPECT_THAT(configs(fronts[0]), ElementsAre("mr=1", "mr=2", "mr=3"));
    EXPECT_EQ(fronts[0].left_out, 1u);
}

TEST(ParetoFronts, WithOneObjectiveTheBest) {
    const Objective workspace[] = {Objective::workspace};
    const auto fronts = pareto_fronts({record(1, 1, {}, 64), record(2, 2, {}, 0)}, workspace);
    EXPECT_THAT(configs(fronts.at(0)), ElementsAre("mr=2"));
}

TEST(ParetoFronts, AreOfOneCallDeviceAndCacheState) {
    auto other = record(2, 2, 9), warm = record(3, 3, 9), elsewhere = record(4, 4, 9);
    other.call = "stream_read n=64 x=fp32";
    warm.measurement.cache = warm.measurement.cache == CacheState::warm ? CacheState::cold : CacheState::warm;
    elsewhere.device = "other";
    EXPECT_EQ(pareto_fronts({record(1, 1, 1), other, warm, elsewhere}, time_and_energy).size(), 4u);
}

TEST(ParetoFronts, WhatIsNotOkIsNoMember) {
    auto wrong = record(1, 1, 1);
    wrong.measurement.status = Status::wrong;
    wrong.summary.reset();
    EXPECT_TRUE(pareto_fronts({wrong}, time_and_energy).empty() ||
                pareto_fronts({wrong}, time_and_energy)[0].members.empty());
}

}  // namespace
}  // namespace ridge::db
