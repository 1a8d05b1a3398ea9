// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cost_model/kernel/prediction.hpp"
#include "synthetic.hpp"

namespace ridge::cost_model {
namespace {

using testing::HasSubstr;

const KernelParameters planted = synthetic::planted_parameters();

FitReport fit(const std::vector<db::Record>& records) {
    return fit_kernel_model(records, {}, synthetic::device());
}

double share(const KernelParameters& parameters, const char* name) {
    return value_of(parameters.shares, name, 0);
}

// Nothing measured: every call has to come from the fit.
DeviceModel model_of(const FitReport& report) {
    return make_device_model(synthetic::device(), {}, {}, report.model);
}

TEST(Fit, RecoversPlantedParametersUnderNoiseAndOutliers) {
    const auto report = fit(synthetic::records(synthetic::gemm_calls(), planted, 0.05, 3.0));
    ASSERT_TRUE(report.usable) << report.message;
    ASSERT_EQ(report.model.groups.size(), 1U);
    const auto& found = report.model.groups.front().parameters;
    EXPECT_NEAR(share(found, "compute") / share(planted, "compute"), 1.0, 0.06);
    EXPECT_NEAR(share(found, "DRAM") / share(planted, "DRAM"), 1.0, 0.06);
    EXPECT_NEAR(value_of(found.latencies, "launch", 0) / 2e-5, 1.0, 0.3);
    EXPECT_LT(report.held_out.median, 0.08);
    EXPECT_GT(found.shares.front().log_sd, 0);
    EXPECT_LT(found.shares.front().log_sd, 0.2);
    EXPECT_GT(report.roofline.median, 2.0 * report.held_out.median);
}

TEST(Fit, RecoversThemNearlyExactlyWithoutNoise) {
    const auto report = fit(synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0));
    ASSERT_TRUE(report.usable);
    const auto& found = report.model.groups.front().parameters;
    EXPECT_NEAR(share(found, "compute") / share(planted, "compute"), 1.0, 0.01);
    EXPECT_NEAR(share(found, "DRAM") / share(planted, "DRAM"), 1.0, 0.01);
    EXPECT_NEAR(found.overlap / planted.overlap, 1.0, 0.1);
    EXPECT_LT(report.held_out.p90, 0.02) << "a launch that nothing hides is the end of its overlap's range";
}

TEST(Fit, OneRunawayMeasurementDoesNotMoveIt) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.02, 1.0);
    const auto before = fit(records).model.groups.front().parameters;
    records[0] = synthetic::record(records[0].call, 1000.0 * records[0].summary->median, records[0].id);
    const auto after = fit(records).model.groups.front().parameters;
    EXPECT_NEAR(share(after, "compute") / share(before, "compute"), 1.0, 0.02);
    EXPECT_NEAR(share(after, "DRAM") / share(before, "DRAM"), 1.0, 0.02);
}

TEST(Fit, HoldsOutTheSameQuarterOfCallsEverywhere) {
    std::size_t held_out = 0;
    const int many = 4000;
    for (int m = 1; m <= many; ++m)
        held_out += is_held_out("gemm m=" + std::to_string(m) + " n=64 k=64 a=fp32 w=fp32 c=fp32") ? 1U : 0U;
    EXPECT_NEAR(static_cast<double>(held_out) / many, 0.25, 0.03);
    // Frozen: another split would make the errors of two versions incomparable.
    EXPECT_FALSE(is_held_out("gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32"));
    EXPECT_TRUE(is_held_out("gemm m=1 n=11008 k=4096 a=fp32 w=fp32 c=fp32"));
}

