// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "cost_model/kernel/fit.hpp"
#include "cost_model/token_cost.hpp"
#include "synthetic.hpp"

namespace ridge::cost_model {
namespace {

const KernelParameters planted = synthetic::planted_parameters();

class MeasuredDevice : public testing::Test {
  protected:
    MeasuredDevice() : path_(std::filesystem::path(testing::TempDir()) / name()) { remove(); }
    ~MeasuredDevice() override { remove(); }

    static std::string name() {
        return std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "-cost.ridge";
    }

    void remove() const {
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + suffix);
    }

    // The device with a measured DRAM roof and `records` of one campaign.
    void fill(db::Store& store, std::vector<db::Record> records) const {
        store.put_device(synthetic::device());
        const auto environment = store.put_environment(Json{{"host", "test"}});
        db::Campaign campaign{.uuid = db::make_uuid(),
                              .device = "made-up",
                              .name = "test",
                              .options = Json::object(),
                              .state = "finished",
                              .started_at = db::timestamp()};
        store.put_campaign(campaign);
        for (auto& record : records) {
            record.campaign = campaign.uuid;
            record.environment = environment;
            record.taken_at = db::timestamp();
            record.source = "test";
        }
        store.add(records);
        Roof memory;
        memory.probe = {RoofProbe::Kind::bandwidth, "read", Precision::fp32, "DRAM", 1 << 28, "device"};
        memory.rate = memory.rate_low = memory.rate_high = 2e10;
        memory.samples = {2e10};
        store.add_roofs("made-up", environment, std::vector{memory});
    }

    std::filesystem::path path_;
};

Workload fp32_workload() {
    Workload workload{.batch = 1, .prompt_tokens = 128, .output_tokens = 64, .precisions = {}};
    workload.precisions.activations = workload.precisions.weights = workload.precisions.kv =
        NumberFormat::parse("fp32");
    return workload;
}

TEST_F(MeasuredDevice, IsNotThereInAnEmptyStore) {
    const db::Store store(path_, db::Access::create);
    EXPECT_FALSE(load_measured_device(store, "made-up").has_value());
    EXPECT_THROW((void)load_device(store, "made-up"), InputError);
    EXPECT_EQ(load_device(store, "h100-sxm").device.name, "H100 SXM5 80GB");
    const auto cost = evaluate(load_model("llama-2-7b"), load_device(store, "h100-sxm"), {}, {});
    EXPECT_EQ(cost.verdict, Verdict::ok);
}

TEST_F(MeasuredDevice, OfAnUnknownIdCannotBeFitted) {
    db::Store store(path_, db::Access::create);
    EXPECT_THROW((void)fit_and_store(store, "made-up"), InputError);
}

TEST_F(MeasuredDevice, FitsStoresAndReadsBack) {
    db::Store store(path_, db::Access::create);
    fill(store, synthetic::records(synthetic::gemm_calls(), planted, 0.05, 3.0));
    const auto report = fit_and_store(store, "made-up");
    ASSERT_TRUE(report.usable) << report.message;
    EXPECT_EQ(report.model.version, 1);
    const auto device = load_measured_device(store, "made-up");
    ASSERT_TRUE(device && device->kernels);
    EXPECT_EQ(device->kernels->version, 1);
    EXPECT_EQ(device->kernels->json(), report.model.json());
    EXPECT_EQ(device->measured.size(), 60U);
    EXPECT_EQ(memory_ceiling(device->ceilings)->provenance, Provenance::measured);
    EXPECT_EQ(store.newest_model("made-up", kernel_model_kind)->fitted_on, report.fitted_on);
}

TEST_F(MeasuredDevice, DoesNotFitToWhatWasWrongWhenItWasMeasuredAgain) {
    db::Store store(path_, db::Access::create);
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.05, 3.0);
    auto again = records.front();
    again.measurement.status = Status::wrong;
    again.measurement.reason = "error over bound";
    again.round = records.front().round + 1;
    records.push_back(again);
    fill(store, records);
    const auto fitted_on = fit_and_store(store, "made-up").fitted_on;
    const auto first = store.measurements({.device = "made-up"}).front();
    EXPECT_EQ(fitted_on.size(), records.size() - 2);
    EXPECT_FALSE(std::ranges::binary_search(fitted_on, first.id));
}

