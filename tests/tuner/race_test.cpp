// SPDX-License-Identifier: Apache-2.0
#include "tuner/race.hpp"

#include <gtest/gtest.h>

#include <map>

namespace ridge::tuner {
namespace {

db::Record record_of(const std::string& implementation, std::vector<double> samples_s) {
    db::Record record;
    record.implementation = implementation;
    record.measurement.status = Status::ok;
    record.measurement.stop = "interval";
    record.summary = summarize(samples_s);
    record.measurement.samples_s = std::move(samples_s);
    return record;
}

// Seven samples that ascend by 1 % from `first`: the interval of the median is the whole range.
std::vector<double> about(double first) {
    std::vector<double> out;
    for (int i = 0; i < 7; ++i) out.push_back(first * (1 + 0.01 * i));
    return out;
}

std::vector<std::string> names(const std::vector<db::Record>& records) {
    std::vector<std::string> out;
    for (const auto& record : records) out.push_back(record.implementation);
    return out;
}

// Median 1.03; deviations 0.03, 0.02, 0.01, 0 … : their median 0.02, times 1.4826 over 1.03.
TEST(Race, RivalIsTheUpperEndAndTheRobustSpread) {
    const auto rival = rival_of(about(1));
    EXPECT_DOUBLE_EQ(rival.high_s, 1.06);
    EXPECT_NEAR(rival.spread, 0.02 * 1.4826 / 1.03, 1e-9);
    EXPECT_EQ(rival_of(std::vector<double>(7, 2.0)).spread, 0.01);
}

TEST(Race, FinalistsOverlapWithTheBest) {
    auto beaten = record_of("beaten", {1.02, 1.02});
    beaten.measurement.stop = "beaten";
    auto failed = record_of("failed", about(1));
    failed.measurement.status = Status::failed;
    const std::vector<db::Record> records = {record_of("far", about(1.07)),
                                             record_of("near", about(1.05)),
                                             beaten,
                                             record_of("best", about(1)),
                                             failed,
                                             record_of("tie", about(1.01))};
    EXPECT_EQ(names(finalists(records, 4)), (std::vector<std::string>{"best", "tie", "near"}));
    EXPECT_EQ(names(finalists(records, 2)), (std::vector<std::string>{"best", "tie"}));
    EXPECT_TRUE(finalists({records[0], failed}, 4).empty());
    EXPECT_TRUE(finalists({}, 4).empty());
}

/// A machine on which each implementation takes its own time.
struct Machine {
    std::map<std::string, double> time_s;
    std::vector<std::string> order = {};
    std::vector<std::int64_t> counts = {};

    Measurement measure(const db::Record& record, const protocol::Budget& share) {
        order.push_back(record.implementation);
        counts.push_back(share.max_samples);
        Measurement out;
        out.reason = "gone";
        if (!time_s.contains(record.implementation)) return out;
        out.reason.clear();
        out.status = Status::ok;
        out.stop = "count";
        out.samples_s = {time_s.at(record.implementation), 1.01 * time_s.at(record.implementation)};
        return out;
    }
};

protocol::Budget fifty() {
    protocol::Budget budget;
    budget.max_samples = 50;
    budget.min_samples = 7;
    return budget;
}

// The records of all turns, at most so many.
std::vector<db::Record> turns_of(Machine& machine, Race& race, std::size_t most = 100) {
    std::vector<db::Record> out;
    while (out.size() < most)
        if (const auto which = race.next())
            out.push_back(race.take(*which, machine.measure(race.finalist(*which), race.share())));
        else
            break;
    return out;
}

const db::Record& last_of(const std::vector<db::Record>& records, const std::string& implementation) {
    const db::Record* last = nullptr;
    for (const auto& record : records)
        if (record.implementation == implementation) last = &record;
    return *last;
}

TEST(Race, TakesTurnsUntilOneLiesBelow) {
    Machine machine{.time_s = {{"a", 1.0}, {"b", 0.9}}};
    Race race({record_of("a", about(1)), record_of("b", about(1))}, {}, fifty());
    const auto raced = turns_of(machine, race);
    // Six samples of each make an interval: three turns.
    EXPECT_EQ(machine.order, (std::vector<std::string>{"a", "b", "a", "b", "a", "b"}));
    EXPECT_EQ(machine.counts.front(), 10);
    EXPECT_EQ(raced[0].round, 1);
    EXPECT_EQ(last_of(raced, "b").round, 3);
    EXPECT_EQ(last_of(raced, "b").measurement.samples_s.size(), 6U);
    EXPECT_DOUBLE_EQ(last_of(raced, "b").summary->median, 0.9045);
}

TEST(Race, EqualsEndWithTheBudget) {
    Machine machine{.time_s = {{"a", 1.0}, {"b", 1.0}}};
    Race race({record_of("a", about(1)), record_of("b", about(1))}, {}, fifty());
    EXPECT_EQ(last_of(turns_of(machine, race), "a").measurement.samples_s.size(), 10U);
}

TEST(Race, WhoFailsIsOutOfTheRaceAndHasNoTime) {
    Machine machine{.time_s = {{"a", 1.0}}};
    Race race({record_of("a", about(1)), record_of("gone", about(1))}, {}, fifty());
    const auto raced = turns_of(machine, race);
    EXPECT_EQ(machine.order, (std::vector<std::string>{"a", "gone", "a", "a"}));
    EXPECT_EQ(last_of(raced, "gone").measurement.status, Status::failed);
    EXPECT_FALSE(last_of(raced, "gone").summary);
}

TEST(Race, GoesOnFromTheRecordsOfItsLatestRounds) {
    const std::vector<db::Record> both = {record_of("a", about(1)), record_of("b", about(1))};
    for (std::size_t cut = 0; cut < 6; ++cut) {
        Machine machine{.time_s = {{"a", 1.0}, {"b", 0.9}}};
        Race first(both, {}, fifty());
        const auto before = turns_of(machine, first, cut);
        Race second(both, before, fifty());
        const auto after = turns_of(machine, second);
        EXPECT_EQ(before.size() + after.size(), 6U) << cut;
        EXPECT_EQ(last_of(after, "b").measurement.samples_s.size(), 6U) << cut;
    }
}

TEST(Race, OfNobodyIsOver) { EXPECT_FALSE(Race({}, {}, fifty()).next()); }

}  // namespace
}  // namespace ridge::tuner
