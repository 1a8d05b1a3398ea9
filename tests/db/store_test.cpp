// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <limits>
#include <regex>
#include <set>

#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::HasSubstr;

void expect_same(const Record& read, const Record& written) {
    EXPECT_EQ(read.campaign, written.campaign);
    EXPECT_EQ(read.device, written.device);
    EXPECT_EQ(read.call, written.call);
    EXPECT_EQ(read.implementation, written.implementation);
    EXPECT_EQ(read.implementation_version, written.implementation_version);
    EXPECT_EQ(read.config, written.config);
    EXPECT_EQ(read.round, written.round);
    EXPECT_EQ(read.order_index, written.order_index);
    EXPECT_EQ(read.seed, written.seed);
    EXPECT_EQ(read.environment, written.environment);
    EXPECT_EQ(read.taken_at, written.taken_at);
    EXPECT_EQ(read.source, written.source);
    const auto &a = read.measurement, &b = written.measurement;
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.reason, b.reason);
    EXPECT_EQ(a.cache, b.cache);
    EXPECT_EQ(a.samples_s, b.samples_s);
    EXPECT_EQ(a.stop, b.stop);
    EXPECT_EQ(a.discarded, b.discarded);
    EXPECT_EQ(a.error, b.error);
    EXPECT_EQ(a.workspace_bytes, b.workspace_bytes);
    EXPECT_EQ(a.energy_j, b.energy_j);
    EXPECT_EQ(a.clock_before_hz, b.clock_before_hz);
    EXPECT_EQ(a.clock_after_hz, b.clock_after_hz);
    EXPECT_EQ(a.memory_bytes_per_s, b.memory_bytes_per_s);
}

Record full_record(std::int64_t environment) {
    auto record = ok_record("campaign-1");
    record.implementation_version = "0.3.21";
    record.config = KernelConfig(
        {{"b", true}, {"i", std::int64_t{-3}}, {"r", 0.1}, {"w", std::string("row, \"major\"")}});
    record.order_index = 41;
    record.seed = std::numeric_limits<std::uint64_t>::max();
    record.environment = environment;
    record.measurement.cache = CacheState::warm;
    record.measurement.samples_s = {1e-9, 0.1, 1.0 / 3.0};
    record.measurement.discarded = 2;
    record.measurement.error = 0.25;
    record.measurement.workspace_bytes = std::int64_t{1} << 40;
    record.measurement.energy_j = 1.5;
    record.measurement.clock_before_hz = 2.1e9;
    record.measurement.clock_after_hz = 2.0e9;
    record.measurement.memory_bytes_per_s = 5.1e10;
    return record;
}

TEST_F(StoreTest, RoundTripOfARecordWithEveryField) {
    auto store = filled();
    const auto written = full_record(store.put_environment({{"governor", "performance"}}));
    ASSERT_EQ(store.add(std::vector{written}), 1u);
    const auto read = Store(path_, Access::read_only).measurements({});
    ASSERT_EQ(read.size(), 1u);
    expect_same(read[0], written);
    EXPECT_GT(read[0].id, 0);
    ASSERT_TRUE(read[0].summary);
    EXPECT_EQ(read[0].summary->count, 3u);
    EXPECT_DOUBLE_EQ(read[0].summary->median, 0.1);
    EXPECT_DOUBLE_EQ(read[0].summary->interval.high, 1.0 / 3.0);
}

TEST_F(StoreTest, RoundTripOfARecordWithNothingOptional) {
    auto store = filled();
    Record written;
    written.device = "host";
    written.call = large_call;
    written.implementation = "openblas";
    written.taken_at = "2026-01-02T03:04:06.000Z";
    written.source = "worker";
    written.measurement.status = Status::failed;
    written.measurement.reason = "the worker hung";
    ASSERT_EQ(store.add(std::vector{written}), 1u);
    const auto read = store.measurements({});
    ASSERT_EQ(read.size(), 1u);
    expect_same(read[0], written);
    EXPECT_FALSE(read[0].summary);
    EXPECT_EQ(read[0].config.text(), "");
}

