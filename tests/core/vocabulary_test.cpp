// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/caches.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "core/precision.hpp"
#include "core/sparsity.hpp"
#include "message_of.hpp"

namespace ridge {
namespace {

using testing::HasSubstr;

TEST(PrecisionNames, ParseBackAndHaveBits) {
    for (const auto precision : all_precisions) EXPECT_EQ(parse_precision(name(precision)), precision);
    EXPECT_EQ(storage_bits(Precision::tf32), 32);
    EXPECT_EQ(storage_bits(Precision::fp8_e5m2), 8);
    EXPECT_EQ(storage_bits(Precision::int4), 4);
    EXPECT_TRUE(is_integer(Precision::int4));
    EXPECT_FALSE(is_integer(Precision::bf16));
    EXPECT_EQ(message_of([] { (void)parse_precision("fp12"); }),
              "unknown precision 'fp12'; known: fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, int32, "
              "int8, int4, fp4_e2m1, fp8_e8m0");
}

TEST(NumberFormats, RoundTripAndBits) {
    for (const char* text :
         {"bf16", "int4:g128", "int4:g32:fp32", "int8:g64:bf16", "int8:row", "int4:g128:zero",
          "int4:g32:fp32:zero", "int8:row:bf16", "fp8_e4m3:row", "fp8_e4m3:g128:fp32", "fp8_e4m3:b128",
          "fp4_e2m1:g16:fp8_e4m3", "fp4_e2m1:g32:fp8_e8m0"})
        EXPECT_EQ(NumberFormat::parse(text).text(), text);
    EXPECT_EQ(NumberFormat::parse("int4:g128:fp16").text(), "int4:g128");
    EXPECT_DOUBLE_EQ(NumberFormat::parse("int4:g128").bits_per_element(), 4.125);
    EXPECT_DOUBLE_EQ(NumberFormat::parse("int4:g32:fp32").bits_per_element(), 5.0);
    EXPECT_DOUBLE_EQ(NumberFormat::parse("int4:g128:zero").bits_per_element(), 4.0 + 20.0 / 128.0);
    EXPECT_EQ(NumberFormat::parse("int8:row:fp32").text(), "int8:row");
    EXPECT_DOUBLE_EQ(NumberFormat::parse("fp4_e2m1:g16:fp8_e4m3").bits_per_element(), 4.5);
    EXPECT_DOUBLE_EQ(NumberFormat::parse("fp8_e4m3:b128").bits_per_element(), 8.0 + 32.0 / 16384.0);
    EXPECT_DOUBLE_EQ(NumberFormat::parse("fp32").bits_per_element(), 32.0);
}

TEST(NumberFormats, Refusals) {
    for (const char* text : {"int4:128", "int4:g", "int4:g0", "int4:g-8", "int4:g12x",
                             "int4:", "int4:g99999999999", "int4:zero", "int8:rows"})
        EXPECT_THAT(message_of([&] { (void)NumberFormat::parse(text); }),
                    HasSubstr("should be g followed by a positive count"))
            << text;
    EXPECT_THAT(message_of([] { (void)NumberFormat::parse("bf16:g32:zero"); }), HasSubstr("only integers"));
    EXPECT_THAT(message_of([] { (void)NumberFormat::parse("int8:row:int8"); }),
                HasSubstr("should be a float"));
    EXPECT_THAT(message_of([] { (void)NumberFormat::parse("int8:row:zero:zero"); }),
                HasSubstr("should be like bf16"));
    EXPECT_THAT(message_of([] { (void)NumberFormat::parse("int4:g8:fp16:x"); }),
                HasSubstr("should be like bf16"));
    EXPECT_THAT(message_of([] { (void)NumberFormat::parse("int4:g8:fp99"); }),
                HasSubstr("unknown precision 'fp99'"));
    EXPECT_THAT(message_of([] { (void)NumberFormat::parse(""); }), HasSubstr("unknown precision ''"));
}

TEST(Sparsities, RoundTripAndDensity) {
    for (const char* text : {"dense", "2:4", "1:8", "block:16x16@0.125", "block:64x64@1", "unstructured@0.1"})
        EXPECT_EQ(Sparsity::parse(text).text(), text);
    EXPECT_DOUBLE_EQ(Sparsity::parse("2:4").density(), 0.5);
    EXPECT_DOUBLE_EQ(Sparsity::parse("block:32x1@0.03125").density(), 1.0 / 32);
    EXPECT_DOUBLE_EQ(Sparsity::dense().density(), 1.0);
    EXPECT_TRUE(Sparsity::parse("dense").is_dense());
    EXPECT_EQ(Sparsity::parse("2:4"), Sparsity::n_of_m(2, 4));
}

TEST(Sparsities, KindsHaveNames) {
    for (const char* text : {"dense", "2:4", "block:16x16@0.125", "unstructured@0.1"}) {
        const auto kind = Sparsity::parse(text).kind;
        EXPECT_EQ(parse_sparsity_kind(name(kind)), kind);
    }
    EXPECT_EQ(name(Sparsity::Kind::n_of_m), "n_of_m");
    EXPECT_THAT(message_of([] { (void)parse_sparsity_kind("2:4"); }),
                HasSubstr("unknown kind of sparsity '2:4'; known: dense, n_of_m, block, unstructured"));
}

TEST(Sparsities, Refusals) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "unknown sparsity ''"},
        {"half", "known forms: dense, 2:4"},
        {"4:4", "1 <= N < M"},
        {"5:4", "1 <= N < M"},
        {"0:4", "should be between 1 and 4096"},
        {"2:5000", "should be between 1 and 4096"},
        {"2:x", "'x' is not a whole number"},
        {"block:16@0.1", "not a block form"},
        {"block:16x16", "not a block form"},
        {"block:16x16@0.1@2", "not a block form"},
        {"block:0x16@0.1", "should be between 1 and 4096"},
        {"block:16x16@0", "kept share 0 should be above 0"},
        {"block:16x16@1.5", "kept share 1.5"},
        {"unstructured@-1", "kept share -1"},
        {"unstructured@nan", "not finite"},
        {"unstructured@", "is not a number"},
        {"2:4:8", "unknown sparsity"},
    };
    for (const auto& [text, why] : cases)
        EXPECT_THAT(message_of([&] { (void)Sparsity::parse(text); }), HasSubstr(why)) << text;
}

