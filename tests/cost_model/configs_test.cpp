// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/configs.hpp"
#include "cost_model/scenario/question.hpp"
#include "cost_model/token_cost.hpp"

namespace ridge::cost_model {
namespace {

namespace fs = std::filesystem;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

const fs::path configs = fs::path(RIDGE_SOURCE_DIR) / "configs";

// valijson's adapter is of nlohmann::json, not of its ordered sibling.
nlohmann::json read(const fs::path& path) { return nlohmann::json::parse(std::ifstream(path)); }

std::string complaints(const nlohmann::json& document, const std::string& schema_name) {
    const auto schema_document = read(configs / "schema" / (schema_name + ".schema.json"));
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(Adapter(schema_document), schema);
    valijson::ValidationResults results;
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    std::string out;
    if (validator.validate(schema, Adapter(document), &results)) return out;
    for (valijson::ValidationResults::Error error; results.popError(error);) {
        for (const auto& part : error.context) out += part;
        out += ": " + error.description + "\n";
    }
    return out;
}

class Folder : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Folder, KeepsToItsSchema) {
    const auto [folder, schema] = GetParam();
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(configs / folder)) {
        EXPECT_EQ(complaints(read(entry.path()), schema), "") << entry.path();
        ++files;
    }
    EXPECT_GT(files, 0U);
}

INSTANTIATE_TEST_SUITE_P(All, Folder,
                         testing::Values(std::pair("devices", "device"), std::pair("models", "model"),
                                         std::pair("suites", "suite"), std::pair("workloads", "workload"),
                                         std::pair("scenarios", "scenario"), std::pair("power", "power")));

TEST(Schema, OfWhatWasFittedOnPublishedMeasurements) {
    EXPECT_EQ(complaints(read(configs / "published/engine-fit.json"), "engine-fit"), "");
    EXPECT_EQ(complaints(read(configs / "published/names.json"), "published-names"), "");
    EXPECT_EQ(complaints(read(configs / "published/benchmarks.json"), "published-benchmarks"), "");
    EXPECT_EQ(complaints(read(configs / "published/rows.json"), "published-rows"), "");
}

TEST(Schema, OfFittedKernelsThatAnyoneCanRead) {
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(configs / "fitted")) {
        if (entry.path().stem().string().starts_with("transfer-")) continue;  // of no device
        const auto document = read(entry.path());
        EXPECT_EQ(complaints(document, "fitted"), "") << entry.path();
        EXPECT_EQ(document.at("device").get<std::string>(), entry.path().stem().string());
        ++files;
    }
    EXPECT_GT(files, 0U);
}

TEST(Schema, OfSpacesTakesTheExamplesAndRefusesWhatIsWrong) {
    const auto examples = fs::path(RIDGE_SOURCE_DIR) / "examples/tune-command";
    for (const auto* file : {"matmul.space.json", "transpose.space.json"})
        EXPECT_EQ(complaints(read(examples / file), "space"), "") << file;
    for (const auto* parameter :
         {"[]", "3", "[1, true]", R"([1, "a"])", R"({"range": [1]})", R"({"range": [1, 2], "step": 0})",
          R"({"values": [1], "range": [1, 2]})", R"({"power": [1, 2]})", R"({"permutation": ["i"]})"}) {
        const auto space = R"({"parameters": {"p": )" + std::string(parameter) + "}}";
        EXPECT_NE(complaints(nlohmann::json::parse(space), "space"), "") << space;
    }
}

// What the program reads and what the schema allows: the same keys.
TEST(Schema, OfScenariosKnowsEveryFormOfAQuestion) {
    const auto schema = read(configs / "schema/scenario.schema.json");
    for (const auto& [of, keys] : question_keys()) {
        std::set<std::string> read, allowed;
        for (const auto key : keys) read.emplace(key);
        for (const auto& [key, value] : schema.at("definitions").at(std::string(of)).at("properties").items())
            allowed.insert(key);
        EXPECT_EQ(read, allowed) << of;
    }
    auto scenario = read(configs / "scenarios/bloom-176b-8x-a100.json");
    EXPECT_EQ(complaints(scenario, "scenario"), "");
    scenario["question"]["stages"] = "two";
    EXPECT_NE(complaints(scenario, "scenario"), "");
    scenario["question"].erase("stages");
    scenario["question"]["stage"] = 2;
    EXPECT_NE(complaints(scenario, "scenario"), "");
}

