// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/power.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "cost_model/kernel/call_energy.hpp"
#include "cost_model/kernel/power_points.hpp"
#include "operators/catalogue.hpp"

namespace ridge::cost_model {
namespace {

struct Plant {
    Device device;
    Ceilings ceilings;
    PowerCoefficients planted{
        .idle_w = 100, .compute_w = 300, .memory_w = 200, .busy_w = 50, .launch_s = 4e-6};
    double limit_w = 500;

    Plant() {
        device.id = "test-gpu";
        device.kind = "gpu";
        device.peak_flops = {{Precision::bf16, 1e14}, {Precision::fp32, 1e13}};
        device.memory_bandwidth_bytes_per_s = 1e12;
        ceilings = make_ceilings(device, {});
    }
    [[nodiscard]] Machine machine() const { return {device, ceilings}; }
    // A time from the roofline and a launch, with a share of the ceilings that varies.
    [[nodiscard]] double time_of(const OperatorCall& call, double share) const {
        const auto at_one = activity_of(call, 1, machine());
        return 4e-6 + std::max(at_one.compute_share, at_one.memory_share) / share;
    }
    [[nodiscard]] PowerRow row(const std::string& text, double share) const {
        const auto call = operators::parse_call(text);
        const double time_s = time_of(call, share);
        const double watts = planted.watts(activity_of(call, time_s, machine()));
        return {call, time_s, std::min(limit_w, watts)};
    }
    [[nodiscard]] std::vector<PowerRow> rows() const {
        std::vector<PowerRow> out;
        int i = 0;
        for (const int m : {1, 16, 128, 512, 2048})
            for (const int n : {512, 2048, 8192})
                for (const int k : {512, 2048, 8192})
                    out.push_back(row("gemm m=" + std::to_string(m) + " n=" + std::to_string(n) +
                                          " k=" + std::to_string(k) + " a=bf16 w=bf16 c=bf16",
                                      0.3 + 0.1 * (i++ % 5)));
        return out;
    }
};

TEST(Power, ActivityIsTheShareOfTheCeilings) {
    const Plant plant;
    const auto call = operators::parse_call("gemm m=1000 n=1000 k=1000 a=bf16 w=bf16 c=bf16");
    const auto activity = activity_of(call, 1e-4, plant.machine());
    EXPECT_DOUBLE_EQ(activity.compute_share, 2e9 / 1e14 / 1e-4);
    EXPECT_DOUBLE_EQ(activity.memory_share, 6e6 / 1e12 / 1e-4);
}

TEST(Power, FindsPlantedCoefficients) {
    const Plant plant;
    const auto model = fit_power(plant.rows(), plant.machine(), plant.limit_w);
    ASSERT_EQ(model.groups.size(), 1U);
    const auto& found = model.groups[0].coefficients;
    EXPECT_NEAR(found.compute_w, 300, 9);
    EXPECT_NEAR(found.memory_w, 200, 6);
    // What is idle and what busy depends on the launch; together they are known.
    EXPECT_NEAR(found.idle_w + found.busy_w, 150, 5);
    EXPECT_NEAR(found.busy_w * found.launch_s, 50 * 4e-6, 2e-5);
    EXPECT_EQ(model.groups[0].calls, 45U);
    EXPECT_LT(model.groups[0].factor_95, 1.02);
}

TEST(Power, IsNotMovedByAFewWildRows) {
    const Plant plant;
    auto rows = plant.rows();
    for (std::size_t i = 3; i < rows.size(); i += 12) rows[i].power_w *= 3;
    const auto model = fit_power(rows, plant.machine(), plant.limit_w);
    EXPECT_NEAR(model.groups.at(0).coefficients.compute_w, 300, 45);
}

TEST(Power, PredictsACallThatItHasNotSeen) {
    const Plant plant;
    const auto model = fit_power(plant.rows(), plant.machine(), plant.limit_w);
    const auto asked = plant.row("gemm m=256 n=4096 k=4096 a=bf16 w=bf16 c=bf16", 0.45);
    const auto predicted = predict_power(model, asked.call, asked.time_s, plant.machine());
    ASSERT_TRUE(predicted);
    EXPECT_TRUE(predicted->of_group);
    EXPECT_NEAR(predicted->power_w, asked.power_w, 0.03 * asked.power_w);
    EXPECT_LE(predicted->interval_80.low, predicted->power_w);
    EXPECT_LE(predicted->interval_95.low, predicted->interval_80.low);
}

TEST(Power, DoesNotExceedTheLimit) {
    const Plant plant;
    auto model = fit_power(plant.rows(), plant.machine(), plant.limit_w);
    model.limit_w = 150;
    const auto asked = plant.row("gemm m=2048 n=8192 k=8192 a=bf16 w=bf16 c=bf16", 0.7);
    const auto predicted = predict_power(model, asked.call, asked.time_s, plant.machine());
    EXPECT_EQ(predicted->power_w, 150);
    EXPECT_EQ(predicted->interval_95.high, 150);
}

TEST(Power, OfAnotherOperatorIsTheMeanAndSaysSo) {
    const Plant plant;
    const auto model = fit_power(plant.rows(), plant.machine(), plant.limit_w);
    const auto call = operators::parse_call("softmax rows=4096 n=4096 x=bf16");
    const auto predicted = predict_power(model, call, 2e-4, plant.machine());
    ASSERT_TRUE(predicted);
    EXPECT_FALSE(predicted->of_group);
    EXPECT_GT(predicted->power_w, 100);
    EXPECT_FALSE(predict_power({}, call, 2e-4, plant.machine()));
}

TEST(Power, TransfersByTheRatioOfLimitsWithWiderIntervals) {
    const Plant plant;
    const auto model = fit_power(plant.rows(), plant.machine(), plant.limit_w);
    const auto other = transfer_power(model, "half", 250);
    EXPECT_EQ(other.device, "half");
    EXPECT_DOUBLE_EQ(other.groups[0].coefficients.idle_w, model.groups[0].coefficients.idle_w / 2);
    EXPECT_TRUE(other.groups[0].points.empty());
    EXPECT_GE(other.groups[0].factor_95, 2);
}

TEST(Power, LeavesOutSmallGroupsAndRowsWithoutPower) {
    const Plant plant;
    auto rows = plant.rows();
    rows.push_back(plant.row("gemm m=16 n=512 k=512 a=fp32 w=fp32 c=fp32", 0.5));
    rows[0].power_w = 0;
    const auto model = fit_power(rows, plant.machine(), plant.limit_w);
    ASSERT_EQ(model.groups.size(), 1U);
    EXPECT_EQ(model.groups[0].calls, 44U);
    EXPECT_THROW((void)fit_power(rows, plant.machine(), 0), InputError);
}

TEST(Power, ComesBackFromItsJson) {
    const Plant plant;
    const auto model = fit_power(plant.rows(), plant.machine(), plant.limit_w);
    const auto asked = plant.row("gemm m=256 n=4096 k=4096 a=bf16 w=bf16 c=bf16", 0.45);
    const auto json = model.json();
    const auto again = PowerModel::from_json({json, "test"});
    EXPECT_DOUBLE_EQ(predict_power(again, asked.call, asked.time_s, plant.machine())->power_w,
                     predict_power(model, asked.call, asked.time_s, plant.machine())->power_w);
    auto broken = json;
    broken["groups"][0]["idle_w"] = -1;
    EXPECT_THROW((void)PowerModel::from_json({broken, "test"}), InputError);
}

TEST(Power, WithoutPointsHasTheErrorsOfItsCoefficients) {
    const Plant plant;
    auto rows = plant.rows();
    // Half of the calls, all with many rows, draw 30 % more than their activity says.
    for (auto& row : rows)
        if (row.call.dimension("m") >= 512) row.power_w = std::min(row.power_w * 1.3, plant.limit_w);
    const auto model = fit_power(rows, plant.machine(), plant.limit_w);
    const auto bare = without_points(model);
    EXPECT_TRUE(bare.groups.at(0).points.empty());
    EXPECT_GT(bare.groups.at(0).factor_80, 1.02);
    EXPECT_DOUBLE_EQ(without_points(bare).groups.at(0).factor_80, bare.groups.at(0).factor_80);
    EXPECT_TRUE(PowerModel::from_json({bare.json(), "test"}).groups.at(0).points.empty());
}

TEST(Energy, OfACallIsItsTimeTimesPowerWithBothIntervals) {
    DeviceModel device;
    device.device = Plant().device;
    device.device.id = "b200";  // whose power comes with the program
    device.ceilings = make_ceilings(device.device, {});
    const auto call = operators::parse_call("gemm m=1024 n=4096 k=4096 a=bf16 w=bf16 c=bf16");
    Prediction prediction;
    prediction.time_s = 1e-3;
    prediction.interval = Interval{0.9e-3, 1e-3 / 0.9};
    const auto energy = call_energy(call, prediction, device);
    ASSERT_TRUE(energy);
    EXPECT_EQ(energy->provenance, Provenance::predicted);
    EXPECT_GT(energy->energy_j, 0.2);  // a millisecond between 200 W and the limit of 1000
    EXPECT_LT(energy->energy_j, 1.0);
    ASSERT_TRUE(energy->interval_80);
    EXPECT_LT(energy->interval_80->low, 0.9 * energy->energy_j);
}

TEST(Energy, OfADeviceWithoutMeasuredPowerRestsOnItsTdpAndSaysSo) {
    DeviceModel device;
    device.device = Plant().device;
    device.ceilings = make_ceilings(device.device, {});
    const auto call = operators::parse_call("gemm m=1024 n=4096 k=4096 a=bf16 w=bf16 c=bf16");
    Prediction prediction;
    prediction.time_s = 1e-3;
    EXPECT_FALSE(call_energy(call, prediction, device));  // no TDP
    device.device.tdp_w = 300;
    const auto energy = call_energy(call, prediction, device);
    ASSERT_TRUE(energy);
    EXPECT_EQ(energy->provenance, Provenance::specified);
    EXPECT_NE(energy->basis.find("TDP"), std::string::npos);
    EXPECT_FALSE(energy->interval_80);  // that of the time is not known
    EXPECT_LE(energy->energy_j, 0.3);
    prediction.energy_j = 0.125;
    EXPECT_EQ(call_energy(call, prediction, device)->energy_j, 0.125);
    EXPECT_EQ(call_energy(call, prediction, device)->provenance, Provenance::measured);
}

TEST(PowerPoints, NeighboursWeighByDistance) {
    const std::vector<PowerPoint> points = {{{0, 0}, 1.0}, {{10, 0}, 0.0}};
    EXPECT_GT(neighbour_residual(points, {1, 0}), 0.9);
    EXPECT_NEAR(neighbour_residual(points, {5, 0}), 0.5, 1e-12);
    EXPECT_EQ(neighbour_residual(points, {1, 0}, 0), 0.0);
    EXPECT_EQ(neighbour_residual({}, {1, 0}), 0.0);
}

}  // namespace
}  // namespace ridge::cost_model
