// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/configs.hpp"
#include "core/error.hpp"
#include "cost_model/scenario/scenario.hpp"

namespace ridge::cost_model {
namespace {

Estimate answer(const char* question) {
    Answerer answerer(EngineFit::load());
    const auto json = parse_json(question, "question");
    return answerer.answer(JsonReader(json, "question"));
}

ClaimScenario scenario(const char* text) { return scenario_from_json(parse_json(text, "s.json"), "s.json"); }

ScenarioVerdict verdict(const char* text) {
    Answerer answerer(EngineFit::load());
    return run(scenario(text), answerer).verdict;
}

TEST(Expressions, CalculateFromTheLeft) {
    EXPECT_EQ(answer("3").value, 3);
    EXPECT_EQ(answer(R"(["-", 10, 2, 3])").value, 5);
    EXPECT_EQ(answer(R"(["/", ["*", 6, 4], 8])").value, 3);
    EXPECT_EQ(answer(R"(["^", 10, 4])").value, 1e4);
}

TEST(Expressions, CarryIntervals) {
    const auto ratio = answer(R"(["/", 12, {"of": "range", "low": 2, "high": 4}])");
    EXPECT_EQ(ratio.interval, (Interval{3, 6}));
    const auto difference =
        answer(R"(["-", {"of": "range", "low": 1, "high": 2}, {"of": "range", "low": 1, "high": 2}])");
    EXPECT_EQ(difference.interval, (Interval{-1, 1}));
    const auto hull = answer(R"({"of": "either", "answers": [4, 1, {"of": "range", "low": 2, "high": 9}]})");
    EXPECT_EQ(hull.interval, (Interval{1, 9}));
    EXPECT_EQ(hull.value, 3);
    EXPECT_EQ(answer(R"({"of": "value", "answer": {"of": "range", "low": 1, "high": 4}})").interval,
              (Interval{2, 2}));
}

TEST(Expressions, RefuseWhatIsNone) {
    for (
        const auto* broken :
        {R"(["%", 1, 2])", R"(["+", 1])", R"("12")", R"({"of": "moon"})", R"(["/", 1, 0])",
         R"({"of": "range", "low": 2, "high": 1})", R"({"of": "either", "answers": []})", R"(["^", -1, 2])",
         R"({"of": "device", "figure": "colour", "device": "h100-sxm"})",
         R"({"of": "device", "figure": "tdp_w", "device": "h100-sxm", "devices": 2})",
         R"({"of": "rent", "device": "h100-sxm", "hours": 2})",
         R"({"of": "range", "low": 1, "high": 2, "middle": 1.5})",
         R"({"of": "engine", "figure": "decode_tokens_per_s", "model": "llama-2-7b", "device": "h100-sxm", "batch": 0})"})
        EXPECT_THROW((void)answer(broken), InputError) << broken;
}

// Of a question that is right but for one key.
std::string refusal_of(const std::string& key_and_value) {
    const auto question =
        R"({"of": "engine", "figure": "decode_tokens_per_s", "model": "llama-2-7b", "device": "h100-sxm", )" +
        key_and_value + "}";
    try {
        (void)answer(question.c_str());
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(EngineQuestions, RefuseStagesThatAreNone) {
    EXPECT_EQ(refusal_of(R"("devices": 4, "stages": 2)"), "");
    for (const auto* wrong : {R"("devices": 4, "stages": 3)", R"("stages": 0)", R"("stages": -1)"})
        EXPECT_NE(refusal_of(wrong).find("'stages' is"), std::string::npos) << wrong;
    for (const auto* wrong : {R"("stages": "two")", R"("stages": 1.5)", R"("stages": [1])"})
        EXPECT_NE(refusal_of(wrong).find("should be a whole number"), std::string::npos)
            << wrong << ": " << refusal_of(wrong);
    const auto unknown = refusal_of(R"("devices": 4, "stage": 2)");
    EXPECT_NE(unknown.find("not 'stage'"), std::string::npos) << unknown;
    EXPECT_NE(unknown.find("stages"), std::string::npos) << "names what there is: " << unknown;
}

TEST(EngineQuestions, CutTheLayersIntoStages) {
    const auto rate = [](const char* spread) {
        return answer((R"({"of": "engine", "figure": "decode_tokens_per_s", "model": "llama-2-7b",)"
                       R"( "device": "h100-sxm", )" +
                       std::string(spread) + "}")
                          .c_str())
            .value;
    };
    // A token passes through all stages, one after the other.
    EXPECT_LT(rate(R"("devices": 4, "stages": 4)"), rate(R"("devices": 4)"));
}

TEST(EngineQuestions, CountSamplesOfSingleDevices) {
    const std::string question =
        R"({"of": "engine", "figure": "samples_per_s", "model": "resnet-50", "device": "h100-sxm", )";
    const double one = answer((question + R"("replicas": 1})").c_str()).value;
    EXPECT_DOUBLE_EQ(answer((question + R"("replicas": 8})").c_str()).value, 8 * one);
    EXPECT_THROW((void)answer((question + R"("devices": 8})").c_str()), InputError);
}

TEST(Expressions, ReadTheCatalogue) {
    EXPECT_EQ(answer(R"({"of": "device", "figure": "tdp_w", "device": "h100-sxm"})").value, 700);
    EXPECT_EQ(answer(R"({"of": "model", "figure": "parameters", "model": "llama-2-7b"})").value, 6738415616);
    EXPECT_THROW((void)answer(R"({"of": "device", "figure": "bandwidth", "device": "moffett-s30"})"),
                 Undecidable);
}

TEST(Expressions, AskTheEngine) {
    const auto rate = answer(R"({"of": "engine", "figure": "decode_tokens_per_s", "model": "llama-2-7b",
                                 "device": "rtx4090", "framework": "llamacpp", "prompt": 1, "output": 128})");
    // 13.5 GB of weights at 1008 GB/s allow 75 tokens/s.
    EXPECT_GT(rate.value, 40);
    EXPECT_LT(rate.value, 75);
    EXPECT_LT(rate.interval.low, rate.value);
    EXPECT_GT(rate.interval.high, rate.value);
}

// Where links join pairs alone, stages of a pair serve more than exchanges among all eight over PCIe.
TEST(Expressions, SpreadAModelOverStages) {
    const auto full = [](const std::string& more) {
        return answer(
                   (R"({"of": "engine", "figure": "full_tokens_per_s", "model": "llama-2-70b", "device": "h100-nvl",
                           "devices": 8, "prompt": 128, "output": 128)" +
                    more + "}")
                       .c_str())
            .value;
    };
    EXPECT_GT(full(R"(, "stages": 4)"), 1.2 * full(""));
    EXPECT_THROW((void)full(R"(, "stages": 3)"), InputError);
    EXPECT_THROW((void)full(R"(, "stages": 0)"), InputError);
    EXPECT_THROW((void)full(R"(, "framework": "trtlm")"), InputError);
}

TEST(Expressions, ReuseShortensTheFirstToken) {
    const auto first = [](const char* reuse) {
        return answer((std::string(R"({"of": "engine", "figure": "first_token_s", "model": "qwen2.5-7b",
            "device": "a100-80-sxm", "framework": "vllm", "prompt": 10000)") +
                       reuse + "}")
                          .c_str())
            .value;
    };
    EXPECT_GT(first("") / first(R"(, "reused": 0.95)"), 5);
    EXPECT_GT(first(R"(, "reused": 0.95, "load_bytes_per_s": 1e9)"), first(R"(, "reused": 0.95)"));
    EXPECT_GT(first(R"(, "reused": 0.95, "recomputed": 0.5)"), first(R"(, "reused": 0.95)"));
}

TEST(Scenarios, AreDecidedByComputing) {
    const char* about =
        R"({"id": "x", "words": "w", "source": "s", "claimed": {"value": 20, "relation": "about"},
                            "question": ["*", 3, 7]})";
    EXPECT_EQ(verdict(about), ScenarioVerdict::reproduced);
    const char* most =
        R"({"id": "x", "words": "w", "source": "s", "claimed": {"value": 20, "relation": "at most"},
                           "question": ["*", 3, 7]})";
    EXPECT_EQ(verdict(most), ScenarioVerdict::refuted);
    const char* between = R"({"id": "x", "words": "w", "source": "s", "claimed": {"low": 20, "high": 22},
                              "question": {"of": "range", "low": 22, "high": 30}})";
    EXPECT_EQ(verdict(between), ScenarioVerdict::reproduced);
    const char* open = R"({"id": "x", "words": "w", "source": "s", "missing": "the model"})";
    EXPECT_EQ(verdict(open), ScenarioVerdict::undecidable);
    const char* unknown =
        R"({"id": "x", "words": "w", "source": "s", "claimed": {"value": 1, "relation": "equal"},
                              "question": {"of": "device", "figure": "bandwidth", "device": "moffett-s30"}})";
    EXPECT_EQ(verdict(unknown), ScenarioVerdict::undecidable);
}

