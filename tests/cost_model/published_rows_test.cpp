// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "cost_model/validation/cost_order.hpp"
#include "cost_model/validation/engine_fitting.hpp"
#include "cost_model/validation/error_summary.hpp"
#include "cost_model/validation/row_layout.hpp"

namespace ridge::cost_model {
namespace {

const std::filesystem::path fixture =
    std::filesystem::path(RIDGE_SOURCE_DIR) / "tests/cost_model/data/published.csv";

std::vector<RowPrediction> predictions() {
    RowReader reader(PublishedNames::load());
    auto rows = read_rows(reader, read_published_rows(read_file(fixture), "published.csv"));
    return predict_published(rows, EngineFit::load());
}

const RowPrediction& row(const std::vector<RowPrediction>& rows, std::string_view device,
                         std::string_view metric) {
    const auto found = std::ranges::find_if(rows, [&](const RowPrediction& one) {
        return one.row.device.starts_with(device) && one.row.metric == metric && one.left_out.empty();
    });
    EXPECT_NE(found, rows.end()) << device << ' ' << metric;
    return *found;
}

std::string complaint(const std::string& text) {
    try {
        (void)read_published_rows(text, "rows.csv");
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(StableHash, IsFnv1a) {
    EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325U);
    EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cU);
    EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8U);
}

TEST(PublishedRows, RefuseWhatIsBroken) {
    EXPECT_NE(complaint("").find("no rows"), std::string::npos);
    EXPECT_NE(complaint("a,b\n1,2\n").find("no column 'source'"), std::string::npos);
    auto text = read_file(fixture);
    const auto header = text.substr(0, text.find('\n') + 1);
    EXPECT_NE(complaint(header).find("no rows"), std::string::npos);
    EXPECT_NE(complaint(header + "x,y\n").find("line 2"), std::string::npos);
    const std::string rest = ",,D,1,none,M,fp8,fp8,fp8,dense,1,1,1,F,ttft,";
    EXPECT_NE(complaint(header + "s" + rest + "fast,ms,\n").find("value"), std::string::npos);
    EXPECT_NE(complaint(header + "s" + rest + "-3,ms,\n").find("above 0"), std::string::npos);
    EXPECT_NE(complaint(header + "s,,D,0.5,none,M,fp8,fp8,fp8,dense,1,1,1,F,ttft,3,ms,\n").find("n_devices"),
              std::string::npos);
}

TEST(Lengths, AreReadOutOfWords) {
    EXPECT_EQ(length_in("1024"), 1024);
    EXPECT_EQ(length_in("~294 (OpenOrca mean)"), 294);
    EXPECT_EQ(length_in("CNN-DM ~800-900"), 850);
    EXPECT_EQ(length_in("~69 (max 128)"), 69);
    EXPECT_FALSE(length_in("OpenOrca/GSM8K/MBXP mix"));
    EXPECT_FALSE(length_in("224x224"));
    EXPECT_FALSE(length_in("~"));
    EXPECT_FALSE(length_in(""));
}

TEST(Layouts, AreReadOutOfWords) {
    const auto tensor = parse_layout("TP4", 8);
    ASSERT_TRUE(tensor);
    EXPECT_EQ(tensor->parallelism.tensor, 4);
    EXPECT_EQ(tensor->replicas, 2);
    EXPECT_EQ(parse_layout("TP1xDP8", 8)->replicas, 8);
    EXPECT_EQ(parse_layout("TP1xEP4", 4)->parallelism.data, 4);
    EXPECT_EQ(parse_layout("TP8xEP8", 8)->parallelism.data, 1);
    EXPECT_EQ(parse_layout("PP2(layer split)", 2)->parallelism.pipeline, 2);
    EXPECT_EQ(parse_layout("2 sockets", 2)->replicas, 2);
    EXPECT_FALSE(parse_layout("1P1D disagg, TP4 each", 8));
    EXPECT_FALSE(parse_layout("CPU experts + GPU attention", 1));
    EXPECT_FALSE(parse_layout("TP", 1));
    EXPECT_FALSE(parse_layout("TP99999999999", 1));
    EXPECT_FALSE(parse_layout("", 1));
}

TEST(Names, AreFoundInTheCatalogue) {
    const auto names = PublishedNames::load();
    EXPECT_EQ(names.framework("TensorRT-LLM 0.17"), "trtllm-0");
    EXPECT_EQ(names.framework("TensorRT-LLM 1.2"), "trtllm");
    EXPECT_EQ(names.framework("trtllm 1.1.0rc2"), "trtllm");
    EXPECT_EQ(names.framework("ollama 0.5"), "llamacpp");
    EXPECT_EQ(names.framework("something else"), "other");
    EXPECT_EQ(names.device("H100-SXM-80GB"), "h100-sxm");
    EXPECT_EQ(names.device("NVIDIA GeForce RTX 5090-32GB"), "rtx5090");
    EXPECT_EQ(names.device("Apple-M2-Ultra-76GPU"), "m2-ultra");
    EXPECT_EQ(names.device("Gaudi3-128GB"), "gaudi3");
    EXPECT_FALSE(names.device("Cray-1"));
    EXPECT_EQ(names.model_name("Llama-3.1-70B-Instruct"), "llama-3.1-70b");
    EXPECT_TRUE(names.knows_model(names.model_name("DeepSeek-R1")));
    EXPECT_FALSE(names.knows_model(names.model_name("HAL-9000")));
    EXPECT_NEAR(names.weight_format("Q4_K_M(4.58GB)")->bits_per_element(), 4.85, 0.15);
    EXPECT_FALSE(names.weight_format("unknown"));
}

PublishedRow saturated_row(double devices, const std::string& parallelism, double value) {
    PublishedRow one;
    one.source = "s", one.device = "L40S-48GB", one.parallelism = parallelism, one.model = "LLaMA-2-70B";
    one.weight_precision = one.act_precision = one.kv_precision = "fp8", one.sparsity = "dense";
    one.batch = "saturated", one.input_len = "294", one.output_len = "292", one.framework = "TensorRT 10.2";
    one.metric = "output_throughput_total", one.unit = "tok/s";
    one.devices = devices, one.value = value;
    return one;
}

TEST(Names, OfFormatsAndZeros) {
    const auto names = PublishedNames::load();
    const auto weights = NumberFormat::parse("fp4_e2m1:g16:fp8_e4m3");
    EXPECT_EQ(names.activation_format("FP8", weights)->text(), "fp8_e4m3");
    EXPECT_EQ(names.activation_format("int8-SQ", weights)->text(), "int8:row");
    EXPECT_EQ(names.activation_format("fp4", weights), weights);
    EXPECT_FALSE(names.activation_format("bf16/fp8", weights)) << "weights are widened";
    EXPECT_EQ(names.cache_format("fp16")->text(), "bf16");
    EXPECT_FALSE(names.cache_format("unknown"));
    EXPECT_EQ(names.sparsity("4:6 via SlideSparse"), Sparsity::n_of_m(4, 6));
    EXPECT_EQ(names.sparsity(""), Sparsity::dense());
    EXPECT_FALSE(names.sparsity("sparse (undisclosed)"));
    EXPECT_TRUE(names.is_encoder("bert-large"));
    EXPECT_FALSE(names.is_encoder("llama-2-7b"));
}

// What the table's words decide: each by a rule of configs/published.
TEST(Predictions, TakeRowsByTheRulesThatComeWithTheProgram) {
    RowReader reader(PublishedNames::load());
    auto one = saturated_row(1, "none", 10);
    one.device = "H100-SXM-80GB", one.model = "Llama-3.1-8B", one.batch = "8";
    EXPECT_EQ(reader.read(one).row_case->regime, Regime::static_batch);
    one.conditions = "max_num_seqs=8 (saturating request stream)";
    EXPECT_EQ(reader.read(one).row_case->regime, Regime::steady);
    one.conditions = "", one.framework = "gpt-fast (torch.compile)";
    EXPECT_EQ(reader.read(one).row_case->regime, Regime::decode);
    one.metric = "ttft";
    EXPECT_EQ(reader.read(one).row_case->regime, Regime::prefill);
    one.batch = "slo-limited";
    EXPECT_NE(reader.read(one).left_out.find("SLO"), std::string::npos);
    one.batch = "8", one.metric = "energy_per_token";
    EXPECT_EQ(reader.read(one).left_out, "");
    one.conditions = "MLPerf v4.1; whole system of 1 device(s)";
    EXPECT_NE(reader.read(one).left_out.find("wall"), std::string::npos);
    one.metric = "latency";
    EXPECT_NE(reader.read(one).left_out.find("not modelled"), std::string::npos);
}

TEST(Predictions, OfTheFixtureComeOutNearWhatWasMeasured) {
    const auto rows = predictions();
    const auto all = summary(rows, "all");
    EXPECT_GE(all.count, 15U);
    EXPECT_LT(all.median, 0.2);
    for (const auto& one : rows) {
        if (!one.left_out.empty()) continue;
        EXPECT_GT(one.predicted / one.row.value, 0.3) << one.row.device << ' ' << one.row.metric;
        EXPECT_LT(one.predicted / one.row.value, 3.0) << one.row.device << ' ' << one.row.metric;
        EXPECT_LT(one.interval.low, one.interval.high);
    }
}

TEST(Predictions, KnowWhatMemoryIsLeftForTheCache) {
    const auto rows = predictions();
    const double h100 = row(rows, "H100-SXM", "output_throughput_total").predicted;
    const double h200 = row(rows, "H200-SXM", "output_throughput_total").predicted;
    EXPECT_GT(h200 / h100, 2.4);  // 2823 against 840 tokens/s were measured
    EXPECT_LT(h200 / h100, 4.0);
}

TEST(Predictions, KnowThatMoreCardsOnPcieHardlyHelp) {
    std::map<double, double> by_devices;
    for (const auto& one : predictions())
        if (one.row.device.starts_with("L40S") && one.left_out.empty() && one.row.model == "Llama-3.1-70B")
            by_devices[one.row.devices] = one.predicted;
    ASSERT_EQ(by_devices.size(), 2U);
    EXPECT_LT(by_devices[8] / by_devices[4], 1.6);
}

// 70 GB of weights were not on one device of 48: the table's parallelism was inferred.
TEST(Predictions, TakeTheFewestDevicesThatHoldTheWeights) {
    RowReader reader(PublishedNames::load());
    const auto read = reader.read(saturated_row(8, "TP1xDP8", 3718));
    ASSERT_TRUE(read.row_case) << read.left_out;
    EXPECT_EQ(read.row_case->steps->placement().parallelism.tensor, 2);
    EXPECT_DOUBLE_EQ(read.row_case->replicas, 4);
}

PublishedRow hybrid_row() {
    auto one = saturated_row(1, "CPU experts + GPU attention", 12);
    one.device = "RTX4090D-24GB + 2xXeon-6454S (8ch DDR5-4800 per socket)", one.model = "DeepSeek-V3";
    one.weight_precision = "Q4_K_M", one.act_precision = one.kv_precision = "bf16";
    one.batch = "1", one.input_len = "500", one.output_len = "~500", one.framework = "KTransformers 0.2";
    one.metric = "decode_throughput";
    return one;
}

std::string refusal(const PublishedRow& row) {
    RowReader reader(PublishedNames::load());
    return reader.read(row).left_out;
}

TEST(Predictions, CompareBeamsWhereEverythingIsQueued) {
    auto one = saturated_row(1, "none", 10);
    one.device = "H100-SXM-80GB", one.model = "GPT-J-6B", one.conditions = "MLPerf v4.1 closed Offline";
    RowReader reader(PublishedNames::load());
    const auto read = reader.read(one);
    ASSERT_TRUE(read.row_case) << read.left_out;
    EXPECT_EQ(read.row_case->beams, 4);
    one.batch = "conc=8";
    EXPECT_NE(refusal(one).find("beams"), std::string::npos);
    one.conditions = "";
    EXPECT_EQ(refusal(one), "");
}

// Both sockets compute their experts from their own memory.
TEST(Predictions, PutExpertsOnTheHostsSockets) {
    RowReader reader(PublishedNames::load());
    auto one = hybrid_row(), single = hybrid_row();
    single.device = "RTX4090D-24GB + 1xXeon-6454S (8ch DDR5-4800)";
    std::vector<ReadRow> rows = read_rows(reader, {one, single});
    ASSERT_TRUE(rows[0].reading.row_case) << rows[0].reading.left_out;
    ASSERT_TRUE(rows[1].reading.row_case) << rows[1].reading.left_out;
    ASSERT_TRUE(rows[0].reading.row_case->steps->placement().expert_device);
    const auto fit = EngineFit::load();
    const double two = predict_published(rows[0], fit).predicted,
                 alone = predict_published(rows[1], fit).predicted;
    EXPECT_GT(two, 1.1 * alone);
    EXPECT_LT(two, 2 * alone);
    EXPECT_NEAR(two, 12.2, 4);

    one.metric = "prefill_throughput";
    EXPECT_NE(refusal(one).find("prompts on a processor"), std::string::npos);
    one = hybrid_row(), one.device = "RTX4090D-24GB + 2xAbacus";
    EXPECT_NE(refusal(one).find("Abacus"), std::string::npos);
    one = hybrid_row(), one.device = "RTX4090D-24GB + 0xXeon-6454S (8ch DDR5-4800)";
    EXPECT_NE(refusal(one).find("0 sockets"), std::string::npos);
    one = hybrid_row(), one.framework = "llama.cpp";
    EXPECT_NE(refusal(one).find("whole layers"), std::string::npos);
    one = hybrid_row(), one.conditions = "V0.2 dual socket 6 experts";
    EXPECT_NE(refusal(one).find("fewer experts"), std::string::npos);
}

TEST(Predictions, TakeAFigureOnceThatStandsForMoreDevices) {
    RowReader reader(PublishedNames::load());
    const auto rows = read_rows(reader, {saturated_row(8, "TP8", 1234.56), saturated_row(64, "TP8", 1234.56),
                                         saturated_row(8, "TP8", 1235), saturated_row(64, "TP8", 1235)});
    EXPECT_TRUE(rows[0].reading.row_case);
    EXPECT_FALSE(rows[1].reading.row_case);
    EXPECT_NE(rows[1].reading.left_out.find("same figure"), std::string::npos);
    EXPECT_TRUE(rows[3].reading.row_case) << "rounded figures may coincide";
}

TEST(Predictions, NameTheReasonForWhatTheyLeaveOut) {
    std::size_t left = 0;
    for (const auto& reason : left_out(predictions())) {
        EXPECT_FALSE(reason.reason.empty());
        left += reason.count;
    }
    EXPECT_EQ(left, 5U);
}

// A fit to rows that the program itself predicted under a slower engine finds its way to them.
TEST(Fitting, FindsTheEngineThatMadeTheRows) {
    RowReader reader(PublishedNames::load());
    auto rows = read_rows(reader, read_published_rows(read_file(fixture), "published.csv"));
    auto truth = EngineFit::load();
    truth.set_effect({EffectLevel::all, "all", "memory"}, 0.5);
    for (auto& one : rows)
        if (one.reading.row_case) one.row.value = predict_published(one, truth).predicted;
    std::vector<ReadRow*> all;
    for (auto& one : rows)
        if (one.reading.row_case && one.row.value > 0) all.push_back(&one);
    const auto fit = fit_engines(all);
    std::vector<RowPrediction> found;
    for (auto* one : all) found.push_back(predict_published(*one, fit));
    EXPECT_LT(summary(found, "all").median, 0.05);
}

// One row of weights that a kernel widens first: the priors say that it reads a byte, writes two and reads
// them.
TEST(Fitting, ExpectsWidenedWeightsToBeReadFiveTimes) {
    auto row = saturated_row(8, "TP8", 0.5);
    row.device = "A100-SXM-80GB", row.model = "BLOOM-176B", row.weight_precision = "int8";
    row.act_precision = "fp16", row.kv_precision = "fp16", row.batch = "1", row.metric = "throughput_latency";
    row.framework = "DeepSpeed-Inference", row.input_len = "10", row.output_len = "100";
    RowReader reader(PublishedNames::load());
    auto rows = read_rows(reader, {row});
    ASSERT_TRUE(rows[0].reading.row_case) << rows[0].reading.left_out;
    rows[0].row.value = predict_published(rows[0], EngineFit::load()).predicted;
    const auto fit = fit_engines({&rows[0]});
    const auto& effects = fit.effects();
    const auto found = effects.find({EffectLevel::arithmetic, "weight8_widened", "memory"});
    ASSERT_NE(found, effects.end());
    EXPECT_NEAR(found->second, 0.2, 0.05);
    EXPECT_NEAR(effects.at({EffectLevel::framework, "deepspeed", "memory"}), 1, 0.2);
}

// TensorRT-LLM reserves whole outputs: a factor of its own would stay where it begins and say nothing.
TEST(Fitting, HasNoParameterThatTheEngineDoesNotUse) {
    RowReader reader(PublishedNames::load());
    const auto reserved = [&](const char* framework) {
        auto row = saturated_row(8, "TP8", 1000);
        row.framework = framework;
        auto rows = read_rows(reader, {row});
        const auto fit = fit_engines({&rows[0]});
        return fit.effects().contains(
            {EffectLevel::framework, rows[0].reading.row_case->framework, "output_reserved"});
    };
    EXPECT_FALSE(reserved("TensorRT-LLM 1.0"));
    EXPECT_TRUE(reserved("vLLM"));
}

TEST(Fitting, LeavesOutWhatItIsAskedFor) {
    RowReader reader(PublishedNames::load());
    auto rows = read_rows(reader, read_published_rows(read_file(fixture), "published.csv"));
    const auto trained = training_rows(rows);
    const auto left = leave_out(rows, EngineFit::load(),
                                [](const ReadRow& one) { return one.reading.row_case->device->device.id; });
    EXPECT_EQ(left.size(), trained.size());
    for (const auto& one : left) EXPECT_FALSE(one.is_test);
}

RowPrediction made(const std::string& device, double measured, double predicted) {
    RowPrediction one;
    one.row.metric = "output_throughput_total";
    one.row.value = measured, one.predicted = predicted;
    one.interval = {predicted * 0.5, predicted * 1.5};
    one.device = device;
    return one;
}

TEST(RowErrors, OfKnownErrors) {
    const auto all = summary({made("a", 100, 110), made("a", 100, 70), made("a", 100, 100)}, "all");
    EXPECT_EQ(all.count, 3U);
    EXPECT_NEAR(all.median, 0.1, 1e-12);
    EXPECT_NEAR(all.mean, 0.4 / 3, 1e-12);
    EXPECT_NEAR(all.bias, 0, 1e-12);
    EXPECT_NEAR(all.within_fifth, 2.0 / 3, 1e-12);
    EXPECT_NEAR(all.covered, 1, 1e-12);
}

TEST(CostOrder, CountsPairsThatDifferEnough) {
    const auto price = [](const std::string& device) -> std::optional<double> {
        if (device == "free") return std::nullopt;
        return device == "dear" ? 4.0 : 1.0;
    };
    // Dollars a token, measured 1/100, 4/200 and 1/105: the first and the last differ too little.
    const auto order = cost_order(
        {made("cheap", 100, 100), made("dear", 200, 500), made("other", 105, 200), made("free", 1, 1)},
        price);
    EXPECT_EQ(order.pairs, 2U);
    EXPECT_EQ(order.right, 1U);  // predicted 4/500 is below 1/100, and so is wrongly the cheaper one
    EXPECT_EQ(order.rows_without_price, 1U);
}

}  // namespace
}  // namespace ridge::cost_model