TEST_F(StoreTest, AnInfiniteErrorOfAWrongResultIsKept) {
    auto store = filled();
    auto record = ok_record("campaign-1");
    record.measurement.status = Status::wrong;
    record.measurement.samples_s.clear();
    record.measurement.error = std::numeric_limits<double>::infinity();
    store.add(std::vector{record});
    EXPECT_EQ(store.measurements({})[0].measurement.error, record.measurement.error);
}

TEST_F(StoreTest, TheSameKeyIsAddedOnce) {
    auto store = filled();
    store.put_campaign(test_campaign("campaign-2"));
    EXPECT_EQ(store.add(std::vector{ok_record("campaign-1"), ok_record("campaign-1")}), 1u);
    EXPECT_EQ(store.add(std::vector{ok_record("campaign-1")}), 0u);
    EXPECT_EQ(store.add(std::vector{ok_record("campaign-1", 1)}), 1u);
    EXPECT_EQ(store.add(std::vector{ok_record("campaign-2")}), 1u);
    auto warm = ok_record("campaign-1"), other_config = warm, other_call = warm, other_implementation = warm;
    warm.measurement.cache = CacheState::warm;
    other_config.config.set("mr", std::int64_t{8});
    other_call.call = large_call;
    other_implementation.implementation = "openblas";
    EXPECT_EQ(store.add(std::vector{warm, other_config, other_call, other_implementation}), 4u);
    EXPECT_EQ(store.measurements({}).size(), 7u);
}

TEST_F(StoreTest, WithoutACampaignTheSourceIsPartOfTheKey) {
    auto store = filled();
    auto first = ok_record(""), second = ok_record("");
    second.source = "another file";
    EXPECT_EQ(store.add(std::vector{first, second, first}), 2u);
}

TEST_F(StoreTest, FiltersHoldTogether) {
    auto store = filled();
    auto other = ok_record("campaign-1");
    other.call = "copy n=1024 x=fp32 y=fp32";
    other.implementation = "openblas";
    other.measurement.cache = CacheState::warm;
    other.measurement.status = Status::invalid;
    other.measurement.samples_s.clear();
    store.add(std::vector{ok_record("campaign-1"), other});
    const auto count = [&](const Filter& filter) { return store.measurements(filter).size(); };
    EXPECT_EQ(count({}), 2u);
    EXPECT_EQ(count({.campaign = "campaign-1", .device = "host"}), 2u);
    EXPECT_EQ(count({.campaign = "none"}), 0u);
    EXPECT_EQ(count({.device = "none"}), 0u);
    EXPECT_EQ(count({.op = "copy"}), 1u);
    EXPECT_EQ(count({.call = small_call}), 1u);
    EXPECT_EQ(count({.implementation = "openblas"}), 1u);
    EXPECT_EQ(count({.status = Status::ok}), 1u);
    EXPECT_EQ(count({.cache = CacheState::warm}), 1u);
    EXPECT_EQ(count({.op = "copy", .status = Status::ok}), 0u);
    EXPECT_EQ(count({.call = "' OR 1=1 --"}), 0u);
}

TEST_F(StoreTest, MeasurementsComeInTheOrderAdded) {
    auto store = filled();
    for (const std::int64_t round : {5, 1, 3}) store.add(std::vector{ok_record("campaign-1", round)});
    std::vector<std::int64_t> rounds;
    for (const auto& record : store.measurements({})) rounds.push_back(record.round);
    EXPECT_EQ(rounds, (std::vector<std::int64_t>{5, 1, 3}));
}

TEST_F(StoreTest, ABatchIsAddedWholeOrNotAtAll) {
    auto store = filled();
    auto bad = ok_record("campaign-1", 1);
    bad.device = "unknown";
    const auto message = message_of<InputError>([&] {
        store.add(std::vector{ok_record("campaign-1"), bad});
    });
    EXPECT_THAT(message, HasSubstr("device 'unknown' is not in the store"));
    EXPECT_TRUE(store.measurements({}).empty());
}