TEST(Scenarios, RefuseWhatIsNeitherAskedNorMissing) {
    EXPECT_THROW((void)scenario(R"({"id": "x", "words": "w", "source": "s"})"), InputError);
    EXPECT_THROW((void)scenario(R"({"id": "x", "words": "w", "source": "s", "question": 1})"), InputError);
    EXPECT_THROW((void)scenario(R"({"id": "x", "words": "w", "source": "s", "missing": "m", "question": 1,
                                    "claimed": {"value": 1, "relation": "equal"}})"),
                 InputError);
    EXPECT_THROW((void)scenario(R"({"id": "x", "words": "w", "source": "s", "question": 1,
                                    "claimed": {"value": 1, "relation": "like"}})"),
                 InputError);
    EXPECT_THROW((void)load_scenario("no-such-claim"), InputError);
}

TEST(Scenarios, ThatComeWithTheProgramAllRun) {
    Answerer answerer(EngineFit::load());
    std::size_t decided = 0;
    const auto names = list_configs("scenarios");
    for (const auto& name : names) {
        const auto one = load_scenario(name);
        EXPECT_EQ(one.id, name);
        const auto result = run(one, answerer);
        EXPECT_FALSE(result.why.empty()) << name;
        EXPECT_TRUE(!result.answer || std::isfinite(result.answer->value)) << name;
        decided += result.verdict != ScenarioVerdict::undecidable ? 1 : 0;
    }
    EXPECT_GE(names.size(), 60U);
    EXPECT_GE(decided, 35U);
}

TEST(Scenarios, OfSparsityNeverMakeItTwice) {
    Answerer answerer(EngineFit::load());
    const auto result = run(load_scenario("a100-2-4-end-to-end"), answerer);
    ASSERT_TRUE(result.answer);
    EXPECT_EQ(result.verdict, ScenarioVerdict::refuted);
    EXPECT_GT(result.answer->value, 1.0);
    EXPECT_LT(result.answer->value, 1.8);
}

// The field's list has 66 claims, numbered from 0; one that cannot be checked says what is missing.
TEST(Scenarios, HaveEveryClaimOfTheList) {
    std::set<std::int64_t> claims;
    for (const auto& name : list_configs("scenarios")) {
        const auto path = find_config("scenarios", name);
        const Json document = read_json_file(path);
        const JsonReader json(document, path.string());
        if (const auto claim = json.find("claim")) claims.insert(claim->integer());
        EXPECT_NE(json.has("question"), json.has("missing")) << name;
    }
    EXPECT_EQ(claims.size(), 66U);
    EXPECT_EQ(*claims.begin(), 0);
    EXPECT_EQ(*claims.rbegin(), 65);
}

}  // namespace
}  // namespace ridge::cost_model
