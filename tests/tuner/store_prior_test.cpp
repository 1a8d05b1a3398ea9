// SPDX-License-Identifier: Apache-2.0
#include "tuner/store_prior.hpp"

#include <gtest/gtest.h>

#include "tests/tuner/support.hpp"
#include "tuner/joint_prior.hpp"

namespace ridge::tuner {
namespace {

const ParameterSpace parameters = {
    .parameters = {{.name = "a",
                    .values = {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{4},
                               std::int64_t{5}, std::int64_t{6}},
                    .default_value = std::int64_t{1},
                    .meaning = ""}},
    .constraints = {}};

class StorePriorTest : public testing::Test {
  protected:
    StorePriorTest() {
        for (const std::string name : {"here", "there", "far"}) {
            Device device;
            device.id = device.name = name;
            device.kind = "cpu";
            store_.put_device(device);
        }
    }

    /// Times of a = 1 … count on a call.
    void measure(const std::string& device, const std::string& call, std::int64_t count, double unit_s) {
        for (std::int64_t a = 1; a <= count; ++a) {
            db::Record record;
            record.device = device;
            record.call = call;
            record.implementation = "alpha";
            record.config.set("a", a);
            record.source = "test";
            record.measurement.status = Status::ok;
            record.measurement.samples_s.assign(7, unit_s * static_cast<double>(a));
            store_.add(std::span(&record, 1));
        }
    }

    StorePrior prior() {
        return store_prior(store_, "here",
                           {.call = "stream_read n=1024 x=fp32", .cache = CacheState::cold, .weight = 1},
                           "alpha", space_);
    }

    const SearchSpace space_{parameters, "test"};
    testing_support::TemporaryFolder folder_;
    db::Store store_{folder_ / "ridge.db", db::Access::create};
};

TEST_F(StorePriorTest, NothingKnownIsNoPrior) {
    measure("here", "stream_read n=1024 x=fp32", 6, 1e-3);   // the call itself on the device itself
    measure("there", "stream_read n=1024 x=fp32", 4, 1e-3);  // too few
    EXPECT_FALSE(prior().prior);
    EXPECT_EQ(prior().from, "");
}

TEST_F(StorePriorTest, OtherDevicesBeforeOtherCalls) {
    measure("far", "stream_read n=1024 x=fp32", 6, 2e-3);
    measure("here", "stream_read n=2048 x=fp32", 6, 3e-3);
    const auto found = prior();
    EXPECT_EQ(found.from, "device far");
    EXPECT_DOUBLE_EQ(found.prior(space_.index(KernelConfig({{"a", std::int64_t{4}}})).value()).value(), 8e-3);
}

// The unit of a device says nothing; what both know is averaged.
TEST_F(StorePriorTest, SeveralDevicesTogether) {
    measure("there", "stream_read n=1024 x=fp32", 5, 1e-3);
    measure("far", "stream_read n=1024 x=fp32", 6, 2e-3);
    const auto found = prior();
    EXPECT_EQ(found.from, "devices far, there");
    EXPECT_NEAR(found.prior(3).value(), 8e-3, 1e-12);
    EXPECT_NEAR(found.prior(5).value(), 12e-3, 1e-12);
}

TEST(JointPrior, WhatIsGoodEverywhereIsBest) {
    const auto prior = joint_prior({{{0, 1.0}, {1, 2.0}, {2, 8.0}}, {{0, 80.0}, {1, 20.0}, {2, 10.0}}});
    EXPECT_LT(prior(1).value(), prior(0).value());
    EXPECT_LT(prior(1).value(), prior(2).value());
    EXPECT_FALSE(prior(3));
    EXPECT_FALSE(joint_prior({}));
    EXPECT_FALSE(joint_prior({{{0, 1.0}}, {{1, 1.0}}})(1));  // nothing in common, so no unit
}

TEST_F(StorePriorTest, ElseTheNearestCallOfTheSameKind) {
    measure("here", "stream_read n=4096 x=fp32", 6, 1e-3);
    measure("here", "stream_read n=512 x=fp32", 5, 2e-3);
    measure("here", "stream_read n=1024 x=bf16", 6, 3e-3);
    measure("here", "stream_copy n=1024 x=fp32", 6, 3e-3);
    const auto found = prior();
    EXPECT_EQ(found.from, "stream_read n=512 x=fp32");
    EXPECT_DOUBLE_EQ(found.prior(0).value(), 2e-3);
    EXPECT_FALSE(found.prior(5));
}

}  // namespace
}  // namespace ridge::tuner