TEST(Schema, OfModelsRefusesWhatIsWrong) {
    for (const auto& [model, key, value] : std::vector<std::tuple<const char*, const char*, nlohmann::json>>{
             {"llama-2-7b", "hidden_size", 0},
             {"llama-2-7b", "architectures", {"FrogForCausalLM"}},
             {"deepseek-v3", "kv_lora_rank", "512"},
             {"gpt-3-175b", "n_layer", 1.5},
             {"resnet-50", "depths", nlohmann::json::array()}}) {
        auto bad = read(configs / "models" / (std::string(model) + ".json"));
        bad[key] = value;
        EXPECT_NE(complaints(bad, "model"), "") << model << " " << key;
    }
}

TEST(Prices, KeepToTheirSchemas) {
    for (const auto& name : list_configs("prices")) {
        const auto& own = {"currency", "purchase", "rental"};
        const auto schema = std::ranges::find(own, name) == own.end() ? "figures" : name;
        EXPECT_EQ(complaints(read(configs / "prices" / (name + ".json")), schema), "") << name;
    }
}

TEST(Schema, OfDevicesRefusesWhatIsWrong) {
    const auto good = read(configs / "devices/h100-sxm.json");
    for (const auto& [key, value] :
         std::vector<std::pair<std::string, nlohmann::json>>{{"id", "H100 SXM"},
                                                             {"kind", "toaster"},
                                                             {"peak_flops", {{"fp33", 1e12}}},
                                                             {"clock_hz", 1.98},
                                                             {"memory_bandwidth_bytes_per_s", 3350},
                                                             {"sources", nlohmann::json::array()},
                                                             {"speed", 1}}) {
        auto bad = good;
        bad[key] = value;
        EXPECT_NE(complaints(bad, "device"), "") << key;
    }
}

TEST(Devices, AreAllReadableUnderTheirOwnId) {
    const auto ids = list_configs("devices");
    EXPECT_GE(ids.size(), 75U);
    for (const auto& id : ids) {
        const auto device = load_device(id);
        EXPECT_EQ(device.device.id, id);
        for (const auto& [precision, ceiling] : device.ceilings.compute)
            EXPECT_EQ(ceiling.provenance, Provenance::specified);
    }
}

TEST(Devices, OfTheDemoHaveTheirDataSheets) {
    struct Expected {
        const char* id;
        double bf16, bandwidth, memory, tdp, usd_per_hour;
    };
    for (const auto& expected : {Expected{"h100-sxm", 989e12, 3.35e12, 80e9, 700, 2.9},
                                 Expected{"a100-80-sxm", 312e12, 2.039e12, 80e9, 400, 1.64},
                                 Expected{"mi300x", 1307.4e12, 5.3e12, 192e9, 750, 1.55}}) {
        const auto device = load_device(expected.id);
        EXPECT_EQ(device.device.peak_flops.at(Precision::bf16), expected.bf16) << expected.id;
        EXPECT_EQ(device.device.memory_bandwidth_bytes_per_s, expected.bandwidth) << expected.id;
        EXPECT_EQ(device.device.memory_bytes, expected.memory) << expected.id;
        EXPECT_EQ(device.device.tdp_w, expected.tdp) << expected.id;
        ASSERT_TRUE(device.price.has_value()) << expected.id;
        EXPECT_EQ(device.price->usd_per_hour, expected.usd_per_hour) << expected.id;
        EXPECT_FALSE(device.price->source.empty());
    }
}

TEST(Prices, AreOfDevicesThatAreThere) {
    const auto ids = list_configs("devices");
    for (const auto* file : {"prices/rental.json", "prices/purchase.json"}) {
        const auto prices = read(configs / file);
        for (const auto& [id, rows] : prices.at("devices").items())
            EXPECT_NE(std::ranges::find(ids, id), ids.end()) << file << " " << id;
    }
}

TEST(Workloads, AreAllReadable) {
    for (const auto& name : list_configs("workloads")) EXPECT_GE(load_workload(name).batch, 1) << name;
}

}  // namespace
}  // namespace ridge::cost_model