TEST_F(MeasuredDevice, KeepsTheFormerModelWhenAFitIsNotUsable) {
    db::Store store(path_, db::Access::create);
    fill(store, synthetic::records({synthetic::gemm_calls().front()}, planted, 0.0, 1.0));
    db::StoredModel former{.id = 0,
                           .device = "made-up",
                           .kind = kernel_model_kind,
                           .version = 0,
                           .parameters = Json{{"device", "made-up"}, {"groups", Json::array()}},
                           .fitted_on = {},
                           .fitted_at = db::timestamp()};
    const auto version = store.put_model(former);
    const auto report = fit_and_store(store, "made-up");
    EXPECT_FALSE(report.usable);
    EXPECT_THAT(report.message, testing::HasSubstr("former model stays"));
    EXPECT_EQ(newest_kernel_model(store, "made-up")->version, version);
}

TEST_F(MeasuredDevice, KnowsTheFastestRecordOfEachCall) {
    db::Store store(path_, db::Access::create);
    const auto calls = synthetic::gemm_calls();
    std::vector<db::Record> records;
    for (const double slower : {3.0, 1.0, 2.0}) {
        auto record = synthetic::record(calls[0], slower * 1e-3);
        record.config.set("mr", static_cast<std::int64_t>(slower));
        records.push_back(record);
    }
    auto warm = synthetic::record(calls[0], 1e-4);
    warm.measurement.cache = CacheState::warm;
    records.push_back(warm);
    fill(store, records);
    const auto device = load_measured_device(store, "made-up");
    ASSERT_EQ(device->measured.size(), 1U);
    EXPECT_EQ(device->measured.at(calls[0]).summary->median, 1e-3);
    EXPECT_EQ(device->measured.at(calls[0]).config.text(), "mr=1");
}

// What is shipped are accelerators' kernels, whose axes a processor's calls do not have.
TEST(AddFitted, TellsNothingOfAProcessorByAccelerators) {
    for (const char* text :
         {"gemm m=4 n=4096 k=4096 a=bf16 w=bf16 c=bf16", "rmsnorm rows=4 n=4096 x=bf16",
          "attention batch=4 heads=32 kv_heads=8 head_dim=128 queries=1 context=1000 q=bf16 "
          "kv=bf16"}) {
        auto device = load_device("xeon-6980p");
        const auto call = operators::parse_call(text);
        add_fitted(device, call);
        EXPECT_EQ(predict(call, device).kind, PredictionKind::roof) << text;
    }
}

// More calls than a calibration takes: the first of them in the order of their names would say nothing about
// the last.
TEST(AddFitted, CalibratesByAnEvenShareOfWhatWasMeasured) {
    const auto gemm = [](std::int64_t m, std::int64_t n) {
        return "gemm m=" + std::to_string(m) + " n=" + std::to_string(n) + " k=4096 a=bf16 w=bf16 c=bf16";
    };
    auto plain = load_device("h200-sxm"), calibrated = plain;
    const auto asked = operators::parse_call(gemm(4096, 6144));
    add_fitted(plain, asked);
    ASSERT_TRUE(plain.transfer) << "a device without kernels of its own";
    for (std::int64_t i = 0; i < 300; ++i) {
        const bool large = i >= 240;
        const auto call = gemm(large ? 4096 : 1, 2048 + 32 * i);
        auto record = synthetic::record(call, 1);
        record.implementation = "vllm", record.device = "h200-sxm";
        const auto known = plain.transfer->estimate({.call = operators::parse_call(call),
                                                     .implementation = record.implementation,
                                                     .cache = record.measurement.cache});
        ASSERT_TRUE(known);
        // Few rows as expected, many rows three times slower.
        record.summary = summarize(std::vector<double>(9, std::exp(known->log_time) * (large ? 3 : 1)));
        calibrated.measured.emplace(call, record);
    }
    ASSERT_LT(calibrated.measured.begin()->first, calibrated.measured.rbegin()->first);
    add_fitted(calibrated, asked);
    EXPECT_GT(predict(asked, calibrated).time_s, 2 * predict(asked, plain).time_s);
}

