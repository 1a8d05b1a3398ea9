// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "db/sqlite.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

class MergeTest : public StoreTest {
  protected:
    // A store with one of everything; `name` tells its rows apart.
    Store store_named(const std::string& name) {
        Store store(folder_ / (name + ".db"), Access::create);
        store.put_device(test_device());
        store.put_device(test_device("device-" + name));
        const auto own = store.put_environment({{"host", name}});
        const auto common = store.put_environment({{"compiler", "same"}});
        store.put_campaign(test_campaign("campaign-" + name));
        auto first = ok_record("campaign-" + name), second = ok_record("campaign-" + name, 1);
        first.environment = own;
        second.environment = common;
        store.add(std::vector{first, second});
        Roof roof;
        roof.probe.mix = "fma";
        roof.rate = roof.rate_low = roof.rate_high = 1e12;
        roof.source = name;
        store.add_roofs("device-" + name, common, std::vector{roof});
        StoredModel model;
        model.device = "host";
        model.kind = "kernel-analytical";
        model.parameters = {{"from", name}};
        model.fitted_on = {store.measurements({})[1].id};
        model.fitted_at = name == "a" ? "2026-01-01T00:00:00.000Z" : "2026-02-01T00:00:00.000Z";
        store.put_model(model);
        return store;
    }
};

std::vector<std::string> campaigns_of(const std::vector<Record>& records) {
    std::vector<std::string> out;
    for (const auto& record : records) out.push_back(record.campaign);
    return out;
}

TEST_F(MergeTest, BringsEverythingOnce) {
    auto a = store_named("a");
    const auto b = store_named("b");
    EXPECT_EQ(a.merge(b), 2u);
    EXPECT_EQ(a.merge(b), 0u);
    const auto records = a.measurements({});
    EXPECT_EQ(campaigns_of(records),
              (std::vector<std::string>{"campaign-a", "campaign-a", "campaign-b", "campaign-b"}));
    EXPECT_EQ(a.devices().size(), 3u);
    EXPECT_EQ(a.campaigns().size(), 2u);
    EXPECT_EQ(a.roofs("device-b").size(), 1u);
    EXPECT_EQ(a.roofs("device-b")[0].roof.source, "b");
    EXPECT_TRUE(a.problems().empty());
}

TEST_F(MergeTest, ARowThatRefersToNothingIsDamageOfTheOtherFile) {
    auto a = store_named("a");
    const auto b = store_named("b");
    Connection(b.path(), OpenMode::read_write)
        .execute("PRAGMA foreign_keys = OFF; DELETE FROM environment WHERE id = 1");
    EXPECT_THAT(message_of<InputError>([&] { static_cast<void>(a.merge(b)); }),
                testing::AllOf(testing::HasSubstr("b.db"), testing::HasSubstr("environment 1")));
    EXPECT_EQ(a.measurements({}).size(), 2u) << "nothing of it is kept";
}

TEST_F(MergeTest, EnvironmentsAreMatchedByContent) {
    auto a = store_named("a");
    const auto b = store_named("b");
    a.merge(b);
    const auto records = a.measurements({});
    EXPECT_EQ(a.environment(records[2].environment)["host"], "b");
    EXPECT_EQ(records[1].environment, records[3].environment);
    EXPECT_EQ(a.environment(a.roofs("device-b")[0].environment)["compiler"], "same");
}

TEST_F(MergeTest, ModelsKeepWhatTheyWereFittedOn) {
    auto a = store_named("a");
    const auto b = store_named("b");
    a.merge(b);
    a.merge(b);
    const auto newest = a.newest_model("host", "kernel-analytical");
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->parameters["from"], "b");
    EXPECT_EQ(newest->version, 2);
    ASSERT_EQ(newest->fitted_on.size(), 1u);
    EXPECT_EQ(newest->fitted_on[0], a.measurements({})[3].id);
}

TEST_F(MergeTest, AnOlderModelDoesNotBecomeTheNewest) {
    const auto a = store_named("a");
    auto b = store_named("b");
    b.merge(a);
    EXPECT_EQ(b.newest_model("host", "kernel-analytical")->parameters["from"], "b");
}

TEST_F(MergeTest, BackAndForthAddsNothing) {
    auto a = store_named("a"), b = store_named("b");
    EXPECT_EQ(a.merge(b), 2u);
    EXPECT_EQ(b.merge(a), 2u);
    EXPECT_EQ(a.merge(b), 0u);
    EXPECT_EQ(a.measurements({}).size(), 4u);
    EXPECT_EQ(b.measurements({}).size(), 4u);
}

TEST_F(MergeTest, WithItselfAddsNothing) {
    auto a = store_named("a");
    const Store again(folder_ / "a.db", Access::read_only);
    EXPECT_EQ(a.merge(again), 0u);
}

// Two copies of a store in which the same campaign was resumed: the same configuration, measured twice.
TEST_F(MergeTest, TheSameCampaignContinuedTwiceIsNotDoubled) {
    (void)store_named("a");
    std::filesystem::copy_file(folder_ / "a.db", folder_ / "copy.db");
    Store a(folder_ / "a.db", Access::read_write), copy(folder_ / "copy.db", Access::read_write);
    a.add(std::vector{ok_record("campaign-a", 2)});
    copy.add(std::vector{ok_record("campaign-a", 2), ok_record("campaign-a", 3)});
    StoredModel model;
    model.device = "host";
    model.kind = "kernel-analytical";
    model.fitted_on = {copy.measurements({})[2].id};
    copy.put_model(model);
    EXPECT_EQ(a.merge(copy), 1u);
    const auto records = a.measurements({});
    ASSERT_EQ(records.size(), 4u);
    EXPECT_EQ(a.newest_model("host", "kernel-analytical")->fitted_on, std::vector{records[2].id});
}

TEST_F(MergeTest, ImportsAreKnownByTheirContent) {
    auto a = store_named("a");
    auto b = store_named("b");
    auto record = ok_record("");
    record.source = "bench.json sha256:0123";
    const ImportSource source = {"bench.json", "google-benchmark", std::string(64, '0'), timestamp()};
    a.add_import(source, std::vector{record});
    b.add_import(source, std::vector{record});
    EXPECT_EQ(a.merge(b), 2u);
    EXPECT_EQ(a.import_sources().size(), 1u);
    Store fresh(folder_ / "fresh.db", Access::create);
    EXPECT_EQ(fresh.merge(a), 5u);
    EXPECT_EQ(fresh.import_sources().size(), 1u);
    EXPECT_EQ(fresh.add_import(source, std::vector{record}), 0u);
}

}  // namespace
}  // namespace ridge::db