// What held-out calls measured changes neither parameters nor the errors' predictions; only then do they
// become nodes.
TEST(Fit, NeverFitsOnHeldOutCalls) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.05, 3.0);
    const auto report = fit(records);
    for (auto& record : records)
        if (is_held_out(record.call))
            record = synthetic::record(record.call, 7 * record.summary->median, record.id);
    const auto other = fit(records);
    EXPECT_EQ(other.model.groups.front().parameters, report.model.groups.front().parameters);
    ASSERT_EQ(other.points.size(), report.points.size());
    for (std::size_t i = 0; i < report.points.size(); ++i) {
        EXPECT_TRUE(is_held_out(report.points[i].call));
        EXPECT_EQ(other.points[i].predicted_s, report.points[i].predicted_s);
    }
    EXPECT_EQ(report.fitted_on.size(), records.size());
    EXPECT_EQ(report.model.groups.front().nodes.size(), records.size());
}

TEST(Fit, TakesTheFastestRecordOfACall) {
    const auto calls = synthetic::gemm_calls();
    auto records = synthetic::records(calls, planted, 0.0, 1.0);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        auto slow = synthetic::record(calls[i], 5.0 * records[i].summary->median,
                                      static_cast<std::int64_t>(1000 + i));
        slow.config.set("mr", std::int64_t{1});
        records.push_back(std::move(slow));
    }
    const auto report = fit(records);
    ASSERT_TRUE(report.usable);
    EXPECT_NEAR(share(report.model.groups.front().parameters, "DRAM"), share(planted, "DRAM"), 0.01);
    EXPECT_LT(report.fitted_on.back(), 1000);
}

TEST(Fit, SaysWhenThereAreTooFewCalls) {
    const auto calls = synthetic::gemm_calls();
    const auto report = fit(synthetic::records({calls.begin(), calls.begin() + 4}, planted, 0.0, 1.0));
    EXPECT_FALSE(report.usable);
    EXPECT_TRUE(report.model.groups.empty());
    ASSERT_EQ(report.groups.size(), 1U);
    EXPECT_THAT(report.groups.front().note, HasSubstr("too few calls"));
    EXPECT_THAT(report.message, HasSubstr("too few calls"));
}

// Times that no work explains: the group is refused rather than fitted to chance.
TEST(Fit, RefusesWhatTheFormulaDoesNotDescribe) {
    std::vector<db::Record> records;
    for (const auto& call : synthetic::gemm_calls()) {
        const double share = static_cast<double>(stable_hash(call + "!") % 1000) / 1000;
        records.push_back(synthetic::record(call, 1e-6 * std::pow(10.0, 5 * share),
                                            static_cast<std::int64_t>(records.size() + 1)));
    }
    const auto report = fit(records);
    EXPECT_FALSE(report.usable);
    EXPECT_THAT(report.message, HasSubstr("factor of 2"));
}

TEST(Fit, HasNoIntervalWithTooFewCalls) {
    std::vector<std::string> seen;
    for (const auto& call : synthetic::gemm_calls())
        if (!is_held_out(call)) seen.push_back(call);
    const auto few = fit(synthetic::records({seen.begin(), seen.begin() + 6}, planted, 0.02, 1.0));
    ASSERT_TRUE(few.usable) << few.message;
    EXPECT_TRUE(few.model.groups.front().intervals.empty());
    EXPECT_EQ(few.held_out.count, 0U);
    EXPECT_THAT(few.message, HasSubstr("no held-out call"));
    const auto more = fit(synthetic::records({seen.begin(), seen.begin() + 20}, planted, 0.02, 1.0));
    EXPECT_GT(more.model.groups.front().intervals.at(0).value().of_80, 0.0);
}