TEST_F(MeasuredDevice, PricesATokenFromItsMeasurementsFitAndRoofs) {
    db::Store store(path_, db::Access::create);
    auto calls = synthetic::gemm_calls();
    fill(store, synthetic::records(calls, planted, 0.02, 1.0));
    ASSERT_TRUE(fit_and_store(store, "made-up").usable);
    const auto cost = evaluate(load_model("llama-2-7b"), load_device(store, "made-up"), fp32_workload(), {});
    ASSERT_EQ(cost.verdict, Verdict::ok) << cost.reason;
    EXPECT_GT(cost.decode.measured_share, 0.3);   // 1 x 4096 x 4096 and 1 x 11008 x 4096 were measured
    EXPECT_GT(cost.decode.predicted_share, 0.1);  // the down projection was not
    EXPECT_NEAR(cost.decode.measured_share + cost.decode.predicted_share + cost.decode.specified_share, 1.0,
                1e-12);
    ASSERT_TRUE(cost.decode.interval.has_value());
    EXPECT_LT(cost.decode.interval->low, cost.decode.seconds);
    EXPECT_GT(cost.decode.interval->high, cost.decode.seconds);
    EXPECT_GT(cost.decode.interval_share, 0.9);
    EXPECT_FALSE(cost.money.usd_per_million_output.has_value());
    EXPECT_FALSE(cost.money.missing.empty());
    EXPECT_FALSE(cost.energy.missing.empty());
}

TEST_F(MeasuredDevice, TakesMeasuredEnergyBeforeThermalDesignPower) {
    auto records = synthetic::records(synthetic::gemm_calls(), planted, 0.0, 1.0);
    for (auto& record : records) record.measurement.energy_j = 50.0 * record.summary->median;
    auto device = make_device_model(synthetic::device(), {}, records, std::nullopt);
    device.device.tdp_w = 300;
    const auto cost = evaluate(load_model("llama-2-7b"), device, fp32_workload(), {});
    EXPECT_NEAR(*cost.energy.watts, 50.0, 1e-6);
    EXPECT_EQ(cost.energy.provenance, Provenance::predicted);
    EXPECT_NEAR(*cost.energy.joules_per_input_token, 50.0 * cost.prefill.seconds / 128, 1e-6);
    auto other_prompt = fp32_workload();
    other_prompt.prompt_tokens = 100;
    const auto unknown = evaluate(load_model("llama-2-7b"), device, other_prompt, {});
    EXPECT_TRUE(unknown.energy.joules_per_output_token);
    EXPECT_FALSE(unknown.energy.joules_per_input_token) << "the calls of this prefill were not measured";
    for (auto& record : records) record.measurement.energy_j.reset();
    auto silent = make_device_model(synthetic::device(), {}, records, std::nullopt);
    silent.device.tdp_w = 300;
    const auto predicted = evaluate(load_model("llama-2-7b"), silent, fp32_workload(), {});
    // Between idle and the thermal design power, bound by memory.
    const auto power = power_of(silent);
    EXPECT_NEAR(*predicted.energy.watts, power.at(power.memory_activity), 0.05 * *predicted.energy.watts);
    EXPECT_THAT(predicted.energy.basis, testing::HasSubstr("TDP"));
}

}  // namespace
}  // namespace ridge::cost_model
