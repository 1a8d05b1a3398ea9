// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/transfer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "cost_model/kernel/fitted_files.hpp"
#include "cost_model/kernel/validation.hpp"
#include "synthetic.hpp"

namespace ridge::cost_model {
namespace {

// A device of the made-up kind, `factor` times as fast in all, under its own name.
DeviceFacts facts(const char* id, double factor, const char* architecture) {
    auto device = synthetic::device();
    device.id = id;
    device.memory_bandwidth_bytes_per_s *= factor;
    for (auto& [precision, rate] : device.peak_flops) rate *= factor;
    return {device, make_ceilings(device, {}), architecture};
}

std::vector<db::Record> records_on(const DeviceFacts& where, double compute, double memory) {
    auto parameters = synthetic::planted_parameters();
    parameters.shares[0].value = compute;
    parameters.shares[1].value = memory;
    std::vector<db::Record> out;
    for (const auto& call : synthetic::gemm_calls()) {
        const auto features =
            call_features(operators::parse_call(call), {}, CacheState::cold, {where.device, where.ceilings});
        auto record = synthetic::record(call, kernel_time(features, parameters),
                                        static_cast<std::int64_t>(out.size() + 1));
        record.device = where.device.id;
        out.push_back(record);
    }
    return out;
}

TransferSource source(const DeviceFacts& where, double compute, double memory) {
    const auto report = fit_kernel_model(records_on(where, compute, memory), {}, where.device);
    return {where, std::make_shared<KernelModel>(report.model)};
}

ValidationDevice validation_device(const DeviceFacts& where, double compute, double memory) {
    return {where, training_groups(records_on(where, compute, memory), {where.device, where.ceilings})};
}

TransferQuery query(const std::string& call) {
    return {.call = operators::parse_call(call), .implementation = "planted", .cache = CacheState::cold};
}

constexpr const char* large = "gemm m=512 n=11008 k=4096 a=fp32 w=fp32 c=fp32";

TEST(Transfer, AppliesTheSharesOfTheSameFamilyToTheDataSheet) {
    const auto known = facts("known", 1, "one"), other = facts("other", 1, "two");
    const Transfer transfer(facts("new", 3, "one"), {source(known, 0.8, 0.7), source(other, 0.2, 0.2)});
    const auto found = transfer.estimate(query(large)).value();
    EXPECT_TRUE(found.same_family);
    EXPECT_EQ(found.devices, std::vector<std::string>{"known"});
    EXPECT_NEAR(std::exp(found.log_time), 2.0 * 512 * 11008 * 4096 / (3 * 2e11 * 0.8), 0.002);
}

TEST(Transfer, HasNothingOfAnOperatorThatNoSourceKnows) {
    const auto known = facts("known", 1, "one");
    const Transfer transfer(facts("new", 1, "one"), {source(known, 0.8, 0.7)});
    EXPECT_FALSE(transfer.estimate(query("silu_mul rows=100 n=11008 x=fp32")).has_value());
}

TEST(Transfer, NeverTakesTheTargetsOwnModel) {
    const auto own = facts("new", 1, "one"), known = facts("known", 1, "one");
    const Transfer transfer(own, {source(own, 0.1, 0.1), source(known, 0.8, 0.7)});
    EXPECT_EQ(transfer.estimate(query(large))->devices, std::vector<std::string>{"known"});
    EXPECT_FALSE(Transfer(own, {source(own, 0.1, 0.1)}).estimate(query(large)).has_value());
}

// Calls that are told apart by what bounds them: a few measurements move both shares of all the others.
TEST(Transfer, LearnsTheParametersFromAFewCalls) {
    const auto known = facts("known", 1, "one");
    const auto target = validation_device(facts("new", 2, "one"), 0.55, 0.9);
    const std::vector<ValidationDevice> devices = {validation_device(known, 0.8, 0.7), target};
    const std::vector<std::shared_ptr<const KernelModel>> models = {source(known, 0.8, 0.7).kernels,
                                                                    std::make_shared<KernelModel>()};
    const auto error = [&](Split split) {
        std::vector<const ValidationPoint*> of_target;
        const auto points = validate_unseen(devices, models, {}, split);
        for (const auto& point : points)
            if (point.device == "new") of_target.push_back(&point);
        return summary_of(of_target);
    };
    const auto before = error(Split::device), after = error(Split::calibrated);
    EXPECT_EQ(before.count, 60U);
    EXPECT_EQ(after.count, 40U);
    EXPECT_GT(before.median, 0.15);
    EXPECT_LT(after.median, 0.05);
}

// Calls that come from the same family and calls that do not stand beside each other on one target.
TEST(Transfer, IsNotThrownOffByMeasurementsOfBothFamilies) {
    const auto known = facts("known", 1, "one");
    Transfer transfer(facts("new", 1, "one"), {source(known, 0.8, 0.7)});
    const auto prior = transfer.estimate(query(large)).value();
    std::vector<CalibrationPoint> points;
    for (const auto& call : synthetic::gemm_calls()) {
        auto estimate = transfer.estimate(query(call)).value();
        points.push_back({estimate, 0.05});
        estimate.same_family = false;
        estimate.prior = TransferPolicy().prior("gemm", false);
        points.push_back({estimate, 0.10});
    }
    transfer.calibrate(points);
    const auto found = transfer.estimate(query(large)).value();
    EXPECT_NEAR(found.log_time - prior.log_time, 0.05, 0.04);
    EXPECT_LT(found.deviation, prior.deviation);
}

TEST(Transfer, ChoosesCallsThatDiffer) {
    const auto known = facts("known", 1, "one");
    const Transfer transfer(facts("new", 2, "one"), {source(known, 0.8, 0.7)});
    std::vector<TransferEstimate> candidates;
    for (int i = 0; i < 5; ++i) candidates.push_back(*transfer.estimate(query(large)));
    candidates.push_back(*transfer.estimate(query("gemm m=1 n=256 k=512 a=fp32 w=fp32 c=fp32")));
    const auto chosen = transfer.most_telling(candidates, 2);
    ASSERT_EQ(chosen.size(), 2U);
    EXPECT_LT(chosen[0], 5U);
    EXPECT_EQ(chosen[1], 5U);
    EXPECT_EQ(transfer.most_telling(candidates, 99).size(), candidates.size());
}

// Sources with the device's own figures weigh more the more a figure counts; a family keeps the others out.
TEST(Transfer, WeighsSourcesByWhatLikenessCounts) {
    SourceFitness near, far;
    near.apart.family = far.apart.family = far.apart.power = 1;
    Likeness likeness;
    EXPECT_EQ(source_weights({near, far}, likeness), (std::vector<double>{0.5, 0.5}));
    likeness.power = 0.5;
    const auto weights = source_weights({near, far}, likeness);
    EXPECT_NEAR(weights[0] / weights[1], std::exp(1.0), 1e-12);
    near.same_family = true;
    EXPECT_EQ(source_weights({near, far}, likeness), (std::vector<double>{1, 0}));
    near.apart.implementation = 1;  // of a family that has other kernels alone, others are heard too
    EXPECT_GT(source_weights({near, far}, likeness)[1], 0.1);
    near.formats = 1;
    EXPECT_EQ(source_weights({near, far}, likeness), (std::vector<double>{0, 1}));
}

// One source that is far off moves the median of the others little.
TEST(Transfer, BlendsBetweenTheMeanAndTheMedian) {
    std::vector<SourceAnswer> answers(3);
    answers[0].analytical.fill(-10);
    answers[1].analytical.fill(-10.2);
    answers[2].analytical.fill(-4);
    const std::vector<double> weights(3, 1.0 / 3);
    Likeness likeness;
    EXPECT_NEAR(blend(answers, weights, likeness), -24.2 / 3, 1e-12);
    likeness.median = 1;
    EXPECT_NEAR(blend(answers, weights, likeness), -10, 1e-12);
    likeness.median = 0.5;
    EXPECT_NEAR(blend(answers, weights, likeness), (-10 - 24.2 / 3) / 2, 1e-12);
}

// A part with twice the arithmetic for each watt runs slower of its peak.
TEST(Transfer, ArithmeticThatLacksPowerKeepsLessOfItsPeak) {
    auto known = facts("known", 1, "one"), target = facts("new", 1, "one");
    known.device.tdp_w = 400;
    target.device.tdp_w = 50;
    TransferPolicy policy;
    policy.set("gemm", Likeness{.throttling = 1.0 / 3});
    const auto at = [&](const TransferPolicy& one) {
        return std::exp(Transfer(target, {source(known, 0.8, 0.7)}, one).estimate(query(large))->log_time);
    };
    TransferPolicy plenty;
    plenty.set("gemm", Likeness{.throttling = 0});
    EXPECT_NEAR(at(policy) / at(plenty), 2.0, 0.02);
    // What a finer process takes less for each operation makes up for it.
    known.process_nm = 16;
    target.process_nm = 2;
    EXPECT_NEAR(at(policy) / at(plenty), 1.0, 0.02);
}

// Devices that all miss by one level: what is learned is that level, and no neighbourhood of its own.
TEST(TransferLearning, FindsTheSpreadBetweenDevices) {
    std::vector<ValidationDevice> devices;
    std::vector<std::shared_ptr<const KernelModel>> models;
    const std::vector<double> factors = {0.9, 0.45, 0.7, 0.35};
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const auto where =
            facts(("device " + std::to_string(i)).c_str(), 1, ("of " + std::to_string(i)).c_str());
        devices.push_back(validation_device(where, factors[i], factors[i]));
        models.push_back(source(where, factors[i], factors[i]).kernels);
    }
    const auto learning = transfer_learning(devices, models);
    const auto policy = learning.without("");
    const auto& prior = policy.prior("gemm", false);
    EXPECT_GE(prior.level * prior.level + prior.parameters * prior.parameters * 0.09, 0.01);
    EXPECT_LT(prior.local, TransferPolicy().prior("gemm", false).local);
    // Two devices are too few.
    devices.resize(2);
    models.resize(2);
    EXPECT_EQ(transfer_learning(devices, models).without("").prior("gemm", false).local,
              TransferPolicy().prior("gemm", false).local);
    const auto text = policy.json().dump();
    EXPECT_EQ(TransferPolicy::from_json(JsonReader(Json::parse(text), "policy")).json().dump(), text);
}

// A call on a device that nobody measured has the width that such calls turned out to need.
// Calls of one device are off together: a hundred times as many count ten times as much.
TEST(TransferWidths, CountADeviceByTheRootOfItsCalls) {
    std::vector<TransferError> errors(10000, {.device = "many", .regime = "gemm", .deviations = 1});
    for (int i = 0; i < 100; ++i) errors.push_back({.device = "few", .regime = "gemm", .deviations = 3});
    // "few" has 10 of 110.
    const auto one = TransferWidths(errors).at("gemm", false, false);
    EXPECT_EQ(one.of_80, 1.0);
    EXPECT_EQ(one.of_95, 3.0);
    // Two more of its kind: 30 of 130.
    for (const char* device : {"another", "third"})
        for (int i = 0; i < 100; ++i) errors.push_back({.device = device, .regime = "gemm", .deviations = 3});
    EXPECT_EQ(TransferWidths(errors).at("gemm", false, false).of_80, 3.0);
}

TEST(TransferWidths, AreShipped) {
    const auto widths = read_transfer_widths();
    for (const bool same : {true, false})
        for (const bool calibrated : {true, false}) {
            const auto found = widths.at("gemm", same, calibrated);
            EXPECT_GT(found.of_80, 0.0);
            EXPECT_GT(found.of_95, found.of_80);
            EXPECT_NE(found.of_80, TransferWidths().at("gemm", same, calibrated).of_80);
        }
}

// The groups of one operator are those that the whole file has.
TEST(FittedFiles, AreReadByOperatorToo) {
    const auto all = read_fitted("mi210").value(), some = read_fitted("mi210", "softmax").value();
    ASSERT_EQ(some.groups.size(), 1U);
    EXPECT_EQ(some.groups.front().key.op, "softmax");
    EXPECT_EQ(some.groups.front().parameters, all.find(some.groups.front().key)->parameters);
    EXPECT_EQ(read_fitted("mi210", "gelu_tanh")->groups.size(), 1U);
    EXPECT_TRUE(read_fitted("mi210", "no operator")->groups.empty());
}

TEST(Splits, AreTheSameEverywhere) {
    const auto call = operators::parse_call("gemm m=16 n=4096 k=1024 a=fp32 w=fp32 c=fp32");
    EXPECT_EQ(site_text(call), "gemm n=4096 k=1024 a=fp32 w=fp32 c=fp32");
    EXPECT_EQ(stable_hash("gemm"), 0x18ac25689142b269ULL);
    for (const char* word : {"random", "shapes", "extrapolation", "device", "calibrated"})
        EXPECT_EQ(name(parse_split(word)), word);
    EXPECT_THROW((void)parse_split("all"), InputError);
}

TEST(Splits, OfKnownDevicesAskOnlyForWhatTheFitDidNotSee) {
    const auto device = validation_device(facts("known", 1, "one"), 0.8, 0.7);
    for (const auto& point : validate_known(device, Split::random)) EXPECT_TRUE(is_held_out(point.call));
    for (const auto& point : validate_known(device, Split::shapes))
        EXPECT_TRUE(is_held_out(site_text(operators::parse_call(point.call))));
    double largest = 0;
    for (const auto& [key, rows] : device.groups)
        for (const auto& row : rows) largest = std::max(largest, row.roofline_s);
    const auto far = validate_known(device, Split::extrapolation);
    EXPECT_FALSE(far.empty());
    for (const auto& point : far) EXPECT_GT(point.yardsticks.at("roofline"), largest / 2);
}

// The model's median beside theirs is that of the calls that they were asked about.
TEST(Splits, CountWhatYardsticksWereAskedAbout) {
    std::vector<ValidationPoint> points(3);
    for (auto& point : points)
        point.measured_s = 1, point.predicted_s = 1.5, point.yardsticks["roofline"] = 0.5;
    points[1].predicted_s = 1.1, points[1].yardsticks["two constants"] = 1.2;
    const auto summary = summary_of({&points[0], &points[1], &points[2]});
    EXPECT_EQ(summary.count, 3U);
    EXPECT_EQ(summary.beside, 1U);
    EXPECT_NEAR(summary.median, 0.5, 1e-12);
    EXPECT_NEAR(summary.median_beside, 0.1, 1e-12);
    EXPECT_NEAR(summary.yardsticks.at("two constants"), 0.2, 1e-12);
}

}  // namespace
}  // namespace ridge::cost_model
