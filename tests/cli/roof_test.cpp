// SPDX-License-Identifier: Apache-2.0
// `ridge roof` with a worker whose roofs come and go, as on a machine that others use too.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

using ridge::test::Outcome;
using ridge::test::run;
using ridge::test::Scratch;

// Answers the nth request for a roof with the nth of its words: a rate, or "none".
constexpr const char* worker = R"sh(
echo '{"protocol":"ridge-bench","version":1,"worker":"fake","worker_version":"1"}'
while read -r line; do
    id=${line#*\"id\":}
    id=${id%%[,\}]*}
    case $line in
    *describe*) echo '{"id":'$id',"answer":"describe","device":{"id":"fake","name":"Fake","vendor":"nobody","kind":"cpu",
"units":1,"peak_flops":{},"memory_bytes":1e9,"memory_bandwidth_bytes_per_s":0,"sources":["made up"]},"environment":{},
"roofs":[{"kind":"compute","mix":"fma","precision":"fp32","scope":"device"}],"implementations":[]}' | tr -d '\n'; echo ;;
    *quit*) exit 0 ;;
    *)  if [ "$1" = none ]; then echo '{"id":'$id',"answer":"roof","status":"failed","reason":"others use the machine"}'
        else echo '{"id":'$id',"answer":"roof","status":"ok","rates":['$1']}'; fi
        shift ;;
    esac
done
)sh";

class RoofCommand : public testing::Test {
  protected:
    [[nodiscard]] Outcome roof(const std::string& answers) const {
        const auto script = scratch_.write("worker.sh", worker);
        return run({"ridge", "roof", "--db", scratch_.path("a.db"), "--quiet", "--format", "json", "--worker",
                    "/bin/sh " + script + " " + answers});
    }
    Scratch scratch_;
};

double rate_of(const Outcome& outcome) {
    const auto rows = nlohmann::json::parse(outcome.out).at("roofs").at("rows");
    return rows.size() == 1 ? rows[0].at("rate").get<double>() : -1;
}

TEST_F(RoofCommand, KeepsTheHigherOfTwoRounds) {
    const auto falling = roof("2e9 1e9");
    EXPECT_EQ(falling.code, 0) << falling.err;
    EXPECT_EQ(rate_of(falling), 2e9) << falling.out;
    EXPECT_EQ(rate_of(roof("3e9 4e9")), 4e9);
}

TEST_F(RoofCommand, OnlyWhatNoRoundMeasuresIsMissing) {
    for (const std::string answers : {"none 1e9", "1e9 none"}) {
        const auto outcome = roof(answers);
        EXPECT_EQ(outcome.code, 0) << answers << outcome.err;
        EXPECT_EQ(rate_of(outcome), 1e9) << answers;
    }
}

TEST_F(RoofCommand, SaysOnceWhatIsMissing) {
    const auto outcome = roof("none none");
    EXPECT_EQ(outcome.code, 4);
    const auto at = outcome.err.find("is missing: others use the machine");
    ASSERT_NE(at, std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("is missing", at + 1), std::string::npos) << outcome.err;
}

TEST_F(RoofCommand, OnlyDevicesOfTheStoreAreValidated) {
    ASSERT_EQ(roof("1e9 1e9").code, 0);
    const auto outcome = run({"ridge", "validate", "--db", scratch_.path("a.db"), "--device", "fale"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("a.db: there is no device 'fale'"), std::string::npos) << outcome.err;
}

}  // namespace
