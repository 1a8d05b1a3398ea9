// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"
#include "operators/tensor_kernel.hpp"

namespace ridge::operators {
namespace {

std::string rows_and_vocabulary(Random& random, const std::string& more = "") {
    return "rows=" + std::to_string(random_extent(random, 33)) + more +
           " n=" + std::to_string(random_extent(random, 1031));
}
std::string with_k(Random& random) {
    const auto n = random_extent(random, 1031);
    return "rows=" + std::to_string(random_extent(random, 33)) + " n=" + std::to_string(n) +
           " k=" + std::to_string(std::min(n, random_extent(random, 100)));
}
std::string with_vocabulary(Random& random) {
    return rows_and_vocabulary(random) + " vocab=" + std::to_string(random_extent(random, 1031));
}
std::string with_drafted(Random& random) {
    return rows_and_vocabulary(random, " drafted=" + std::to_string(random_extent(random, 7)));
}

TEST(TokenKernels, EmbeddingAgreesWithTheReference) {
    expect_right_everywhere("embedding", with_vocabulary);
    expect_right_on("embedding", {"rows=1 n=1 vocab=1", "rows=100 n=7 vocab=3", "rows=2 n=4099 vocab=5"});
    expect_planted_errors_found("embedding", "rows=3 n=50 vocab=9");
}

TEST(TokenKernels, ArgmaxAgreesWithTheReference) {
    expect_right_everywhere("argmax", [](Random& random) { return rows_and_vocabulary(random); });
    // More numbers than 16 bits tell apart: ties.
    expect_right_on("argmax", {"rows=1 n=1", "rows=3 n=20011", "rows=2 n=131072", "rows=129 n=1"});
    expect_planted_errors_found("argmax", "rows=3 n=50");
}

TEST(TokenKernels, TopKAgreesWithTheReference) {
    expect_right_everywhere("top_k", with_k);
    expect_right_on("top_k",
                    {"rows=1 n=1 k=1", "rows=2 n=20011 k=50", "rows=1 n=512 k=512", "rows=1 n=70000 k=300"});
    expect_planted_errors_found("top_k", "rows=3 n=50 k=5");
}

TEST(TokenKernels, SampleAgreesWithTheReference) {
    expect_right_everywhere("sample", with_k);
    expect_right_on("sample", {"rows=1 n=1 k=1", "rows=7 n=20011 k=50", "rows=3 n=512 k=512"});
    expect_planted_errors_found("sample", "rows=3 n=50 k=20");
}

TEST(TokenKernels, SpeculativeVerifyAgreesWithTheReference) {
    expect_right_everywhere("speculative_verify", with_drafted);
    expect_right_on("speculative_verify",
                    {"rows=1 drafted=1 n=1", "rows=5 drafted=4 n=20011", "rows=100 drafted=3 n=37"});
    expect_planted_errors_found("speculative_verify", "rows=3 drafted=2 n=50");
}

// Over many sequences drafts are accepted and rejected at every place, and tokens drawn differ.
TEST(TokenKernels, SpeculationEndsAtEveryPlace) {
    const auto call = parse_call("speculative_verify rows=200 drafted=3 n=64 x=fp32");
    const auto operands = make_operands(call, 5);
    for (const auto& implementation : make_implementations()) {
        if (implementation->info().op != call.op) continue;
        const auto kernel =
            implementation->prepare(*operands, call, implementation->info().space.default_config());
        kernel->run();
        const HostTensor result(dynamic_cast<const TensorKernel&>(*kernel).output(0));
        std::vector<int> ends(4, 0), tokens(64, 0);
        for (std::int64_t row = 0; row < 200; ++row) {
            ++ends.at(static_cast<std::size_t>(result.at(row, 0)));
            ++tokens.at(static_cast<std::size_t>(result.at(row, 1)));
        }
        for (const int count : ends) EXPECT_GT(count, 0);
        EXPECT_GT(std::ranges::count_if(tokens, [](int count) { return count > 0; }), 16);
    }
}

TEST(TokenCalls, RefuseWhatMakesNoSense) {
    for (const char* text :
         {"top_k rows=1 n=4 k=5 x=fp32", "sample rows=1 n=4 k=5 x=fp32", "argmax rows=1 n=2147483648 x=fp32",
          "embedding rows=1 n=4 x=fp32", "argmax rows=1 n=4 x=fp32 sparsity=2:4",
          "embedding rows=1 n=2000000 vocab=2000000 x=fp32"})
        EXPECT_THROW((void)parse_call(text), InputError) << text;
}

}  // namespace
}  // namespace ridge::operators