TEST_F(StoreTest, RefusesWhatCannotBeTrue) {
    auto store = filled();
    const auto refusal = [&](auto change) {
        auto record = ok_record("campaign-1");
        change(record);
        return message_of<InputError>([&] { store.add(std::vector{record}); });
    };
    EXPECT_THAT(refusal([](Record& r) { r.measurement.samples_s.clear(); }),
                HasSubstr("ok without a sample"));
    EXPECT_THAT(refusal([](Record& r) { r.measurement.samples_s[1] = -1; }), HasSubstr("a sample is -1 s"));
    EXPECT_THAT(
        refusal([](Record& r) { r.measurement.samples_s[1] = std::numeric_limits<double>::quiet_NaN(); }),
        HasSubstr("should be a finite time above 0"));
    EXPECT_THAT(refusal([](Record& r) { r.measurement.error = std::numeric_limits<double>::quiet_NaN(); }),
                HasSubstr("the error is not a number"));
    EXPECT_THAT(refusal([](Record& r) { r.campaign = "none"; }),
                HasSubstr("campaign 'none' is not in the store"));
    EXPECT_THAT(refusal([](Record& r) { r.environment = 99; }),
                HasSubstr("environment '99' is not in the store"));
    EXPECT_THAT(refusal([](Record& r) { r.round = -1; }), HasSubstr("breaks its rules"));
    EXPECT_THAT(refusal([](Record& r) { r.measurement.energy_j = -2.0; }), HasSubstr("energy_j"));
    EXPECT_THAT(refusal([](Record& r) { r.call = ""; }), HasSubstr("breaks its rules"));
    EXPECT_TRUE(store.measurements({}).empty());
}

TEST_F(StoreTest, DevicesAreReplacedByIdentifier) {
    auto store = filled();
    auto device = test_device();
    device.name = "Host, renamed";
    device.units = 2;
    device.peak_flops[Precision::bf16] = 1e12;
    device.caches = {{"L1", 32768, 1}, {"L3", 33554432, 0}};
    device.tdp_w = 150.0;
    device.instruction_sets = {"avx2", "avx512f"};
    device.sources = {"found"};
    store.put_device(device);
    store.put_device(test_device("other"));
    ASSERT_EQ(store.devices().size(), 2u);
    EXPECT_EQ(store.device("host")->json(), device.json());
    EXPECT_FALSE(store.device("none"));
    EXPECT_THAT(message_of<InputError>([&] { store.put_device(test_device("Not A Slug")); }),
                HasSubstr("'id'"));
}

TEST_F(StoreTest, TheSameEnvironmentHasOneId) {
    auto store = filled();
    const auto id = store.put_environment({{"a", 1}, {"b", {{"c", 2}, {"d", 3}}}});
    EXPECT_EQ(store.put_environment({{"b", {{"d", 3}, {"c", 2}}}, {"a", 1}}), id);
    EXPECT_NE(store.put_environment({{"a", 2}}), id);
    EXPECT_EQ(store.environment(id)["b"]["c"], 2);
    EXPECT_THAT(message_of<InputError>([&] { (void)store.environment(99); }),
                HasSubstr("there is no environment 99"));
}

TEST_F(StoreTest, CampaignsNewestFirstAndReplacedByUuid) {
    auto store = filled();
    auto later = test_campaign("campaign-2");
    later.started_at = "2026-03-01T00:00:00.000Z";
    store.put_campaign(later);
    auto changed = test_campaign();
    changed.state = "finished";
    changed.options = {{"seed", 8}};
    store.put_campaign(changed);
    const auto all = store.campaigns();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].uuid, "campaign-2");
    const auto read = store.campaign("campaign-1");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->state, "finished");
    EXPECT_EQ(read->options, changed.options);
    EXPECT_EQ(read->device, "host");
    EXPECT_EQ(read->name, "demo-1");
    EXPECT_EQ(read->started_at, test_campaign().started_at);
    EXPECT_FALSE(store.campaign("none"));
    changed.state = "dreaming";
    EXPECT_THAT(message_of<InputError>([&] { store.put_campaign(changed); }), HasSubstr("state IN"));
}

