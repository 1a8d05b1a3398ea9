// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <random>

#include "db/import/benchmark_name.hpp"
#include "db/import/google_benchmark.hpp"
#include "fixture.hpp"

namespace ridge::db {
namespace {

using testing::HasSubstr;

constexpr const char* repetitions = R"json({
  "context": {"date": "2026-03-04T05:06:07+02:00", "host_name": "h", "num_cpus": 2, "library_build_type": "release"},
  "benchmarks": [
    {"name": "gemm n=64 m=1 k=64 a=fp32 w=fp32 c=fp32/openblas/threads=2 fast=true/min_time:0.5", "run_type": "iteration",
     "repetition_index": 0, "real_time": 1.5, "cpu_time": 3.0, "time_unit": "us"},
    {"name": "gemm n=64 m=1 k=64 a=fp32 w=fp32 c=fp32/openblas/threads=2 fast=true/min_time:0.5", "run_type": "iteration",
     "repetition_index": 1, "real_time": 2.5, "cpu_time": 3.0, "time_unit": "us"},
    {"name": "gemm n=64 m=1 k=64 a=fp32 w=fp32 c=fp32/openblas/threads=2 fast=true/min_time:0.5_mean",
     "run_name": "gemm n=64 m=1 k=64 a=fp32 w=fp32 c=fp32/openblas/threads=2 fast=true/min_time:0.5", "run_type": "aggregate",
     "aggregate_name": "mean", "real_time": 2.0, "time_unit": "us"},
    {"name": "gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32/onednn//cold", "real_time": 7, "time_unit": "ns"},
    {"name": "gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32/onednn/real_time", "real_time": 2, "time_unit": "s"},
    {"name": "gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32/onednn/real_time", "error_occurred": true, "error_message": "no memory"},
    {"name": "BM_something/1024", "real_time": 2, "time_unit": "ms"}
  ]
})json";

class ImportTest : public StoreTest {
  protected:
    ImportReport import(const std::string& content, const std::string& name = "bench.json") {
        write_bytes(folder_ / name, content);
        return import_google_benchmark(*store_, folder_ / name, "host");
    }
    ImportReport import_row(const std::string& row) { return import(R"({"benchmarks": [)" + row + "]}"); }
    void SetUp() override {
        StoreTest::SetUp();
        store_ = std::make_unique<Store>(filled());
    }
    void TearDown() override {
        store_.reset();
        StoreTest::TearDown();
    }
    std::unique_ptr<Store> store_;
};

TEST_F(ImportTest, RepetitionsAreTheSamplesOfOneMeasurement) {
    const auto report = import(repetitions);
    EXPECT_EQ(report.rows, 7u);
    EXPECT_EQ(report.added, 3u);
    const auto records = store_->measurements({});
    ASSERT_EQ(records.size(), 3u);
    const auto& first = records[0];
    EXPECT_EQ(first.call, small_call);  // canonical order of the dimensions
    EXPECT_EQ(first.implementation, "openblas");
    EXPECT_EQ(first.config, KernelConfig({{"threads", std::int64_t{2}}, {"fast", true}}));
    ASSERT_EQ(first.measurement.samples_s.size(), 2u);
    EXPECT_DOUBLE_EQ(first.measurement.samples_s[0], 1.5e-6);
    EXPECT_DOUBLE_EQ(first.summary->median, 2e-6);
    EXPECT_EQ(first.measurement.cache, CacheState::warm);
    EXPECT_EQ(first.campaign, "");
    EXPECT_EQ(first.taken_at, "2026-03-04T03:06:07.000Z");
    EXPECT_THAT(first.source, HasSubstr("bench.json sha256:" + report.source.digest.substr(0, 12)));
    EXPECT_EQ(store_->environment(first.environment)["context"]["num_cpus"], 2);
}

