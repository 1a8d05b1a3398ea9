// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/prediction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/error.hpp"
#include "synthetic.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;

const KernelParameters planted = synthetic::planted_parameters();
constexpr const char* some_call = "gemm m=16 n=1024 k=2048 a=fp32 w=fp32 c=fp32";

DeviceModel fitted_device() {
    const auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.02, 1.0);
    const auto report = fit_kernel_model(records, {}, synthetic::device());
    return make_device_model(synthetic::device(), {}, records, report.model);
}

DeviceModel bare_device() { return make_device_model(synthetic::device(), {}, {}, std::nullopt); }

Prediction predict_text(const std::string& call, const DeviceModel& device) {
    return predict(operators::parse_call(call), device);
}

TEST(Predict, TakesTheMeasurementWhereThereIsOne) {
    const auto device = fitted_device();
    const auto prediction = predict_text(some_call, device);
    EXPECT_EQ(prediction.provenance, Provenance::measured);
    EXPECT_EQ(prediction.time_s, device.measured.at(some_call).summary->median);
    EXPECT_EQ(prediction.implementation, "planted");
    EXPECT_TRUE(prediction.interval.has_value());
}

TEST(Predict, PrefersAColdMeasurementToAFasterWarmOne) {
    auto cold = synthetic::record(some_call, 2e-3, 1);
    auto warm = synthetic::record(some_call, 1e-3, 2);
    warm.measurement.cache = CacheState::warm;
    EXPECT_EQ(predict_text(some_call, make_device_model(synthetic::device(), {}, {cold, warm}, {})).time_s,
              2e-3);
    EXPECT_EQ(predict_text(some_call, make_device_model(synthetic::device(), {}, {warm, cold}, {})).time_s,
              2e-3);
}

TEST(Predict, TakesTheFitForACallNearThoseMeasured) {
    const std::string call = "gemm m=16 n=1536 k=2048 a=fp32 w=fp32 c=fp32";
    const auto prediction = predict_text(call, fitted_device());
    EXPECT_EQ(prediction.provenance, Provenance::predicted);
    EXPECT_NEAR(prediction.time_s / synthetic::planted_time(call, planted), 1.0, 0.05);
    ASSERT_TRUE(prediction.interval.has_value());
    EXPECT_LT(prediction.interval->low, prediction.time_s);
    EXPECT_GT(prediction.interval->high, prediction.time_s);
}

TEST(Predict, SaysThatItExtrapolatesAndWidensTheInterval) {
    const auto device = fitted_device();
    const auto width = [&](const char* call) {
        const auto interval = predict_text(call, device).interval.value();
        return interval.high / interval.low;
    };
    const char* far = "gemm m=16 n=262144 k=2048 a=fp32 w=fp32 c=fp32";
    const auto prediction = predict_text(far, device);
    EXPECT_THAT(prediction.basis, HasSubstr("extrapolated"));
    EXPECT_GT(prediction.nearest_octaves, 4);
    EXPECT_GE(width(far), width("gemm m=16 n=1536 k=2048 a=fp32 w=fp32 c=fp32"));
    ASSERT_TRUE(prediction.interval_95);
    EXPECT_GE(prediction.interval_95->high, prediction.interval->high);
}

TEST(Predict, IsNeverBelowWhatTheCeilingsAllow) {
    auto device = fitted_device();
    for (auto& one : device.kernels->groups.front().parameters.shares) one.value = 50;
    device.kernels->groups.front().parameters.latencies.front().value = 1e-9;
    device.kernels->groups.front().correction = {};
    device.measured.clear();
    const auto call = operators::parse_call(some_call);
    const auto least = least_time(call, CacheState::cold, {device.device, device.ceilings});
    EXPECT_DOUBLE_EQ(least,
                     std::max(operators::work(call).flop / 2e11, operators::work(call).bytes() / 2e10));
    EXPECT_DOUBLE_EQ(predict(call, device).time_s, least);
}

// A kernel that is bad at 16 rows makes a correction that goes up and down; a call of twice the rows takes
// no less for all that.
TEST(Predict, NeverFallsWhenTheLoadDoubles) {
    std::vector<db::Record> records;
    for (const auto& call : synthetic::gemm_calls()) {
        const bool bad = operators::parse_call(call).dimension("m") == 16;
        records.push_back(synthetic::record(call, (bad ? 20 : 1) * synthetic::planted_time(call, planted),
                                            static_cast<std::int64_t>(records.size() + 1)));
    }
    const auto report = fit_kernel_model(records, {}, synthetic::device());
    const auto device = make_device_model(synthetic::device(), {}, {}, report.model);
    std::mt19937_64 generator(5);
    std::uniform_int_distribution<int> dimension(6, 13), rows(1, 24);
    for (int draw = 0; draw < 100; ++draw) {
        const auto sides = " n=" + std::to_string(1 << dimension(generator)) +
                           " k=" + std::to_string(1 << dimension(generator)) + " a=fp32 w=fp32 c=fp32";
        double former = 0;
        for (int m = rows(generator); m < 20000; m *= 2) {
            const auto call = operators::parse_call("gemm m=" + std::to_string(m) + sides);
            const double time = predict(call, device).time_s;
            EXPECT_GE(time, former) << call.text();
            EXPECT_GE(time, least_time(call, CacheState::cold, {device.device, device.ceilings}));
            former = time;
        }
    }
}

