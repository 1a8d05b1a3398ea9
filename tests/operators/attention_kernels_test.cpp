// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"

namespace ridge::operators {
namespace {

std::string field(const char* name, std::int64_t value) {
    return std::string(name) + "=" + std::to_string(value) + " ";
}

std::string random_heads(Random& random) {
    static const std::vector<std::int64_t> groups = {1, 2, 3, 4, 7, 8}, kv_heads = {1, 2, 3};
    const auto kv = pick(kv_heads, random);
    return field("heads", kv * pick(groups, random)) + field("kv_heads", kv);
}

// A multiple of 32 half of the time: what int4 with groups of 32 takes.
std::int64_t random_head_dim(Random& random) {
    return random() % 2 == 0 ? 32 * static_cast<std::int64_t>(1 + random() % 4) : random_extent(random, 100);
}

std::string random_attention(Random& random) {
    const auto context = random_extent(random, 257);
    const auto queries = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(context));
    const bool decodes = random() % 2 == 0;
    return field("batch", 1 + static_cast<std::int64_t>(random() % 3)) + random_heads(random) +
           field("head_dim", random_head_dim(random)) + field("queries", decodes ? 1 : queries) +
           field("context", context);
}

TEST(AttentionKernels, AgreeWithTheReference) { expect_right_everywhere("attention", random_attention, 6); }

TEST(AttentionKernels, AreRightOnOneTokenOneHeadAndOneElement) {
    expect_right_on("attention", {"batch=1 heads=1 kv_heads=1 head_dim=1 queries=1 context=1",
                                  "batch=2 heads=1 kv_heads=1 head_dim=32 queries=1 context=1",
                                  "batch=1 heads=4 kv_heads=2 head_dim=64 queries=3 context=3",
                                  "batch=1 heads=71 kv_heads=1 head_dim=64 queries=1 context=131",
                                  "batch=1 heads=1 kv_heads=1 head_dim=128 queries=1 context=2053"});
}

TEST(AttentionKernels, PlantedErrorsAreFound) {
    expect_planted_errors_found("attention", "batch=1 heads=4 kv_heads=2 head_dim=32 queries=5 context=20");
}

}  // namespace
}  // namespace ridge::operators
