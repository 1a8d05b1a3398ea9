// SPDX-License-Identifier: Apache-2.0
#include "operators/guide.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "operators/catalogue.hpp"

namespace ridge::operators {
namespace {

TEST(Guide, HasAnExampleOfEveryOperator) {
    for (const auto& info : catalogue())
        EXPECT_NO_THROW((void)group_of(info.name)) << info.name << " needs a line in operators/guide.cpp";
}

TEST(Guide, HasCanonicalExamples) {
    for (const auto& group : operator_groups())
        for (const auto op : operators_of(group.name))
            for (const auto call : examples_of(op, group.name))
                EXPECT_NO_THROW(EXPECT_EQ(parse_call(call).text(), call)) << call;
}

TEST(Guide, HasEveryExampleInAGroupAndOnce) {
    std::set<std::string_view> seen;
    for (const auto& example : operator_examples()) {
        EXPECT_EQ(std::ranges::count(operator_groups(), example.group, &OperatorGroup::name), 1)
            << example.call;
        EXPECT_TRUE(seen.insert(example.call).second) << example.call;
    }
}

TEST(Guide, ExplainsGemmWithTheDenseOnesAndShowsItAmongTheSparse) {
    EXPECT_EQ(group_of("gemm").name, "matrix");
    EXPECT_EQ(operators_of("sparse"), std::vector<std::string_view>{"gemm"});
    for (const auto call : examples_of("gemm", "sparse"))
        EXPECT_NE(call.find("sparsity="), std::string_view::npos) << call;
    EXPECT_THROW((void)group_of("frobnicate"), Error);
}

}  // namespace
}  // namespace ridge::operators