TEST(Predict, TakesOtherFormatsOfTheSameKernelAndSaysSo) {
    const auto prediction = predict_text("gemm m=16 n=1024 k=2048 a=int8 w=int8 c=int32", fitted_device());
    EXPECT_EQ(prediction.kind, PredictionKind::transferred);
    EXPECT_THAT(prediction.basis, HasSubstr("with a=fp32 w=fp32 c=fp32"));
}

// A kernel at its ceilings, measured on one call alone.
KernelGroup faster_kernel(const KernelGroup& group, double m, double n, double k) {
    auto out = group;
    out.key.implementation = "far";
    for (auto& one : out.parameters.shares) one.value = 1;
    CorrectionNode node;
    node.axes = {std::log2(m), std::log2(n), std::log2(k)};
    node.noise = 0.01;
    out.correction = Correction(group.correction.axes(), group.correction.lengths(), {node});
    out.nodes = {1};
    out.configs.clear();
    out.config_of.clear();
    return out;
}

TEST(Predict, PrefersAKernelMeasuredNearbyToAFasterOneFarAway) {
    auto device = fitted_device();
    auto& groups = device.kernels->groups;
    groups.push_back(faster_kernel(groups.front(), 1, 64, 64));
    const char* call = "gemm m=16 n=1536 k=2048 a=fp32 w=fp32 c=fp32";
    EXPECT_EQ(predict_text(call, device).implementation, "planted");
    groups.back() = faster_kernel(groups.front(), 16, 1536, 1024);
    EXPECT_EQ(predict_text(call, device).implementation, "far");
}

TEST(Predict, FallsBackToTheRoofs) {
    const auto prediction = predict_text("silu_mul rows=100 n=11008 x=fp32", fitted_device());
    EXPECT_EQ(prediction.provenance, Provenance::specified);
    EXPECT_DOUBLE_EQ(prediction.time_s, 100.0 * 11008 * 3 * 4 / 2e10);
    EXPECT_EQ(prediction.limiter, "DRAM");
    EXPECT_THAT(prediction.basis, HasSubstr("data-sheet"));
    EXPECT_FALSE(prediction.interval.has_value());
}

TEST(Predict, CallsARoofPredictedWhenItWasMeasured) {
    Roof memory;
    memory.probe = {RoofProbe::Kind::bandwidth, "read", Precision::fp32, "DRAM", 1 << 28, "device"};
    memory.rate = 1e10;
    const auto device = make_device_model(synthetic::device(), {memory}, {}, std::nullopt);
    EXPECT_EQ(predict_text("embedding rows=8 n=4096 vocab=32000 x=fp32", device).provenance,
              Provenance::predicted);
    // The compute ceiling is still the data sheet's.
    EXPECT_EQ(predict_text("residual_add rows=8 n=4096 x=fp32", device).provenance, Provenance::specified);
}

TEST(Predict, ScalesRoofsByTheGivenEfficiencies) {
    auto device = bare_device();
    const double bound = predict_text(some_call, device).time_s;
    set_efficiencies(device, 0.5, 0.5);
    EXPECT_DOUBLE_EQ(predict_text(some_call, device).time_s, 2 * bound);
    EXPECT_FALSE(device.is_bound());
    for (const double wrong : {0.0, -1.0, 1.5, std::nan("")})
        EXPECT_THROW(set_efficiencies(device, wrong, 0.5), InputError);
}

TEST(Predict, GivesSparsityNoGainThatTheDataSheetDoesNotKnow) {
    auto device = bare_device();
    device.device.kind = "gpu";
    const std::string large = "gemm m=4096 n=4096 k=4096 a=fp32 w=fp32 c=fp32";
    const double dense = predict_text(large, device).time_s;
    EXPECT_DOUBLE_EQ(predict_text(large + " sparsity=2:4", device).time_s, dense);
    device.sparsity_pattern = "2:4";
    device.sparsity_max_ratio = 2;
    EXPECT_DOUBLE_EQ(predict_text(large + " sparsity=2:4", device).time_s, dense / 2);
    EXPECT_DOUBLE_EQ(predict_text(large + " sparsity=unstructured@0.1", device).time_s, dense);
    device.sparsity_pattern = "unstructured";
    device.sparsity_max_ratio = 4;
    EXPECT_DOUBLE_EQ(predict_text(large + " sparsity=unstructured@0.1", device).time_s, dense / 4);
}

TEST(Predict, NamesTheTermsThatMakeUpTheTime) {
    const auto prediction = predict_text("gemm m=48 n=1536 k=2048 a=fp32 w=fp32 c=fp32", fitted_device());
    ASSERT_EQ(prediction.terms.size(), 3U);
    EXPECT_EQ(prediction.terms[0].name, "launch");
    EXPECT_EQ(prediction.terms[1].name, "compute");
    EXPECT_EQ(prediction.terms[2].name, "DRAM");
    double sum = 0;
    for (const auto& term : prediction.terms) {
        EXPECT_LE(term.seconds, prediction.time_s);
        sum += term.seconds;
    }
    EXPECT_GE(sum, prediction.time_s);
}

}  // namespace
}  // namespace ridge::cost_model
