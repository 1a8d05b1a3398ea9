// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>

#include "core/text.hpp"
#include "db/digest.hpp"
#include "db/export/measurements.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::HasSubstr;

Record timed(const std::string& call, std::int64_t mr, double median, double low, double high) {
    auto record = ok_record("campaign-1");
    record.call = call;
    record.config.set("mr", mr);
    record.summary =
        Summary{.count = 7, .median = median, .interval = {low, high}, .min = low, .max = high, .spread = 0};
    return record;
}

std::vector<std::string> configs(const std::vector<Record>& records) {
    std::vector<std::string> out;
    for (const auto& record : records) out.push_back(record.config.text());
    return out;
}

TEST(BestConfigs, TheFastestByMedianWithItsTies) {
    const auto best = best_configs({timed("a", 1, 5.0, 4.9, 5.1), timed("a", 2, 3.0, 2.9, 3.1),
                                    timed("a", 3, 3.2, 3.1, 3.3), timed("a", 4, 3.05, 3.0, 3.2),
                                    timed("a", 5, 3.3, 3.11, 3.4)});
    ASSERT_EQ(best.size(), 1u);
    EXPECT_EQ(best[0].best.config.text(), "mr=2");
    EXPECT_EQ(configs(best[0].ties),
              (std::vector<std::string>{"mr=4", "mr=3"}));  // 3.1 touches, 3.11 does not
}

TEST(BestConfigs, CallsDevicesAndCacheStatesDoNotCompete) {
    auto warm = timed("a", 1, 1.0, 0.9, 1.1), elsewhere = warm;
    warm.measurement.cache = CacheState::warm;
    elsewhere.device = "other";
    const auto best = best_configs(
        {timed("a", 1, 3, 2, 4), timed("b", 1, 5, 4, 6), warm, elsewhere, timed("b", 2, 4.5, 4.4, 4.6)});
    ASSERT_EQ(best.size(), 4u);
    EXPECT_EQ(best[1].best.call, "b");
    EXPECT_EQ(best[1].best.config.text(), "mr=2");
    EXPECT_TRUE(best[0].ties.empty());
}

TEST(BestConfigs, WhatIsNotOkNeverWins) {
    auto wrong = timed("a", 1, 0.1, 0.1, 0.1), failed = wrong;
    wrong.measurement.status = Status::wrong;
    failed.measurement.status = Status::failed;
    failed.summary.reset();
    EXPECT_TRUE(best_configs({wrong, failed}).empty());
    EXPECT_EQ(best_configs({wrong, failed, timed("a", 2, 9, 8, 10)}).at(0).best.config.text(), "mr=2");
    EXPECT_TRUE(best_configs({}).empty());
}

TEST(BestConfigs, RoundsOfOneConfigurationAreNoTies) {
    auto again = timed("a", 1, 3.01, 2.9, 3.1);
    again.round = 1;
    const auto best = best_configs({again, timed("a", 1, 3.0, 2.9, 3.1)});
    EXPECT_EQ(best.at(0).best.round, 1);
    EXPECT_TRUE(best.at(0).ties.empty());
}

// One lucky old sample of a configuration must not win over what it is now; the store's own selection agrees.
TEST_F(StoreTest, TheLatestOfAConfigurationCountsInMemoryAndInTheStore) {
    auto lucky = ok_record(""), now = lucky, other = lucky;
    const auto time = [](Record& record, double median, const char* taken_at, std::int64_t mr) {
        record.measurement.samples_s.assign(7, median);
        record.summary = summarize(record.measurement.samples_s);
        record.taken_at = taken_at;
        record.config.set("mr", mr);
    };
    time(lucky, 1.0, "2026-01-01T00:00:00.000Z", 1);
    time(now, 3.0, "2026-01-02T00:00:00.000Z", 1);
    time(other, 2.0, "2026-01-01T12:00:00.000Z", 2);
    now.source = "later";
    const std::vector<Record> records = {now, lucky, other};
    const auto best = best_configs(records);
    ASSERT_EQ(best.size(), 1u);
    EXPECT_EQ(best[0].best.config.text(), "mr=2");

    auto store = filled();
    store.add(records);
    Filter filter;
    filter.fastest = true;
    const auto fastest = store.measurements(filter);
    ASSERT_EQ(fastest.size(), 1u);
    EXPECT_EQ(fastest[0].config.text(), "mr=2");
}

