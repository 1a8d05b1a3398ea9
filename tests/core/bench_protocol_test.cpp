// SPDX-License-Identifier: Apache-2.0
#include "core/bench_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <limits>

#include "core/requests.hpp"
#include "core/serve.hpp"
#include "message_of.hpp"

namespace ridge::protocol {
namespace {

using testing::HasSubstr;

// Through the text of a line, as it comes over the pipe.
template <typename Message>
Json again(const Message& message) {
    const auto json = parse_json(to_line(message.json()), "line");
    return Message::from_json(JsonReader(json, "line")).json();
}

template <typename Message>
std::string refusal(Json json, const char* key, const Json& value) {
    json[key] = value;
    return message_of([&] { (void)Message::from_json(JsonReader(json, "worker")); });
}

MeasureAnswer ok_answer() {
    MeasureAnswer answer;
    answer.id = 7;
    answer.measurement.status = Status::ok;
    answer.measurement.cache = CacheState::warm;
    answer.measurement.samples_s = {1.5e-6, 2e-6};
    answer.measurement.stop = "interval";
    answer.measurement.discarded = 1;
    answer.measurement.error = 0.0;
    answer.measurement.workspace_bytes = 4096;
    answer.measurement.energy_j = 0.5;
    answer.measurement.clock_before_hz = 2e9;
    answer.measurement.clock_after_hz = 1.9e9;
    answer.measurement.memory_bytes_per_s = 5.1e10;
    return answer;
}

Budget other_budget() {
    return {.target = 0.02, .max_time_s = 2, .min_samples = 3, .max_samples = 30, .timeout_s = 9};
}

TEST(RoundTrip, EveryMessage) {
    const Greeting greeting{.worker = "w", .worker_version = "1.2"};
    EXPECT_EQ(again(greeting), greeting.json());

    MeasureRequest request;
    request.id = 3;
    request.call = "gemm m=1";
    request.implementation = "openblas";
    request.config.set("mr", std::int64_t{12});
    request.cache = CacheState::warm;
    request.seed = std::numeric_limits<std::uint64_t>::max();
    request.verify = false;
    request.budget = other_budget();
    EXPECT_EQ(again(request), request.json());

    EXPECT_EQ(again(ok_answer()), ok_answer().json());
    MeasureAnswer failed;
    failed.measurement.reason = "crashed";
    EXPECT_EQ(again(failed), failed.json());

    RoofRequest roof;
    roof.id = 4;
    roof.probe = {.kind = RoofProbe::Kind::bandwidth,
                  .mix = "read",
                  .precision = Precision::fp32,
                  .level = "L2",
                  .working_set_bytes = 1 << 20,
                  .scope = "core"};
    roof.budget = other_budget();
    EXPECT_EQ(again(roof), roof.json());
    const RoofAnswer rates{.id = 4, .status = Status::ok, .reason = "", .rates = {1e9, 2e9}};
    EXPECT_EQ(again(rates), rates.json());
}

TEST(RoundTrip, Descriptions) {
    Description description;
    description.device.id = "host", description.device.name = "Host", description.device.kind = "cpu";
    description.environment = {{"governor", "performance"}};
    ImplementationInfo info{.op = "gemm",
                            .name = "x",
                            .version = "1",
                            .formats = {"a=fp32"},
                            .sparsities = {"dense"},
                            .space = {}};
    info.space.parameters = {{"mr", {std::int64_t{4}, std::int64_t{8}}, std::int64_t{8}, "rows"}};
    info.space.constraints = {"mr % 4 == 0"};
    description.implementations = {info};
    description.roofs = {{.kind = RoofProbe::Kind::compute,
                          .mix = "fma",
                          .precision = Precision::bf16,
                          .level = "",
                          .working_set_bytes = 0,
                          .scope = "device"}};
    EXPECT_EQ(again(description), description.json());
    EXPECT_EQ(Description::from_json(JsonReader(description.json(), "x")).roofs[0].text(),
              "compute fma bf16 device");
}

TEST(Units, NanosecondsOnTheWireSecondsHere) {
    EXPECT_DOUBLE_EQ(ok_answer().json()["samples_ns"][0].get<double>(), 1500.0);
    const auto json = ok_answer().json();
    EXPECT_DOUBLE_EQ(MeasureAnswer::from_json(JsonReader(json, "x")).measurement.samples_s[1], 2e-6);
}

TEST(GreetingRefusals, AnotherProtocolOrVersion) {
    const auto good = Greeting{.worker = "w", .worker_version = ""}.json();
    EXPECT_EQ(refusal<Greeting>(good, "protocol", "http"),
              "worker: key 'protocol' is \"http\", should be \"ridge-bench\"");
    EXPECT_EQ(refusal<Greeting>(good, "version", 2), "worker: key 'version' is 2, should be 1");
    EXPECT_EQ(refusal<Greeting>(good, "version", 4294967297),
              "worker: key 'version' is 4294967297, should be 1");
    EXPECT_EQ(refusal<Greeting>(good, "worker", nullptr), "worker: key 'worker' is missing");
}

TEST(MeasureAnswerRefusals, WhatCannotBeTrue) {
    const auto good = ok_answer().json();
    const std::tuple<const char*, Json, const char*> cases[] = {
        {"samples_ns", Json::array(), "key 'status' is \"ok\", should be another status"},
        {"samples_ns", {-1.0}, "key 'samples_ns[0]' is -1.0, should be a number above 0"},
        {"samples_ns", {5.0, 0.0}, "key 'samples_ns[1]' is 0.0, should be a number above 0"},
        {"samples_ns", {"fast"}, "key 'samples_ns[0]' is \"fast\""},
        {"samples_ns", 5.0, "should be an array"},
        {"status", "great",
         "worker: key 'status': unknown status 'great'; known: ok, invalid, wrong, failed"},
        {"status", nullptr, "key 'status' is missing"},
        {"status", "failed", "no samples should be given"},
        {"cache", "lukewarm", "worker: key 'cache': unknown cache state 'lukewarm'; known: cold, warm"},
        {"error_over_bound", -0.5, "key 'error_over_bound' is -0.5, should be a number of at least 0"},
        {"discarded", -1, "key 'discarded' is -1, should be a whole number of at least 0"},
        {"workspace_bytes", -4096, "key 'workspace_bytes' is -4096"},
        {"workspace_bytes", 1.5, "key 'workspace_bytes' is 1.5, should be a whole number"},
        {"energy_j", 0, "key 'energy_j' is 0, should be a number above 0"},
        {"clock_after_hz", -2e9, "key 'clock_after_hz'"},
        {"memory_bytes_per_s", 0, "key 'memory_bytes_per_s'"},
        {"id", "seven", "key 'id' is \"seven\", should be a whole number"},
    };
    for (const auto& [key, value, why] : cases)
        EXPECT_THAT(refusal<MeasureAnswer>(good, key, value), HasSubstr(why)) << key;
}

TEST(MeasureAnswerRefusals, AFailureNeedsAReason) {
    const Json bare = {{"id", 1}, {"status", "wrong"}};
    EXPECT_THAT(message_of([&] { (void)MeasureAnswer::from_json(JsonReader(bare, "worker")); }),
                HasSubstr("given with a 'reason'"));
    const Json array = Json::array();
    EXPECT_THAT(message_of([&] { (void)MeasureAnswer::from_json(JsonReader(array, "worker")); }),
                HasSubstr("should be an object"));
}

TEST(MeasureRequestRefusals, BudgetsSeedsAndWords) {
    const auto good = MeasureRequest{}.json();
    EXPECT_THAT(refusal<MeasureRequest>(good, "seed", -1),
                HasSubstr("key 'seed' is -1, should be a whole number of at least 0"));
    EXPECT_THAT(refusal<MeasureRequest>(good, "seed", 0.5), HasSubstr("key 'seed'"));
    EXPECT_THAT(refusal<MeasureRequest>(good, "cache", "x"), HasSubstr("key 'cache': unknown cache state"));
    EXPECT_THAT(refusal<MeasureRequest>(good, "verify", 1), HasSubstr("true or false"));
    EXPECT_THAT(refusal<MeasureRequest>(good, "config", {1, 2}),
                HasSubstr("key 'config' is [1,2], should be an object"));
    const std::tuple<const char*, Json, const char*> budgets[] = {
        {"target", 0, "key 'budget.target'"},
        {"max_time_s", -1, "key 'budget.max_time_s'"},
        {"min_samples", 0, "should be at least 1"},
        {"max_samples", 6, "should be at least min_samples"},
        {"timeout_s", "long", "key 'budget.timeout_s'"}};
    for (const auto& [key, value, why] : budgets) {
        auto budget = Budget{}.json();
        budget[key] = value;
        EXPECT_THAT(refusal<MeasureRequest>(good, "budget", budget), HasSubstr(why)) << key;
    }
}

TEST(RoofRefusals, ProbesAndRates) {
    const auto good = RoofAnswer{.id = 1, .status = Status::ok, .reason = "", .rates = {1e9}}.json();
    EXPECT_THAT(refusal<RoofAnswer>(good, "rates", Json::array()), HasSubstr("should be another status"));
    EXPECT_THAT(refusal<RoofAnswer>(good, "rates", {0.0}), HasSubstr("should be a number above 0"));
    EXPECT_THAT(refusal<RoofAnswer>(good, "status", "great"), HasSubstr("key 'status': unknown status"));
    RoofProbe probe{.kind = RoofProbe::Kind::bandwidth,
                    .mix = "read",
                    .precision = Precision::fp32,
                    .level = "L1",
                    .working_set_bytes = 1024,
                    .scope = "core"};
    const auto json = probe.json();
    EXPECT_EQ(RoofProbe::from_json(JsonReader(json, "x")), probe);
    EXPECT_THAT(refusal<RoofProbe>(json, "kind", "latency"), HasSubstr("\"compute\" or \"bandwidth\""));
    EXPECT_THAT(refusal<RoofProbe>(json, "precision", "fp12"),
                HasSubstr("key 'precision': unknown precision 'fp12'"));
    EXPECT_THAT(refusal<RoofProbe>(json, "working_set_bytes", 0), HasSubstr("a number of bytes above 0"));
    EXPECT_THAT(refusal<RoofProbe>(json, "level", nullptr), HasSubstr("key 'level' is missing"));
}

TEST(Requests, WithoutABody) {
    EXPECT_EQ(to_line(describe_request(1)), R"({"id":1,"request":"describe"})");
    EXPECT_EQ(to_line(quit_request(2)), R"({"id":2,"request":"quit"})");
    EXPECT_EQ(to_line(error_answer(3, "why")), R"({"id":3,"error":"why"})");
}

Roof roof_of(RoofProbe::Kind kind, const char* mix, Precision precision, const char* level, double rate) {
    Roof roof;
    roof.probe = {.kind = kind,
                  .mix = mix,
                  .precision = precision,
                  .level = level,
                  .working_set_bytes = 1,
                  .scope = "device"};
    roof.rate = rate;
    return roof;
}

TEST(Roofs, TheHighestOfAKind) {
    using Kind = RoofProbe::Kind;
    const std::vector<Roof> roofs = {roof_of(Kind::compute, "add", Precision::fp32, "", 1),
                                     roof_of(Kind::compute, "fma", Precision::fp32, "", 2),
                                     roof_of(Kind::bandwidth, "read", Precision::fp32, "L1", 9),
                                     roof_of(Kind::bandwidth, "copy", Precision::fp32, "L1", 7)};
    EXPECT_EQ(best_compute_roof(roofs, Precision::fp32), &roofs[1]);
    EXPECT_EQ(best_compute_roof(roofs, Precision::int8), nullptr);
    EXPECT_EQ(best_bandwidth_roof(roofs, "L1"), &roofs[2]);
    EXPECT_EQ(bandwidth_roof(roofs, "L1", "copy"), &roofs[3]);
    EXPECT_EQ(bandwidth_roof(roofs, "L2", "copy"), nullptr);
}

TEST(Answers, OfAWorkerWithoutRoofs) {
    const RoofProbe probe{.kind = RoofProbe::Kind::bandwidth,
                          .mix = "read",
                          .precision = Precision::fp32,
                          .level = "L1",
                          .working_set_bytes = 1024,
                          .scope = "core"};
    const RoofRequest request{.id = 7, .probe = probe, .budget = {}};
    const auto json = request.json();
    const auto answer = RoofAnswer::from_json(JsonReader(no_roof(JsonReader(json, "r"), "none here"), "a"));
    EXPECT_EQ(answer.id, 7);
    EXPECT_EQ(answer.status, Status::invalid);
    EXPECT_EQ(answer.reason, "none here");
}

TEST(Serving, WritesWholeLinesUntilNobodyReads) {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2] = {};
    ASSERT_EQ(::pipe(ends), 0);
    const auto write = line_writer(ends[1]);
    EXPECT_TRUE(write("one"));
    EXPECT_TRUE(write(""));
    std::string read(16, ' ');
    read.resize(static_cast<std::size_t>(::read(ends[0], read.data(), read.size())));
    EXPECT_EQ(read, "one\n\n");
    ::close(ends[0]);
    EXPECT_FALSE(write("two"));
    ::close(ends[1]);
}

}  // namespace
}  // namespace ridge::protocol