TEST(OperatorCalls, RoundTrip) {
    for (const char* text :
         {"gemm m=16 n=4096 k=4096 a=bf16 w=int4:g128 c=bf16 sparsity=2:4", "copy n=1024 x=fp32 y=fp32",
          "nothing", "gemm m=1 w=int8 sparsity=block:16x16@0.125"}) {
        const auto call = OperatorCall::parse(text);
        EXPECT_EQ(call.text(), text);
        EXPECT_EQ(OperatorCall::parse(call.text()), call);
    }
    EXPECT_EQ(OperatorCall::parse("  gemm   m=1\tsparsity=dense ").text(), "gemm m=1");
}

TEST(OperatorCalls, FieldsByName) {
    const auto call = OperatorCall::parse("gemm m=16 a=bf16");
    EXPECT_EQ(call.dimension("m"), 16);
    EXPECT_EQ(call.operand("a").precision, Precision::bf16);
    EXPECT_EQ(message_of([&] { (void)call.dimension("n"); }),
              "operator call 'gemm m=16 a=bf16': has no dimension 'n'");
    EXPECT_EQ(message_of([&] { (void)call.operand("w"); }),
              "operator call 'gemm m=16 a=bf16': has no operand 'w'");
}

TEST(OperatorCalls, Refusals) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "is empty; it should be like"},
        {" \n", "is empty"},
        {"m=1", "should begin with the operator's name"},
        {"gemm m", "'m' should be name=value"},
        {"gemm =1", "'=1' should be name=value"},
        {"gemm m=", "'m=' should be name=value"},
        {"gemm m=1 m=2", "'m' stands twice"},
        {"gemm m=1 m=fp32", "'m' stands twice"},
        {"gemm sparsity=2:4 sparsity=1:4", "'sparsity' stands twice"},
        {"gemm sparsity=dense sparsity=1:4", "'sparsity' stands twice"},
        {"gemm m=1.5", "'1.5' is not a whole number"},
        {"gemm m=99999999999999999999", "is not a whole number"},
        {"gemm m=1=2", "is not a whole number"},
        {"gemm a=float", "unknown precision 'float'"},
        {"gemm sparsity=3:2", "1 <= N < M"},
    };
    for (const auto& [text, why] : cases)
        EXPECT_THAT(message_of([&] { (void)OperatorCall::parse(text); }), HasSubstr(why)) << text;
    EXPECT_THAT(message_of([] { (void)OperatorCall::parse("gemm a=float"); }),
                HasSubstr("operator call 'gemm a=float'"));
}