// Shapes between those that were fitted, with noise of their own.
TEST(Fit, IntervalHoldsAboutItsShareOfFreshCalls) {
    const double noise = 0.05;
    const auto report = fit(synthetic::records(synthetic::gemm_calls(), planted, noise, 1.0));
    const auto device = model_of(report);
    std::mt19937_64 generator(11);
    std::normal_distribution<double> normal(0.0, noise);
    std::size_t inside = 0, all = 0;
    for (const int m : {2, 8, 64, 256})
        for (const int n : {512, 2048, 8192})
            for (const int k : {768, 1536, 3072}) {
                const auto call = "gemm m=" + std::to_string(m) + " n=" + std::to_string(n) +
                                  " k=" + std::to_string(k) + " a=fp32 w=fp32 c=fp32";
                const auto interval = predict(operators::parse_call(call), device).interval;
                ASSERT_TRUE(interval) << call;
                for (int draw = 0; draw < 20; ++draw, ++all) {
                    const double time = synthetic::planted_time(call, planted) * std::exp(normal(generator));
                    inside += time >= interval->low && time <= interval->high ? 1U : 0U;
                }
            }
    const double share = static_cast<double>(inside) / static_cast<double>(all);
    EXPECT_GT(share, 0.72);
    EXPECT_LT(share, 0.92);
}

// The configuration that tuning finds is not known for a call that was never tuned, and must not flatter the
// errors.
TEST(Fit, ReportsTheErrorOfWhatPredictGives) {
    std::vector<db::Record> records;
    for (const auto& call : synthetic::gemm_calls()) {
        const auto id = static_cast<std::int64_t>(records.size() + 1);
        auto record = synthetic::record(call, synthetic::planted_time(call, planted), id);
        record.config.set("mr", std::int64_t{3} + id % 5);
        records.push_back(std::move(record));
    }
    const auto all = records;
    // The fit that the errors are of has no held-out node: take them out of the model to ask it the same.
    std::erase_if(records, [](const db::Record& record) { return is_held_out(record.call); });
    const auto without = fit(records);
    const auto device = model_of(without);
    // predict() may be above: it is never below what a call of half the load takes.
    std::size_t asked = 0, equal = 0;
    for (const auto& point : fit(all).points) {
        const double predicted = predict(operators::parse_call(point.call), device).time_s;
        EXPECT_GE(predicted, 0.999 * point.predicted_s) << point.call;
        equal += predicted <= 1.001 * point.predicted_s ? 1U : 0U;
        ++asked;
    }
    EXPECT_GT(asked, 5U);
    EXPECT_GT(equal, asked / 2);
}

TEST(Fit, LeavesOutOtherDevicesFailuresAndUnknownOperators) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0);
    const auto clean = fit(records);
    auto other = synthetic::record("gemm m=3 n=3 k=3 a=fp32 w=fp32 c=fp32", 1.0, 900);
    other.device = "another";
    auto failed = synthetic::record("gemm m=5 n=5 k=5 a=fp32 w=fp32 c=fp32", 1.0, 901);
    failed.measurement.status = Status::wrong;
    records.insert(records.end(), {other, failed, synthetic::record("convolution h=3 x=fp32", 1.0, 902)});
    EXPECT_EQ(fit(records).fitted_on, clean.fitted_on);
}

TEST(Fit, BorrowsFromOtherKindsOfSparsityWhenThereAreTooFew) {
    auto calls = synthetic::gemm_calls();
    auto records = synthetic::records(calls, planted, 0.0, 1.0);
    const std::string sparse = "gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32 sparsity=2:4";
    records.push_back(synthetic::record(sparse, synthetic::planted_time(sparse, planted), 500));
    const auto report = fit(records);
    ASSERT_EQ(report.model.groups.size(), 2U);
    EXPECT_EQ(report.model.groups[0].pooled_from, "");
    EXPECT_EQ(report.model.groups[1].pooled_from, "other kinds of sparsity");
    EXPECT_EQ(report.model.groups[1].nodes.size(), 1U);
}

