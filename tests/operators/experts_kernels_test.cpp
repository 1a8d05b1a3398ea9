// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/experts/routing.hpp"
#include "operators/kernel_checks.hpp"
#include "operators/tensor_kernel.hpp"

namespace ridge::operators {
namespace {

// The number of experts, and at most as many of them for a token.
std::string experts_and_k(Random& random, std::int64_t most) {
    const auto experts = random_extent(random, most);
    const auto k = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(experts)) %
                           std::min<std::int64_t>(experts, 9);
    return " experts=" + std::to_string(experts) + " k=" + std::to_string(k);
}

TEST(Router, AgreesWithTheReference) {
    expect_right_everywhere("router_top_k", [](Random& random) {
        return "rows=" + std::to_string(random_extent(random, 64)) + experts_and_k(random, 257);
    });
}

TEST(Router, ChoosesAllExpertsOneExpertAndAmongManyEqualOnes) {
    expect_right_on("router_top_k",
                    {"rows=3 experts=1 k=1", "rows=1 experts=17 k=17", "rows=2 experts=1031 k=40"});
}

TEST(Router, PlantedErrorsAreFound) { expect_planted_errors_found("router_top_k", "rows=3 experts=8 k=2"); }

class Permutation : public ::testing::TestWithParam<const char*> {};

TEST_P(Permutation, AgreesWithTheReference) {
    expect_right_everywhere(GetParam(), [](Random& random) {
        return "rows=" + std::to_string(random_extent(random, 131)) +
               " n=" + std::to_string(random_extent(random, 257)) + experts_and_k(random, 64);
    });
}

// One token; all experts of each token; many experts without a token; more tokens than one part counts.
TEST_P(Permutation, IsRightAtItsEdges) {
    expect_right_on(GetParam(), {"rows=1 n=1 experts=1 k=1", "rows=1 n=5 experts=64 k=2",
                                 "rows=7 n=3 experts=6 k=6", "rows=6007 n=3 experts=5 k=3"});
}

TEST_P(Permutation, PlantedErrorsAreFound) {
    expect_planted_errors_found(GetParam(), "rows=5 n=7 experts=8 k=2");
}

INSTANTIATE_TEST_SUITE_P(Operators, Permutation, ::testing::Values("permute", "unpermute"));

TEST(Permutation, LeavesExpertsWithoutTokensEmpty) {
    const auto call = parse_call("permute rows=1 n=3 experts=16 k=2 x=fp32");
    const auto routing = Routing::draw(call, 5);
    const auto operands = make_operands(call, 5);
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        if (info.op != "permute") continue;
        const auto kernel = implementation->prepare(*operands, call, info.space.default_config());
        kernel->run();
        const HostTensor offsets(dynamic_cast<const TensorKernel&>(*kernel).output(2));
        for (std::int64_t expert = 0; expert < 16; ++expert) {
            const bool chosen = expert == routing.expert(0, 0) || expert == routing.expert(0, 1);
            EXPECT_EQ(offsets.at(0, expert + 1) - offsets.at(0, expert), chosen ? 1.0 : 0.0) << expert;
        }
    }
}

TEST(Experts, RefuseCallsThatMakeNoSense) {
    for (const char* text :
         {"router_top_k rows=1 experts=8 k=9 x=fp32", "permute rows=1 n=1 experts=2 k=3 x=bf16",
          "unpermute rows=1073741824 n=1 experts=2 k=2 x=bf16",
          "permute rows=2 n=4 experts=4 k=2 x=bf16 sparsity=2:4"})
        EXPECT_THROW((void)parse_call(text), InputError) << text;
}

}  // namespace
}  // namespace ridge::operators