TEST(Words, StatusCacheAndProvenance) {
    for (const auto status : {Status::ok, Status::invalid, Status::wrong, Status::failed})
        EXPECT_EQ(parse_status(name(status)), status);
    for (const auto state : {CacheState::cold, CacheState::warm})
        EXPECT_EQ(parse_cache_state(name(state)), state);
    for (const auto provenance : {Provenance::measured, Provenance::predicted, Provenance::specified})
        EXPECT_EQ(parse_provenance(name(provenance)), provenance);
    EXPECT_EQ(message_of([] { (void)parse_status("great"); }),
              "unknown status 'great'; known: ok, invalid, wrong, failed");
    EXPECT_EQ(message_of([] { (void)parse_cache_state(""); }), "unknown cache state ''; known: cold, warm");
    EXPECT_EQ(message_of([] { (void)parse_provenance("OK"); }),
              "unknown provenance 'OK'; known: measured, predicted, specified");
}

TEST(KernelConfigs, TextJsonAndValues) {
    const KernelConfig config({{"nr", std::int64_t{2}},
                               {"mc", std::int64_t{96}},
                               {"order", std::string("mnk")},
                               {"pack", true},
                               {"share", 0.5}});
    EXPECT_EQ(config.text(), "mc=96 nr=2 order=mnk pack=true share=0.5");
    EXPECT_EQ(KernelConfig::from_json(JsonReader(config.json(), "x")), config);
    EXPECT_EQ(KernelConfig().text(), "");
    EXPECT_EQ(config.integer("mc"), 96);
    EXPECT_EQ(config.word("order"), "mnk");
    EXPECT_EQ(message_of([&] { (void)config.integer("kc"); }), "config: parameter 'kc' is missing");
    EXPECT_EQ(message_of([&] { (void)config.integer("order"); }),
              "config: parameter 'order' is mnk, should be a whole number");
    EXPECT_EQ(message_of([&] { (void)config.word("mc"); }), "config: parameter 'mc' is 96, should be a word");
}

TEST(KernelConfigs, RefusesValuesOfNoType) {
    const Json json = {{"mc", nullptr}};
    EXPECT_EQ(message_of([&] { (void)KernelConfig::from_json(JsonReader(json, "a.json", "config")); }),
              "a.json: key 'config.mc' is null, should be a number, a text, true or false");
    const Json large = {{"mc", 18446744073709551615ULL}};
    EXPECT_THAT(message_of([&] { (void)KernelConfig::from_json(JsonReader(large, "a.json")); }),
                HasSubstr("key 'mc'"));
}

TEST(ParameterSpaces, RoundTripAndDefaults) {
    const Json json =
        Json::parse(R"({"parameters": [{"name": "mc", "values": [48, 96], "default": 96, "meaning": "rows"},
                                                     {"name": "order", "values": ["mnk", "nmk"]}],
                                      "constraints": ["mc % 48 == 0"]})");
    const auto space = ParameterSpace::from_json(JsonReader(json, "x"));
    EXPECT_EQ(space.default_config().text(), "mc=96 order=mnk");
    EXPECT_EQ(space.constraints, std::vector<std::string>{"mc % 48 == 0"});
    const auto again = space.json();
    EXPECT_EQ(ParameterSpace::from_json(JsonReader(again, "x")).json(), again);
}

TEST(ParameterSpaces, Refusals) {
    const auto refusal = [](const char* text) {
        const auto json = Json::parse(text);
        return message_of([&] { (void)ParameterSpace::from_json(JsonReader(json, "a.json")); });
    };
    EXPECT_EQ(refusal("{}"), "a.json: key 'parameters' is missing");
    EXPECT_EQ(refusal(R"({"parameters": [{"values": [1]}]})"),
              "a.json: key 'name' is missing in 'parameters[0]'");
    EXPECT_EQ(refusal(R"({"parameters": [{"name": "a", "values": []}]})"),
              "a.json: key 'parameters[0].values' is [], should be a list of at least one value");
    EXPECT_EQ(refusal(R"({"parameters": [{"name": "a", "values": [1], "default": 2}]})"),
              "a.json: key 'parameters[0].default' is 2, should be one of the values of 'a'");
    EXPECT_EQ(refusal(R"({"parameters": [], "constraints": [7]})"),
              "a.json: key 'constraints[0]' is 7, should be a text");
}

TEST(Caches, CountEveryInstance) {
    Device device;
    EXPECT_EQ(last_cache_bytes(device), 0);
    device.units = 12;
    device.caches = {{"L1", 100, 1}, {"L2", 1000, 4}, {"L3", 2000, 0}};
    EXPECT_EQ(total_cache_bytes(device, device.caches[0]), 1200);
    EXPECT_EQ(total_cache_bytes(device, device.caches[1]), 3000);
    EXPECT_EQ(last_cache_bytes(device), 3000) << "more than what lies behind";
    device.caches[2].bytes = 4000;
    EXPECT_EQ(last_cache_bytes(device), 4000);
    device.units = 2;
    EXPECT_EQ(total_cache_bytes(device, device.caches[1]), 1000) << "one at least";
}

}  // namespace
}  // namespace ridge
