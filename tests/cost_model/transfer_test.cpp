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

TEST(Transfer, AppliesASourcesSharesToTheDataSheet) {
    const auto known = facts("known", 1, "one");
    const Transfer transfer(facts("new", 3, "one"), {source(known, 0.8, 0.7)});
    const auto found = transfer.estimate(query(large)).value();
    EXPECT_TRUE(found.same_family);
    EXPECT_EQ(found.devices, std::vector<std::string>{"known"});
    EXPECT_NEAR(std::exp(found.log_time), 2.0 * 512 * 11008 * 4096 / (3 * 2e11 * 0.8), 0.002);
}

// exp(2) to 1 in weight.
TEST(Transfer, HearsTheOthersBesideARelative) {
    const auto known = facts("known", 1, "one"), other = facts("other", 1, "two");
    const Transfer transfer(facts("new", 1, "one"), {source(other, 0.2, 0.2), source(known, 0.8, 0.8)});
    const auto found = transfer.estimate(query(large)).value();
    EXPECT_TRUE(found.same_family);
    EXPECT_EQ(found.devices, (std::vector<std::string>{"known", "other"}));
    const double relatives = 2.0 * 512 * 11008 * 4096 / (2e11 * 0.8);
    EXPECT_NEAR(found.log_time, std::log(relatives) + std::log(4.0) / (1 + std::exp(2.0)), 0.02);
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
        const auto points = validate_unseen(devices, models, split);
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

// A relative with its own kernels weighs most, and the others are heard beside it.
TEST(Transfer, WeighsSourcesByHowAlikeTheyAre) {
    const SourceFitness relative{.apart = 0}, other{.apart = 1};
    EXPECT_EQ(source_weights({other, other}), (std::vector<double>{0.5, 0.5}));
    const auto weights = source_weights({relative, other});
    EXPECT_NEAR(weights[0] / weights[1], std::exp(2.0), 1e-12);
    // A relative's other kernels count as much as another architecture's own.
    EXPECT_EQ(source_weights({{.apart = 0, .implementation = 1}, other}), (std::vector<double>{0.5, 0.5}));
    EXPECT_EQ(source_weights({{.apart = 0, .formats = 1}, other}), (std::vector<double>{0, 1}));
}

TEST(Transfer, SourcesThatAreOffInOppositeWaysMeetInTheMiddle) {
    const auto fast = facts("fast", 1, "one"), slow = facts("slow", 1, "two"),
               target = facts("new", 1, "three");
    const Transfer both(target, {source(fast, 0.8, 0.8), source(slow, 0.2, 0.2)});
    const auto alone = [&](const DeviceFacts& where, double share) {
        return Transfer(target, {source(where, share, share)}).estimate(query(large))->log_time;
    };
    EXPECT_NEAR(both.estimate(query(large))->log_time, (alone(fast, 0.8) + alone(slow, 0.2)) / 2, 1e-9);
}

// A part with twice the arithmetic for each watt runs slower of its peak.
TEST(Transfer, ArithmeticThatLacksPowerKeepsLessOfItsPeak) {
    auto known = facts("known", 1, "one"), target = facts("new", 1, "one");
    known.device.tdp_w = 400;
    target.device.tdp_w = 50;
    const auto seconds = [&] {
        return std::exp(Transfer(target, {source(known, 0.8, 0.7)}).estimate(query(large))->log_time);
    };
    const double throttled = seconds();
    // What a finer process takes less for each operation makes up for it.
    known.process_nm = 16;
    target.process_nm = 2;
    EXPECT_NEAR(throttled / seconds(), 2.0, 0.02);
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
    for (const auto& point : validate_known(device, Split::random).points)
        EXPECT_TRUE(is_held_out(point.call));
    for (const auto& point : validate_known(device, Split::shapes).points)
        EXPECT_TRUE(is_held_out(site_text(operators::parse_call(point.call))));
    double largest = 0;
    for (const auto& [key, rows] : device.groups)
        for (const auto& row : rows) largest = std::max(largest, row.roofline_s);
    const auto far = validate_known(device, Split::extrapolation).points;
    EXPECT_FALSE(far.empty());
    for (const auto& point : far) EXPECT_GT(point.yardsticks.at("roofline"), largest / 2);
}

// Times that no work explains are not dropped in silence.
TEST(Splits, CountTheCallsThatNoFitDescribes) {
    auto device = validation_device(facts("known", 1, "one"), 0.8, 0.7);
    std::size_t held_out = 0;
    for (auto& [key, rows] : device.groups)
        for (auto& row : rows) {
            row.seconds =
                1e-6 *
                std::pow(10.0, 5.0 * static_cast<double>(stable_hash(row.call_text + "!") % 1000) / 1000);
            held_out += is_held_out(row.call_text) ? 1U : 0U;
        }
    const auto found = validate_known(device, Split::random);
    EXPECT_EQ(found.points.size() + found.unasked_calls, held_out);
    EXPECT_GT(found.unasked_calls, 0U);
    EXPECT_EQ(found.unasked_groups, device.groups.size());
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