// A finalist that is wrong, or fails, when it is measured again is no winner by its first time.
TEST_F(StoreTest, AConfigurationWhoseLatestMeasurementIsNotOkIsOut) {
    auto first = ok_record(""), again = first, other = first;
    const auto time = [](Record& record, double median, std::int64_t mr) {
        record.measurement.samples_s.assign(7, median);
        record.summary = summarize(record.measurement.samples_s);
        record.config.set("mr", mr);
    };
    time(first, 1e-9, 1);
    time(again, 1e-9, 1);
    time(other, 2e-9, 2);
    again.measurement.status = Status::wrong;
    again.measurement.reason = "off";
    again.measurement.samples_s.clear();
    again.summary.reset();
    again.source = "later";
    again.taken_at = "2999-01-01T00:00:00.000Z";
    const std::vector<Record> records = {first, again, other};
    const auto best = best_configs(records);
    ASSERT_EQ(best.size(), 1u);
    EXPECT_EQ(best[0].best.config.text(), "mr=2");
    EXPECT_EQ(latest_records(records).size(), 1u);

    auto store = filled();
    store.add(records);
    Filter filter;
    filter.fastest = true;
    const auto fastest = store.measurements(filter);
    ASSERT_EQ(fastest.size(), 1u);
    EXPECT_EQ(fastest[0].config.text(), "mr=2");
}

TEST(BestConfigs, ImplementationsCompete) {
    auto other = timed("a", 1, 2.95, 2.9, 3.0);
    other.implementation = "openblas";
    const auto best = best_configs({timed("a", 1, 3.0, 2.9, 3.1), other});
    EXPECT_EQ(best.at(0).best.implementation, "openblas");
    ASSERT_EQ(best[0].ties.size(), 1u);
}

TEST(Export, EveryColumnInBothFormats) {
    auto record = timed(small_call, 12, 2e-6, 1e-6, 3e-6);
    record.config.set("order", std::string("row, \"major\""));
    record.measurement.energy_j = 0.1;
    const auto json = measurements_json(std::vector{record});
    ASSERT_EQ(json["measurements"].size(), 1u);
    const auto& row = json["measurements"][0];
    EXPECT_EQ(row.size(), export_columns().size());
    EXPECT_EQ(row["median_s"], 2e-6);
    EXPECT_EQ(row["config"]["mr"], 12);
    EXPECT_EQ(row["samples_s"].size(), 7u);
    EXPECT_TRUE(row["clock_before_hz"].is_null());
    EXPECT_EQ(row["provenance"], "measured");

    const auto csv = measurements_csv(std::vector{record});
    const auto lines = split(csv, '\n');
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(split(lines[0], ',').size(), export_columns().size());
    EXPECT_THAT(std::string(lines[1]), HasSubstr(R"("mr=12 order=row, ""major""")"));
    EXPECT_THAT(std::string(lines[1]), HasSubstr(",3e-06 1e-06 2e-06"));
}

TEST(Export, ColumnNamesAreUniqueAndExplained) {
    std::vector<std::string_view> names;
    for (const auto& column : export_columns()) {
        EXPECT_FALSE(column.meaning.empty()) << column.name;
        EXPECT_EQ(std::ranges::count(names, column.name), 0) << column.name;
        names.push_back(column.name);
    }
}

TEST(Export, AnInfiniteErrorCanBeWritten) {
    auto record = ok_record("campaign-1");
    record.measurement.status = Status::wrong;
    record.measurement.samples_s.clear();
    record.measurement.error = std::numeric_limits<double>::infinity();
    EXPECT_THAT(to_line(measurements_json(std::vector{record})),
                HasSubstr(R"("error_over_bound":"inf","workspace_bytes":0)"));
    EXPECT_THAT(measurements_csv(std::vector{record}), HasSubstr(",inf,0,"));
}

// FIPS 180-4 examples of NIST: the empty message, one block, two blocks, and a million letters.
TEST(Digest, KnownAnswers) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace ridge::db
