// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "../core/message_of.hpp"
#include "cost_model/serving/trace.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr const char* two =
    R"({"timestamp": 3000, "input_length": 1100, "output_length": 7, "hash_ids": [4, 5, 9]}
{"timestamp": 1500, "input_length": 600, "output_length": 2, "hash_ids": [4]}
)";

TEST(Trace, OfJsonLinesIsSortedAndBeginsAtZero) {
    const auto trace = parse_trace(two, "t.jsonl");
    EXPECT_EQ(trace.refused, 0U);
    const auto& requests = trace.requests;
    ASSERT_EQ(requests.all.size(), 2U);
    EXPECT_EQ(requests.all[0].prompt_tokens, 600);
    EXPECT_EQ(requests.all[0].arrival_s, 0);
    EXPECT_EQ(requests.all[1].arrival_s, 1.5);
    EXPECT_EQ(requests.all[1].output_tokens, 7);
    // The third id stands for 76 tokens only: no whole block.
    const auto blocks = requests.blocks_of(requests.all[1]);
    EXPECT_EQ(std::vector(blocks.begin(), blocks.end()), (std::vector<std::uint64_t>{4, 5}));
}

TEST(Trace, OfAzureIsReadWithItsTimestamps) {
    const auto trace = parse_trace(
        "TIMESTAMP,ContextTokens,GeneratedTokens\r\n"
        "2023-11-16 23:59:59.5000000,374,44\r\n"
        "2023-11-17 00:00:01.2500000,396,109\r\n"
        "2024-05-10T00:00:00.009930+00:00,1,1\n",
        "a.csv");
    EXPECT_EQ(trace.refused, 0U) << trace.complaint;
    ASSERT_EQ(trace.requests.all.size(), 3U);
    EXPECT_NEAR(trace.requests.all[1].arrival_s, 1.75, 1e-6);
    EXPECT_EQ(trace.requests.all[0].prompt_tokens, 374);
    EXPECT_EQ(trace.requests.all[1].output_tokens, 109);
    EXPECT_NEAR(trace.requests.all[2].arrival_s, 176.0 * 86400 - 86399.5 + 0.00993, 1e-5);
}

TEST(Trace, KeepsWhatIsSoundAndCountsTheRest) {
    const std::string text(two);
    for (std::size_t cut = 90; cut + 2 < text.size(); ++cut) {
        const auto trace = parse_trace(text.substr(0, cut), "t.jsonl");
        EXPECT_EQ(trace.requests.all.size(), 1U) << cut;
        EXPECT_EQ(trace.refused, cut > text.find('\n') + 1 ? 1U : 0U) << cut;
        EXPECT_EQ(trace.complaint.empty(), trace.refused == 0) << cut;
        EXPECT_TRUE(trace.complaint.empty() || trace.complaint.find("t.jsonl: line 2") == 0)
            << trace.complaint;
    }
}

TEST(Trace, LinesThatMakeNoSenseAreRefusedWithFileLineAndKey) {
    for (const auto& [line, said] : std::vector<std::pair<const char*, const char*>>{
             {R"({"input_length": 1, "output_length": 1})", "timestamp"},
             {R"({"timestamp": -1, "input_length": 1, "output_length": 1})", "timestamp"},
             {R"({"timestamp": 1e300, "input_length": 1, "output_length": 1})", "timestamp"},
             {R"({"timestamp": "now", "input_length": 1, "output_length": 1})", "timestamp"},
             {R"({"timestamp": 1, "input_length": 0, "output_length": 1})", "input_length"},
             {R"({"timestamp": 1, "input_length": 99999999999, "output_length": 1})", "input_length"},
             {R"({"timestamp": 1, "input_length": 1, "output_length": 1.5})", "output_length"},
             {R"({"timestamp": 1, "input_length": 1, "output_length": 1, "hash_ids": [1, 2]})", "hash_ids"},
             {R"({"timestamp": 1, "input_length": 1, "output_length": 1, "hash_ids": [-1]})", "hash_ids[0]"},
             {R"({"timestamp": 1, "input_length": 1, "output_length": 1, "hash_ids": 7})", "hash_ids"},
             {"[1, 2]", "object"},
             {"\x01\xff", "not valid JSON"}}) {
        const auto message = message_of([&] { (void)parse_trace(line, "t.jsonl"); });
        EXPECT_NE(message.find("t.jsonl: line 1"), std::string::npos) << line << ": " << message;
        EXPECT_NE(message.find(said), std::string::npos) << line << ": " << message;
    }
}

TEST(Trace, OfAzureIsRefusedLikewise) {
    for (const auto& [row, said] :
         std::vector<std::pair<const char*, const char*>>{{"2023-11-16,1,1", "TIMESTAMP"},
                                                          {"2023-13-16 00:00:00,1,1", "TIMESTAMP"},
                                                          {"2023-02-30 00:00:00,1,1", "TIMESTAMP"},
                                                          {"2023-11-16 00:00:00,0,1", "ContextTokens"},
                                                          {"2023-11-16 00:00:00,1,x", "GeneratedTokens"},
                                                          {"2023-11-16 00:00:00,1", "columns"}}) {
        const auto text = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + std::string(row);
        const auto message = message_of([&] { (void)parse_trace(text, "a.csv"); });
        EXPECT_NE(message.find("a.csv: line 2"), std::string::npos) << row << ": " << message;
        EXPECT_NE(message.find(said), std::string::npos) << row << ": " << message;
    }
    EXPECT_NE(
        message_of([] { (void)parse_trace("TIMESTAMP,ContextTokens\n", "a.csv"); }).find("GeneratedTokens"),
        std::string::npos);
    EXPECT_NE(message_of([] { (void)parse_trace(" \n", "a.csv"); }).find("no request"), std::string::npos);
}

}  // namespace
}  // namespace ridge::cost_model::serving