// One call tells how far its kind is from its kin; the rest of the formula is theirs.
TEST(Fit, OneCallOfAKindMovesWhatItsKinLend) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0);
    auto slower = planted;
    for (auto& one : slower.shares)
        if (one.name == "compute") one.value *= 0.6;
    std::vector<std::string> few;
    for (const int n : {1024, 2048, 3072, 4096, 6144, 8192, 11008}) {
        const auto call = "gemm m=512 n=" + std::to_string(n) + " k=2048 a=int8 w=int8 c=int32";
        if (!is_held_out(call)) few.push_back(call);
    }
    ASSERT_GE(few.size(), 4U);
    std::int64_t id = 700;
    for (const auto& call : {few[0], few[1]})
        records.push_back(synthetic::record(call, synthetic::planted_time(call, slower), ++id));
    const auto report = fit(records);
    ASSERT_EQ(report.model.groups.size(), 2U);
    EXPECT_EQ(report.model.groups[1].pooled_from, "other precisions");
    const auto device = model_of(report);
    for (const auto& call : {few[2], few[3]}) {
        const double truth = synthetic::planted_time(call, slower);
        const double by_kin = synthetic::planted_time(call, planted);
        const double error = std::abs(std::log(predict(operators::parse_call(call), device).time_s / truth));
        EXPECT_LT(error, 0.5 * std::abs(std::log(by_kin / truth))) << call;
    }
}

// Small groups together tell what they are off by.
TEST(Fit, SmallGroupsHaveIntervalsFromEachOther) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0);
    std::mt19937_64 generator(5);
    std::normal_distribution<double> normal(0.0, 0.1);
    std::int64_t id = 700;
    for (const auto* sparsity : {"1:4", "2:4", "block:16x16@0.25", "unstructured@0.1"})
        for (const int n : {1024, 1536, 2048, 3072, 4096, 6144, 8192}) {
            const auto call =
                "gemm m=1 n=" + std::to_string(n) + " k=4096 a=fp32 w=fp32 c=fp32 sparsity=" + sparsity;
            const double seconds = synthetic::planted_time(call, planted) * std::exp(normal(generator));
            records.push_back(synthetic::record(call, seconds, ++id));
        }
    const auto report = fit(records);
    ASSERT_GE(report.model.groups.size(), 4U);
    for (const auto& group : report.model.groups) {
        const auto widths = group.intervals.at(1);
        ASSERT_TRUE(widths) << group.key.text();
        if (group.pooled_from.empty()) continue;
        EXPECT_GT(widths->of_80, 0.05);
        EXPECT_LT(widths->of_80, 0.4);
    }
}

// Zeros among the activations are nothing to a kernel that runs dense ones.
TEST(Fit, DenseKernelsRunSparseActivationsAsDense) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0);
    const std::string dense = "gemm m=1 n=4096 k=8192 a=fp32 w=fp32 c=fp32";
    const auto sparse = dense + " activation_sparsity=unstructured@0.1";
    records.push_back(synthetic::record(sparse, synthetic::planted_time(dense, planted), 900));
    const auto report = fit(records);
    ASSERT_EQ(report.model.groups.size(), 1U);
    const auto device = model_of(report);
    EXPECT_DOUBLE_EQ(predict(operators::parse_call(sparse), device).time_s,
                     predict(operators::parse_call(dense), device).time_s);
}

// The same run under two names: neither may be held out while the other is fitted on.
TEST(Fit, HoldsOutWhatRunsAlikeTogether) {
    const auto dense = synthetic::gemm_calls();
    auto records = synthetic::records(dense, planted, 0.05, 1.0);
    const std::string zeros = " activation_sparsity=unstructured@0.1";
    for (std::size_t i = 0; i < dense.size(); ++i)
        records.push_back(synthetic::record(dense[i] + zeros, records[i].summary->median,
                                            static_cast<std::int64_t>(1000 + i)));
    const auto report = fit(records);
    std::set<std::string> asked;
    for (const auto& point : report.points) {
        const auto run = point.call.substr(0, point.call.find(zeros));
        EXPECT_TRUE(is_held_out(run)) << point.call;
        asked.insert(run);
    }
    EXPECT_EQ(report.points.size(), 2 * asked.size());
    EXPECT_GT(asked.size(), 5U);
}

