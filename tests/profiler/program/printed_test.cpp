// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/printed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ridge::profiler {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The one time of an output, or -1.
double time_of(const std::string& out) {
    const auto printed = read_printed(out);
    return printed.status == Status::ok && printed.samples_s.size() == 1 ? printed.samples_s.front() : -1;
}

std::string reason_of(const std::string& out, Status status = Status::failed) {
    const auto printed = read_printed(out);
    EXPECT_EQ(printed.status, status) << out;
    EXPECT_THAT(printed.samples_s, IsEmpty());
    return printed.reason;
}

TEST(Printed, KnowsUnits) {
    EXPECT_DOUBLE_EQ(time_of("1.25"), 1.25);
    EXPECT_DOUBLE_EQ(time_of("1.25 s\n"), 1.25);
    EXPECT_DOUBLE_EQ(time_of("1.25ms\r\n"), 1.25e-3);
    EXPECT_DOUBLE_EQ(time_of("  12 us  \n\n"), 12e-6);
    EXPECT_DOUBLE_EQ(time_of("12 µs"), 12e-6);
    EXPECT_DOUBLE_EQ(time_of("1e3 ns"), 1e-6);
}

TEST(Printed, KnowsLabels) {
    EXPECT_DOUBLE_EQ(time_of("time: 1.25 ms"), 1.25e-3);
    EXPECT_DOUBLE_EQ(time_of("Time = 2"), 2);
    EXPECT_DOUBLE_EQ(time_of("TIME:3us"), 3e-6);
}

TEST(Printed, TheLastTimeCounts) {
    EXPECT_DOUBLE_EQ(time_of("5 ms\ntime: 7 ms\ndone\nin 3 steps\n"), 7e-3);
    EXPECT_DOUBLE_EQ(time_of("{\"time_s\": 5}\n2\nbye"), 2);
}

TEST(Printed, KnowsJson) {
    EXPECT_DOUBLE_EQ(time_of("log\n{\"time_s\": 0.5}\n"), 0.5);
    const auto printed = read_printed(R"({"samples_s": [1, 2.5], "error_over_bound": 0.5, "energy_j": 3,
)");
    EXPECT_EQ(printed.status, Status::failed);  // JSON has to stand on one line
    const auto all = read_printed(
        R"({"samples_s": [1, 2.5], "error_over_bound": 0.5, "energy_j": 3, "workspace_bytes": 64, "other": 1})");
    EXPECT_EQ(all.status, Status::ok);
    EXPECT_THAT(all.samples_s, ElementsAre(1, 2.5));
    EXPECT_EQ(all.error, 0.5);
    EXPECT_EQ(all.energy_j, 3);
    EXPECT_EQ(all.workspace_bytes, 64);
}

TEST(Printed, WhatIsNoTimeIsRefusedWithWhatWasPrinted) {
    EXPECT_THAT(reason_of(""), HasSubstr("no time"));
    EXPECT_THAT(reason_of("hello\n1 ms per run\n"), HasSubstr("'1 ms per run'"));
    EXPECT_THAT(reason_of("1 hour"), HasSubstr("'1 hour'"));
    EXPECT_THAT(reason_of("time: 0 ms"), HasSubstr("above 0"));
    EXPECT_THAT(reason_of("-1"), HasSubstr("above 0"));
    EXPECT_THAT(reason_of("nan"), HasSubstr("above 0"));
    EXPECT_THAT(reason_of("inf s"), HasSubstr("above 0"));
    EXPECT_THAT(reason_of("1e999 s"), HasSubstr("above 0"));
    EXPECT_THAT(reason_of("timer 5"), HasSubstr("no time"));
    EXPECT_THAT(reason_of(R"({"time_s": "fast"})"), HasSubstr("'time_s'"));
    EXPECT_THAT(reason_of(R"({"time_s": -1})"), HasSubstr("'time_s'"));
    EXPECT_THAT(reason_of(R"({"samples_s": []})"), HasSubstr("'samples_s'"));
    EXPECT_THAT(reason_of(R"({"samples_s": [1, 0]})"), HasSubstr("samples_s[1]"));
    EXPECT_THAT(reason_of(R"({"times": 1})"), HasSubstr("no time"));
    EXPECT_THAT(reason_of("{broken"), HasSubstr("no time"));
    EXPECT_THAT(reason_of(std::string("\x01\xff\x00zz", 5)), HasSubstr("'???zz'"));
}

TEST(Printed, AVerdictDecidesWhereverItStands) {
    EXPECT_EQ(reason_of("invalid: too large\n1 ms\n", Status::invalid), "too large");
    EXPECT_EQ(reason_of("1 ms\n  wrong: off by 3 \n", Status::wrong), "off by 3");
    EXPECT_EQ(reason_of("invalid:\n", Status::invalid), "the program gave no reason");
    EXPECT_DOUBLE_EQ(time_of("this is not invalid: it runs\n1"), 1);
    EXPECT_EQ(read_verdict("anything").status, Status::ok);
    EXPECT_EQ(read_verdict("wrong: x").status, Status::wrong);
}

}  // namespace
}  // namespace ridge::profiler
