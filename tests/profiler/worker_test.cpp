// SPDX-License-Identifier: Apache-2.0
#include "profiler/worker/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operators/catalogue.hpp"
#include "operators/memory_needed.hpp"
#include "tests/profiler/fake_kernels.hpp"

namespace ridge::profiler {
namespace {

using testing::FakeWorker;
using ::testing::HasSubstr;
using testing::measure_request;

std::string reason_of(const Json& answer) { return answer.value("reason", ""); }

TEST(Worker, ARightKernelIsVerifiedAndTimed) {
    FakeWorker fake;
    const auto json = fake.answer(measure_request("right"));
    const auto answer = protocol::MeasureAnswer::from_json(JsonReader(json, "answer"));
    EXPECT_EQ(answer.id, 5);
    EXPECT_EQ(answer.measurement.status, Status::ok);
    EXPECT_EQ(answer.measurement.samples_s.size(), 7u);
    EXPECT_NEAR(answer.measurement.samples_s.front(), 0.1, 1e-9);
    EXPECT_EQ(answer.measurement.stop, "interval");
    EXPECT_EQ(answer.measurement.error, 0.25);
    EXPECT_EQ(answer.measurement.workspace_bytes, 77);
    EXPECT_EQ(answer.measurement.clock_before_hz, 2e9);
    // Before, after and at each of the seven flushes.
    EXPECT_EQ(answer.measurement.memory_bytes_per_s, 5e9);
    EXPECT_EQ(fake.counts.poisoned, 1);
    EXPECT_EQ(fake.counts.flushed, 7);
}

TEST(Worker, AWrongKernelIsNeverTimed) {
    FakeWorker fake;
    const auto answer = fake.answer(measure_request("wrong"));
    EXPECT_EQ(answer.at("status"), "wrong");
    EXPECT_EQ(answer.at("error_over_bound"), 3.5);
    EXPECT_THAT(reason_of(answer), HasSubstr("3.5"));
    EXPECT_TRUE(answer.at("samples_ns").empty());
    EXPECT_EQ(fake.counts.runs, 1);
    EXPECT_EQ(fake.answer(measure_request("wrong")).at("status"), "wrong");
}

TEST(Worker, AResultThatIsNotFiniteIsWrongWithoutANumber) {
    FakeWorker fake;
    const auto answer = fake.answer(measure_request("nan"));
    EXPECT_EQ(answer.at("status"), "wrong");
    EXPECT_FALSE(answer.contains("error_over_bound"));
    EXPECT_THAT(reason_of(answer), HasSubstr("not finite"));
}

struct Failure {
    const char* implementation;
    const char* status;
    const char* reason;
};

TEST(Worker, FailuresHaveAStatusAndAReason) {
    const Failure failures[] = {{"throws", "failed", "the device went away"},
                                {"greedy", "failed", "not enough memory"},
                                {"refuses", "invalid", "tile does not divide n"},
                                {"unheard-of", "invalid", "unknown implementation 'unheard-of'"}};
    FakeWorker fake;
    for (const auto& failure : failures) {
        const auto answer = fake.answer(measure_request(failure.implementation));
        EXPECT_EQ(answer.at("status"), failure.status) << failure.implementation;
        EXPECT_THAT(reason_of(answer), HasSubstr(failure.reason));
        EXPECT_EQ(fake.answer(measure_request("right")).at("status"), "ok");
    }
}

TEST(Worker, CallsAndConfigsThatDoNotFitAreInvalid) {
    FakeWorker fake;
    const auto with = [](const char* key, const Json& value) {
        auto request = measure_request("right");
        request[key] = value;
        return request;
    };
    EXPECT_THAT(reason_of(fake.answer(with("call", "stream_copy n=0 x=fp32"))), HasSubstr("at least 1"));
    EXPECT_THAT(reason_of(fake.answer(with("call", "conv n=1 x=fp32"))),
                HasSubstr("unknown operator 'conv'"));
    EXPECT_THAT(reason_of(fake.answer(with("call", "stream_read n=8 x=fp32"))),
                HasSubstr("no implementation of operator"));
    EXPECT_THAT(reason_of(fake.answer(with("call", "stream_copy n=8 x=fp99"))), HasSubstr("fp99"));
    EXPECT_THAT(reason_of(fake.answer(with("config", {{"tile", 3}}))), HasSubstr("should be one of 1, 2, 4"));
    EXPECT_THAT(reason_of(fake.answer(with("config", Json::object()))), HasSubstr("'tile' is missing"));
    EXPECT_THAT(reason_of(fake.answer(with("config", {{"tile", 1}, {"fast", true}}))),
                HasSubstr("unknown parameter 'fast'"));
}

TEST(Worker, ACallBeyondMemoryIsInvalidBeforeAnythingIsAllocated) {
    FakeWorker fake(1000);
    auto request = measure_request("right");
    request["call"] = "stream_copy n=1000000 x=fp32";
    const auto answer = fake.answer(request);
    EXPECT_EQ(answer.at("status"), "invalid");
    EXPECT_THAT(reason_of(answer), HasSubstr("of memory is available"));
    EXPECT_EQ(fake.counts.operands, 0);
}

TEST(Worker, MemoryOfTheFormerCallIsAvailableToTheNext) {
    FakeWorker fake(2000);
    fake.held_by_a_kernel = 1990;
    EXPECT_EQ(fake.answer(measure_request("right")).at("status"), "ok");
    auto next = measure_request("right");
    next["call"] = "stream_copy n=16 x=fp32";
    EXPECT_EQ(fake.answer(next).at("status"), "ok");
}

TEST(Worker, MemoryNeededIsThatOfDenseOperands) {
    const auto needed = [](const std::string& text) {
        return operators::memory_needed(operators::parse_call(text));
    };
    EXPECT_EQ(needed("stream_copy n=1000 x=fp32"), 8000);
    // A as it is and as words of 32 bits, W twice, reference and bound of 8 rows, output and its sums.
    constexpr double n = 4096, k = 8192, m = 16;
    EXPECT_EQ(needed("gemm m=16 n=4096 k=8192 a=int8 w=int8 c=int32"),
              (1 + 4) * m * k + 2 * n * k + 16 * 8 * n + 8 * m * n);
    // Nothing dense beside them: blocks have a byte each and a rank of 16 while they are chosen.
    const std::string blocks = " sparsity=block:16x16@0.125",
                      dense = "gemm m=16 n=4096 k=8192 a=int8 w=int8 c=int32";
    EXPECT_LE(needed(dense + blocks), needed(dense) + 17 * n * k / 256);
}

TEST(Worker, InterleavedConfigsShareOperandsAndStayPrepared) {
    FakeWorker fake;
    for (int round = 0; round < 3; ++round)
        for (const std::int64_t tile : {1, 2, 4})
            EXPECT_EQ(fake.answer(measure_request("right", tile)).at("status"), "ok");
    EXPECT_EQ(fake.counts.operands, 1);
    EXPECT_EQ(fake.counts.prepared, 3);
    EXPECT_EQ(fake.counts.verified, 3);
    auto other_seed = measure_request("right");
    other_seed["seed"] = 2;
    static_cast<void>(fake.answer(other_seed));
    EXPECT_EQ(fake.counts.operands, 2);
    EXPECT_EQ(fake.counts.alive, 1);
}

TEST(Worker, PreparedKernelsGoWhenMemoryIsShort) {
    FakeWorker fake(2000);  // a quarter of it holds one kernel of 400 bytes
    for (const std::int64_t tile : {1, 2, 1})
        EXPECT_EQ(fake.answer(measure_request("large", tile)).at("status"), "ok");
    EXPECT_EQ(fake.counts.prepared, 3);
    EXPECT_EQ(fake.counts.alive, 1);
}

TEST(Worker, WarmMeasurementsDoNotFlush) {
    FakeWorker fake;
    auto request = measure_request("right");
    request["cache"] = "warm";
    EXPECT_EQ(fake.answer(request).at("cache"), "warm");
    EXPECT_EQ(fake.counts.flushed, 0);
}

TEST(Worker, VerificationCanBeLeftOut) {
    FakeWorker fake;
    auto request = measure_request("wrong");
    request["verify"] = false;
    const auto answer = fake.answer(request);
    EXPECT_EQ(answer.at("status"), "ok");
    EXPECT_FALSE(answer.contains("error_over_bound"));
}

TEST(Worker, Roofs) {
    FakeWorker fake;
    protocol::RoofRequest request{
        .id = 9, .probe = {.kind = RoofProbe::Kind::compute, .mix = "fma", .level = ""}, .budget = {}};
    EXPECT_EQ(fake.answer(request.json()).at("rates").size(), 2u);
    request.probe.mix = "broken";
    EXPECT_EQ(fake.answer(request.json()).at("status"), "failed");
    request.probe.mix = "other";
    EXPECT_EQ(fake.answer(request.json()).at("status"), "invalid");
}

}  // namespace
}  // namespace ridge::profiler