// A prior stands where it is, near a bound too: what the calls do not tell is as kin have it.
TEST(Fit, KeepsAPriorNearItsBound) {
    std::vector<TrainingRow> rows(3);
    RowPointers pointers;
    for (auto& row : rows) {
        row.seconds = 1e-3;
        row.features.regime = "gemm";
        row.features.latencies.add({"launch", 1});
        row.features.ceilings.add({"compute", 8e-4});
        row.features.ceilings.add({"L2", 1e-7});
        pointers.push_back(&row);
    }
    auto prior = planted;
    prior.shares.push_back({"L2", 1.2, 0});
    const auto fitted = fit_parameters(pointers, &prior);
    ASSERT_TRUE(fitted);
    EXPECT_NEAR(share(*fitted, "L2"), 1.2, 0.01);
}

// Twice as slow a memory while a call was measured is not the kernel's fault.
TEST(Fit, CountsHowFastMemoryWasMeanwhile) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0);
    auto slow = planted;
    for (auto& one : slow.shares)
        if (one.name == "DRAM") one.value /= 2;
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto& record = records[i];
        const bool slowed = stable_hash(record.call + "!") % 3 == 0;
        if (slowed)
            record = synthetic::record(record.call, synthetic::planted_time(record.call, slow), record.id);
        record.measurement.memory_bytes_per_s = slowed ? 1e10 : 2e10;
    }
    const auto knowing = fit(records);
    EXPECT_LT(knowing.held_out.p90, 0.02);
    EXPECT_NEAR(share(knowing.model.groups.front().parameters, "DRAM"), share(planted, "DRAM"), 0.01);
    for (auto& record : records) record.measurement.memory_bytes_per_s = std::nullopt;
    EXPECT_GT(fit(records).held_out.p90, 0.2);
}

// An accelerator whose library takes the faster of two tiles, neither of which is the formula's own.
TEST(Fit, FindsTheTilesOfAProduct) {
    auto device = synthetic::device();
    device.kind = "gpu";
    device.units = 20;
    const auto ceilings = make_ceilings(device, {});
    auto tiled = planted;
    tiled.tiles = {{1, 1.0}, {5, 1.5}};  // 64x64, 128x128
    std::vector<db::Record> records;
    for (std::int64_t i = 1; i <= 240; ++i) {
        const auto text = "gemm m=" + std::to_string(16 + 37 * i % 1000) +
                          " n=" + std::to_string(32 + 101 * i % 2000) +
                          " k=" + std::to_string(256 + 173 * i % 3000) + " a=fp32 w=fp32 c=fp32";
        const auto features =
            call_features(operators::parse_call(text), {}, CacheState::cold, {device, ceilings});
        records.push_back(synthetic::record(text, kernel_time(features, tiled), i));
    }
    const auto report = fit_kernel_model(records, {}, device);
    ASSERT_TRUE(report.usable) << report.message;
    const auto& group = report.model.groups.front();
    ASSERT_GE(group.parameters.tiles.size(), 2U);
    EXPECT_LT(report.held_out.p90, 0.05);
    const Json written = report.model.json();
    EXPECT_EQ(KernelModel::from_json(JsonReader(written, "model")).groups.front().parameters,
              group.parameters);
}

TEST(Fit, OfNothingSaysSo) {
    const auto report = fit({});
    EXPECT_FALSE(report.usable);
    EXPECT_THAT(report.message, HasSubstr("no ok measurement"));
}

TEST(KernelModel, ReadsBackWhatItWrote) {
    const auto report = fit(synthetic::records(synthetic::gemm_calls(), planted, 0.05, 3.0));
    const Json written = report.model.json();
    const auto read = KernelModel::from_json(JsonReader(written, "model"));
    EXPECT_EQ(read.json(), written);
    EXPECT_NE(read.find(report.model.groups.front().key), nullptr);
}

}  // namespace
}  // namespace ridge::cost_model