Roof test_roof(double rate, RoofProbe::Kind kind = RoofProbe::Kind::bandwidth) {
    Roof roof;
    roof.probe.kind = kind;
    roof.probe.mix = kind == RoofProbe::Kind::compute ? "fma" : "read";
    if (kind == RoofProbe::Kind::bandwidth) roof.probe.level = "DRAM", roof.probe.working_set_bytes = 1 << 30;
    roof.rate = rate;
    roof.rate_low = rate * 0.99;
    roof.rate_high = rate * 1.01;
    roof.samples = {rate * 0.99, rate, rate * 1.01};
    roof.source = "ridge-worker-host 0.1.0";
    return roof;
}

TEST_F(StoreTest, TheNewestRoofOfEachProbeAndProvenance) {
    auto store = filled();
    const auto environment = store.put_environment({{"a", 1}});
    auto specified = test_roof(9e10);
    specified.provenance = Provenance::specified;
    specified.samples.clear();
    specified.rate_low = specified.rate_high = specified.rate;
    store.add_roofs("host", environment,
                    std::vector{test_roof(1e10), test_roof(1e12, RoofProbe::Kind::compute)});
    store.add_roofs("host", 0, std::vector{specified});
    store.add_roofs("host", environment, std::vector{test_roof(2e10)});
    const auto roofs = store.roofs("host");
    ASSERT_EQ(roofs.size(), 3u);
    const auto& newest = roofs[0];
    EXPECT_EQ(newest.roof.probe, test_roof(2e10).probe);
    EXPECT_EQ(newest.roof.rate, 2e10);
    EXPECT_EQ(newest.roof.samples, test_roof(2e10).samples);
    EXPECT_EQ(newest.environment, environment);
    EXPECT_EQ(newest.device, "host");
    EXPECT_EQ(roofs[1].roof.provenance, Provenance::specified);
    EXPECT_EQ(roofs[1].environment, 0);
    EXPECT_EQ(roofs[2].roof.probe.kind, RoofProbe::Kind::compute);
    EXPECT_TRUE(store.roofs("none").empty());
    EXPECT_THAT(message_of<InputError>([&] { store.add_roofs("none", 0, std::vector{specified}); }),
                HasSubstr("device 'none' is not in the store"));
}

TEST_F(StoreTest, ModelsCountUpForEachDeviceAndKind) {
    auto store = filled();
    store.add(std::vector{ok_record("campaign-1"), ok_record("campaign-1", 1)});
    const auto records = store.measurements({});
    StoredModel model;
    model.device = "host";
    model.kind = "kernel-analytical";
    model.parameters = {{"launch_s", 1e-6}};
    model.fitted_on = {records[1].id, records[0].id};
    EXPECT_EQ(store.put_model(model), 1);
    model.parameters["launch_s"] = 2e-6;
    EXPECT_EQ(store.put_model(model), 2);
    model.kind = "other";
    EXPECT_EQ(store.put_model(model), 1);
    const auto newest = store.newest_model("host", "kernel-analytical");
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->version, 2);
    EXPECT_EQ(newest->parameters["launch_s"], 2e-6);
    EXPECT_EQ(newest->fitted_on, (std::vector{records[0].id, records[1].id}));
    EXPECT_FALSE(newest->fitted_at.empty());
    EXPECT_FALSE(store.newest_model("host", "none"));
    model.fitted_on = {12345};
    EXPECT_THAT(message_of<InputError>([&] { store.put_model(model); }), HasSubstr("measurement 12345"));
}

TEST_F(StoreTest, AWholeStoreHasNoProblems) {
    auto store = filled();
    store.add(std::vector{ok_record("campaign-1")});
    EXPECT_TRUE(store.problems().empty());
}

TEST(Identity, UuidsAreOfVersion4AndDiffer) {
    const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto uuid = make_uuid();
        EXPECT_TRUE(std::regex_match(uuid, form)) << uuid;
        EXPECT_TRUE(seen.insert(uuid).second);
    }
}

TEST(Identity, TimestampsAreIso8601InUtc) {
    EXPECT_TRUE(std::regex_match(timestamp(),
                                 std::regex(R"(20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{3}Z)")));
}

}  // namespace
}  // namespace ridge::db