TEST_F(ImportTest, PartsConfigsAndErrors) {
    import(repetitions);
    const auto records = store_->measurements({});
    EXPECT_EQ(records[1].config.text(), "");
    EXPECT_EQ(records[1].measurement.cache, CacheState::cold);
    EXPECT_DOUBLE_EQ(records[1].measurement.samples_s[0], 7e-9);
    EXPECT_EQ(records[2].measurement.status, Status::failed);
    EXPECT_EQ(records[2].measurement.reason, "no memory");
    EXPECT_TRUE(records[2].measurement.samples_s.empty());
}

TEST_F(ImportTest, WhatDoesNotFitIsReportedWithAReason) {
    const auto report = import(repetitions);
    ASSERT_EQ(report.skipped.size(), 2u);
    EXPECT_THAT(report.skipped[0].reason, HasSubstr("aggregate"));
    EXPECT_EQ(report.skipped[1].name, "BM_something/1024");
    EXPECT_THAT(report.skipped[1].reason, HasSubstr("unknown operator 'BM_something'"));
}

TEST_F(ImportTest, TheSameContentIsImportedOnce) {
    import(repetitions);
    const auto again = import(repetitions, "renamed.json");
    EXPECT_TRUE(again.imported_before);
    EXPECT_EQ(again.added, 0u);
    EXPECT_EQ(store_->measurements({}).size(), 3u);
    EXPECT_EQ(import(std::string(repetitions) + "\n").added, 3u);  // other content: another run
    EXPECT_EQ(store_->import_sources().size(), 2u);
}

TEST_F(ImportTest, BenchmarksThatDifferInFurtherPartsAreRounds) {
    const std::string name = std::string(small_call) + "/openblas/threads=2/";
    import(R"({"benchmarks": [{"name": ")" + name + R"(min_time:1", "real_time": 5}, {"name": ")" + name +
           R"(min_time:2", "real_time": 6}]})");
    const auto records = store_->measurements({});
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0].round, 0);
    EXPECT_EQ(records[1].round, 1);
}

