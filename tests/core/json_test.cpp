// SPDX-License-Identifier: Apache-2.0
#include "core/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/device.hpp"
#include "core/known_keys.hpp"
#include "message_of.hpp"

namespace ridge {
namespace {

using testing::HasSubstr;

TEST(ParseJson, SaysWhere) {
    EXPECT_EQ(parse_json("{\"a\": 1}", "x")["a"], 1);
    EXPECT_EQ(message_of([] { (void)parse_json("", "a.json"); }),
              "a.json: not valid JSON at line 1, column 1");
    EXPECT_EQ(message_of([] { (void)parse_json("{\"a\": 1,\n  \"b\": x}", "a.json"); }),
              "a.json: not valid JSON at line 2, column 8");
    for (const char* bad : {"{", "[1,]", "nul", "{\"a\":1} x", "\"\xff\"", "NaN", "[1e999]"})
        EXPECT_THAT(message_of([&] { (void)parse_json(bad, "a.json"); }), HasSubstr("a.json: not valid JSON"))
            << bad;
}

TEST(ReadJsonFile, NamesTheFile) {
    const auto path =
        std::filesystem::temp_directory_path() / ("ridge-json-" + std::to_string(getpid()) + ".json");
    std::ofstream(path) << "{\"a\": [1, 2]}";
    EXPECT_EQ(read_json_file(path)["a"][1], 2);
    std::ofstream(path) << "{\"a\": ";
    EXPECT_THAT(message_of([&] { (void)read_json_file(path); }),
                HasSubstr(path.string() + ": not valid JSON"));
    std::filesystem::remove(path);
    EXPECT_EQ(message_of([&] { (void)read_json_file(path); }),
              path.string() + ": cannot be read; is the path right?");
    EXPECT_THAT(message_of([&] { (void)read_json_file(path.parent_path()); }), HasSubstr("cannot be read"));
}

TEST(ToLine, IsOneLineOfFiniteNumbers) {
    EXPECT_EQ(to_line({{"b", 1}, {"a", "x\ny"}}), "{\"b\":1,\"a\":\"x\\ny\"}");
    EXPECT_THROW((void)to_line({{"a", {1.0, std::numeric_limits<double>::infinity()}}}), Error);
    EXPECT_THROW((void)to_line(std::numeric_limits<double>::quiet_NaN()), Error);
    EXPECT_EQ(parse_json(to_line("\xff"), "x"), "\xef\xbf\xbd");  // bytes that are no UTF-8 become U+FFFD
}

class Reader : public testing::Test {
  protected:
    const Json json =
        Json::parse(R"({"memory": {"size": "a lot", "ok": 7, "list": [1, "x"], "none": null}, "flag": true,
                                      "real": 1.5, "negative": -1, "zero": 0, "huge": 18446744073709551615})");
    const JsonReader reader{json, "d/x.json"};
};

TEST_F(Reader, Values) {
    EXPECT_EQ(reader.at("memory").at("ok").integer(), 7);
    EXPECT_EQ(reader.at("memory").at("ok").number(), 7.0);
    EXPECT_TRUE(reader.at("flag").boolean());
    EXPECT_EQ(reader.at("real").positive(), 1.5);
    EXPECT_EQ(reader.at("memory").at("size").text(), "a lot");
    EXPECT_EQ(reader.at("memory").at("list").items()[0].integer(), 1);
    EXPECT_EQ(reader.members().size(), 6u);
    EXPECT_EQ(reader.members()[1].first, "flag");
}

TEST_F(Reader, MissingAndNullAreTheSame) {
    EXPECT_TRUE(reader.has("flag"));
    EXPECT_FALSE(reader.has("nothing"));
    EXPECT_FALSE(reader.at("memory").has("none"));
    EXPECT_FALSE(reader.find("nothing"));
    EXPECT_EQ(reader.text_or("nothing", "x"), "x");
    EXPECT_EQ(reader.integer_or("nothing", 3), 3);
    EXPECT_EQ(reader.number_or("real", 3), 1.5);
    EXPECT_FALSE(reader.find_positive("nothing"));
}

TEST_F(Reader, ComplaintsNameFileKeyAndValue) {
    const auto memory = reader.at("memory");
    EXPECT_EQ(message_of([&] { (void)memory.at("size").positive(); }),
              "d/x.json: key 'memory.size' is \"a lot\", should be a number above 0");
    EXPECT_EQ(message_of([&] { (void)memory.at("list").items()[1].integer(); }),
              "d/x.json: key 'memory.list[1]' is \"x\", should be a whole number");
    EXPECT_EQ(message_of([&] { (void)memory.at("none"); }), "d/x.json: key 'none' is missing in 'memory'");
    EXPECT_EQ(message_of([&] { (void)reader.at("nothing"); }), "d/x.json: key 'nothing' is missing");
    EXPECT_EQ(message_of([&] { (void)reader.at("real").integer(); }),
              "d/x.json: key 'real' is 1.5, should be a whole number");
    EXPECT_EQ(message_of([&] { (void)reader.at("real").text(); }),
              "d/x.json: key 'real' is 1.5, should be a text");
    EXPECT_EQ(message_of([&] { (void)reader.at("real").boolean(); }),
              "d/x.json: key 'real' is 1.5, should be true or false");
    EXPECT_EQ(message_of([&] { (void)reader.at("real").items(); }),
              "d/x.json: key 'real' is 1.5, should be an array");
    EXPECT_EQ(message_of([&] { (void)reader.at("real").members(); }),
              "d/x.json: key 'real' is 1.5, should be an object");
    EXPECT_EQ(message_of([&] { (void)reader.at("real").at("x"); }),
              "d/x.json: key 'real' is 1.5, should be an object");
    EXPECT_EQ(message_of([&] { (void)reader.at("flag").number(); }),
              "d/x.json: key 'flag' is true, should be a number");
    EXPECT_EQ(message_of([&] { (void)reader.find_positive("zero"); }),
              "d/x.json: key 'zero' is 0, should be a number above 0");
    EXPECT_EQ(message_of([&] { (void)reader.find_positive("negative"); }),
              "d/x.json: key 'negative' is -1, should be a number above 0");
    EXPECT_EQ(message_of([&] { JsonReader(json["real"], "d/x.json").fail("good"); }),
              "d/x.json: the document is 1.5, should be good");
}

// 2^64 - 1 does not fit the 64-bit integer that is given out; it must not come out as -1.
TEST_F(Reader, AnIntegerBeyondTheRangeIsRefused) {
    EXPECT_THAT(message_of([&] { (void)reader.at("huge").integer(); }),
                HasSubstr("key 'huge' is 18446744073709551615"));
}

TEST_F(Reader, InfinityIsNoPositiveNumber) {
    const Json infinite = std::numeric_limits<double>::infinity();
    EXPECT_THAT(message_of([&] { (void)JsonReader(infinite, "x").positive(); }),
                HasSubstr("should be a number above 0"));
}

// A value is cut for the message, but not in the middle of a character.
TEST_F(Reader, LongValuesAreCutBetweenCharacters) {
    for (int offset = 0; offset < 3; ++offset) {
        std::string text(static_cast<std::size_t>(offset), 'x');
        for (int i = 0; i < 60; ++i) text += "€";
        const Json value = text;
        const auto message = message_of([&] { (void)JsonReader(value, "x").integer(); });
        EXPECT_LT(message.size(), 120u);
        EXPECT_NO_THROW((void)Json(message).dump()) << message;
    }
}

Device full_device() {
    Device device;
    device.id = "chip-1.5";
    device.name = "Chip 1.5";
    device.vendor = "V";
    device.kind = "gpu";
    device.units = 132;
    device.clock_hz = 1.98e9;
    device.peak_flops = {{Precision::bf16, 9.89e14}, {Precision::int8, 1.979e15}};
    device.memory_bytes = 8.0e10;
    device.memory_bandwidth_bytes_per_s = 3.35e12;
    device.caches = {{"L1", 262144, 1}, {"L2", 5.2e7, 0}};
    device.tdp_w = 700.0;
    device.instruction_sets = {"a", "b"};
    device.sources = {"sheet"};
    return device;
}

TEST(Devices, RoundTrip) {
    Device bare;
    bare.id = "a", bare.name = "A", bare.kind = "cpu";
    for (const auto& device : {full_device(), bare}) {
        const auto json = device.json();
        const auto read = Device::from_json(JsonReader(json, "x"));
        EXPECT_EQ(read.json(), json);
        EXPECT_EQ(read.tdp_w, device.tdp_w);
        EXPECT_EQ(read.peak_flops, device.peak_flops);
    }
}

TEST(Devices, Refusals) {
    const std::tuple<const char*, Json, const char*> cases[] = {
        {"id", "Not A Slug", "lower-case letters"},
        {"id", "", "lower-case letters"},
        {"id", nullptr, "key 'id' is missing"},
        {"kind", 7, "key 'kind' is 7, should be a text"},
        {"units", "many", "key 'units'"},
        {"peak_flops", {{"fp99", 1.0}}, "unknown precision 'fp99'"},
        {"peak_flops", {{"fp32", -1.0}}, "key 'peak_flops.fp32' is -1.0, should be a number above 0"},
        {"caches", {{{"name", "L1"}, {"bytes", 0}}}, "key 'caches[0].bytes' is 0"},
        {"tdp_w", 0, "key 'tdp_w' is 0, should be a number above 0"},
        {"sources", {1}, "key 'sources[0]' is 1, should be a text"},
    };
    for (const auto& [key, value, why] : cases) {
        auto json = full_device().json();
        json[key] = value;
        EXPECT_THAT(message_of([&] { (void)Device::from_json(JsonReader(json, "x")); }), HasSubstr(why))
            << key;
    }
}

TEST(Slugs, LowerCaseAndSingleDashes) {
    EXPECT_EQ(slug("Intel(R) Xeon(R) Gold 6338 @ 2.00GHz"), "intel-r-xeon-r-gold-6338-2.00ghz");
    EXPECT_EQ(slug("  H100 SXM  "), "h100-sxm");
    EXPECT_EQ(slug(""), "");
    EXPECT_EQ(slug("é"), "");
}

TEST(KnownKeys, RefusesOthersAndNamesWhatThereIs) {
    constexpr auto known = std::to_array<std::string_view>({"a", "b"});
    const auto of = [&](const char* text) {
        const auto json = parse_json(text, "x.json");
        return message_of([&] { refuse_other_keys(JsonReader(json, "x.json"), known); });
    };
    const Json fine = {{"b", nullptr}};
    EXPECT_NO_THROW(refuse_other_keys(JsonReader(fine, "x.json"), known));
    EXPECT_EQ(of(R"({"a": 1, "c": 2})"),
              R"(x.json: the document is {"a":1,"c":2}, should be an object with the keys a, b, not 'c')");
    EXPECT_EQ(of("[]"), "x.json: the document is [], should be an object");
}

}  // namespace
}  // namespace ridge
