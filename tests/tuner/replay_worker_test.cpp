// SPDX-License-Identifier: Apache-2.0
#include "tuner/replay/replay_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

RecordedConfig config(std::int64_t a, double time_s) {
    RecordedConfig out;
    out.config.set("a", a);
    out.status = Status::ok;
    out.objective = time_s;
    out.samples_s = {time_s, 1.1 * time_s, 0.9 * time_s};
    out.more = {{"energy", "", 12.5}};
    return out;
}

// a = 3 failed, a = 4 was not recorded.
RecordedSpace space() {
    RecordedSpace out;
    out.kernel = "my kernel_1";
    out.device = "Some GPU 9";
    TunableParameter a;
    a.name = "a";
    for (std::int64_t i = 1; i <= 4; ++i) a.values.emplace_back(i);
    out.parameters.parameters = {a};
    out.configs = {config(2, 2e-3), config(1, 1e-3), config(3, 1)};
    out.configs[2].status = Status::failed;
    out.configs[2].objective.reset();
    out.configs[2].reason = "compile";
    return out;
}

Json answer(const ReplayWorker& worker, const Json& request) { return *worker.answer(request.dump()); }

Json measured(const ReplayWorker& worker, std::int64_t a, const std::string& cache = "warm") {
    protocol::MeasureRequest request;
    request.id = 5;
    request.call = "program:mykernel_1";
    request.implementation = "mykernel_1";
    request.config.set("a", a);
    request.cache = parse_cache_state(cache);
    request.budget.min_samples = 1;
    request.budget.max_samples = 2;
    return answer(worker, request.json());
}

TEST(ReplayWorker, DescribesItsSpace) {
    const ReplayWorker worker(space(), "file.json");
    const auto json = answer(worker, protocol::describe_request(7));
    const auto description = protocol::Description::from_json(JsonReader(json, "answer"));
    EXPECT_EQ(description.device.id, "some-gpu-9");
    ASSERT_EQ(description.implementations.size(), 1U);
    EXPECT_EQ(description.implementations[0].op, "program:mykernel_1");
    EXPECT_EQ(description.implementations[0].space.default_config().text(), "a=2");
    EXPECT_EQ(worker.suite().calls.at(0).call, "program:mykernel_1");
}

TEST(ReplayWorker, AnswersWhatWasRecorded) {
    const ReplayWorker worker(space(), "file.json");
    const auto ok = measured(worker, 1);
    EXPECT_EQ(ok["status"], "ok");
    EXPECT_EQ(ok["samples_ns"].size(), 2U);
    EXPECT_DOUBLE_EQ(ok["samples_ns"][0].get<double>(), 1e6);
    EXPECT_EQ(ok["energy_j"], 12.5);
    EXPECT_EQ(measured(worker, 3)["status"], "failed");
    EXPECT_EQ(measured(worker, 3)["reason"], "recorded: compile");
    EXPECT_EQ(measured(worker, 4)["status"], "invalid");
    EXPECT_EQ(measured(worker, 9)["status"], "invalid");
    EXPECT_EQ(measured(worker, 1, "cold")["status"], "invalid");
}

TEST(ReplayWorker, RefusesSpacesThatHaveNoTimes) {
    auto none = space();
    for (auto& one : none.configs) one.status = Status::failed;
    EXPECT_THROW(ReplayWorker(none, "file.json"), InputError);
    auto rate = space();
    rate.objective = "GFLOP/s";
    EXPECT_THROW(ReplayWorker(rate, "file.json"), InputError);
}

}  // namespace
}  // namespace ridge::tuner