TEST_F(ImportTest, HostileRowsAreSkipped) {
    const std::string name = R"("name": ")" + std::string(small_call) + R"(/openblas/")";
    const std::pair<std::string, const char*> rows[] = {
        {"7", "an object"},
        {"{}", "'name' is missing"},
        {R"({"name": 7})", "a text"},
        {"{" + name + "}", "'real_time' is missing"},
        {"{" + name + R"(, "real_time": "NaN"})", "a number above 0"},
        {"{" + name + R"(, "real_time": null})", "'real_time' is missing"},
        {"{" + name + R"(, "real_time": -1})", "a number above 0"},
        {"{" + name + R"(, "real_time": 1e-320, "time_unit": "ns"})", "should be"},
        {"{" + name + R"(, "real_time": 1, "time_unit": "fortnight"})", "ns, us, ms or s"},
        {"{" + name + R"(, "real_time": 1, "time_unit": 3})", "a text"},
        {"{" + name + R"(, "real_time": 1, "run_type": "dream"})", "run_type 'dream'"},
        {"{" + name + R"(, "real_time": 1, "error_occurred": "yes"})", "true or false"},
        {"{" + name + R"(, "skipped": true, "skip_message": "no GPU"})", "no GPU"},
        {R"({"name": "", "real_time": 1})", "CALL/IMPLEMENTATION/CONFIG"},
        {R"({"name": "///", "real_time": 1})", "CALL/IMPLEMENTATION/CONFIG"},
        {R"({"name": "gemm m=0 n=1 k=1 a=fp32 w=fp32 c=fp32/x/", "real_time": 1})", "should be at least 1"},
        {R"({"name": "gemm m=99999999999999999999 n=1 k=1 a=fp32 w=fp32 c=fp32/x/", "real_time": 1})",
         "not a whole number"},
        {R"({"name": ")" + std::string(small_call) + R"(/x/=3", "real_time": 1})", "should be name=value"},
        {R"({"name": ")" + std::string(small_call) + R"(/x/a=1 a=2", "real_time": 1})", "stands twice"},
    };
    for (const auto& [row, reason] : rows) {
        SCOPED_TRACE(row);
        const auto report = import_row(row);
        EXPECT_EQ(report.added, 0u);
        ASSERT_EQ(report.skipped.size(), 1u);
        EXPECT_THAT(report.skipped[0].reason, HasSubstr(reason));
    }
    EXPECT_TRUE(store_->measurements({}).empty());
    EXPECT_TRUE(store_->import_sources().empty());
}

TEST_F(ImportTest, FilesThatAreNoOutputOfGoogleBenchmark) {
    const auto refusal = [&](const std::string& content) {
        return message_of<InputError>([&] { import(content); });
    };
    EXPECT_THAT(refusal(""), HasSubstr("not valid JSON"));
    EXPECT_THAT(refusal("[]"), HasSubstr("should be an object"));
    EXPECT_THAT(refusal("{}"), HasSubstr("'benchmarks' is missing"));
    EXPECT_THAT(refusal(R"({"benchmarks": 7})"), HasSubstr("should be an array"));
    EXPECT_THAT(refusal(R"({"benchmarks": [{"name": "x", "real_time": NaN}]})"), HasSubstr("not valid JSON"));
    EXPECT_THAT(refusal(R"({"benchmarks": [{"name": "x", "real_time": 1e999}]})"),
                HasSubstr("not valid JSON"));
    EXPECT_THAT(message_of<InputError>(
                    [&] { (void)import_google_benchmark(*store_, folder_ / "none.json", "host"); }),
                HasSubstr("none.json"));
    EXPECT_THAT(message_of<InputError>([&] { (void)import_google_benchmark(*store_, folder_, "host"); }),
                HasSubstr("cannot be read"));
    write_bytes(folder_ / "good.json", repetitions);
    EXPECT_THAT(message_of<InputError>(
                    [&] { (void)import_google_benchmark(*store_, folder_ / "good.json", "none"); }),
                HasSubstr("device 'none' is not in the store"));
}

TEST_F(ImportTest, CutAnywhere) {
    const std::string whole = repetitions;
    for (std::size_t size = 0; size + 1 < whole.size(); size += 61)
        EXPECT_THAT(message_of<InputError>([&] { import(whole.substr(0, size)); }),
                    HasSubstr("bench.json: not valid JSON"));
    EXPECT_TRUE(store_->measurements({}).empty());
}

TEST_F(ImportTest, RandomBytesInTheFile) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 60; ++trial) {
        std::string content = repetitions;
        for (int i = 0; i < 3; ++i) content[random() % content.size()] = static_cast<char>(random());
        try {
            (void)import(content);
        } catch (const InputError& error) {
            EXPECT_THAT(error.what(), HasSubstr("bench.json"));
        }
    }
    EXPECT_TRUE(store_->problems().empty());
}

TEST(UtcTime, OffsetsAndNonsense) {
    EXPECT_EQ(utc_time("2026-01-01T00:30:00+01:00"), "2025-12-31T23:30:00.000Z");
    EXPECT_EQ(utc_time("2024-02-28T23:30:00-05:30"), "2024-02-29T05:00:00.000Z");
    EXPECT_EQ(utc_time("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000Z");
    for (const char* text : {"", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                             "2026-01-01T25:00:00Z", "2026-01-01"})
        EXPECT_EQ(utc_time(text), "") << text;
}

TEST(ConfigText, KeepsTheTypes) {
    EXPECT_EQ(parse_config("a=1 b=0.5 c=true d=row e=-2 f=inf g=1x"),
              KernelConfig({{"a", std::int64_t{1}},
                            {"b", 0.5},
                            {"c", true},
                            {"d", std::string("row")},
                            {"e", std::int64_t{-2}},
                            {"f", std::string("inf")},
                            {"g", std::string("1x")}}));
}

}  // namespace
}  // namespace ridge::db
