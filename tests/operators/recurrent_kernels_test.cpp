// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"

namespace ridge::operators {
namespace {

std::string extent(const std::string& name, Random& random, std::int64_t most) {
    return name + "=" + std::to_string(random_extent(random, most)) + " ";
}

std::string scan_shape(Random& random) {
    return extent("batch", random, 3) + extent("length", random, 100) + extent("channels", random, 97) +
           extent("state", random, 33);
}

std::string attention_shape(Random& random) {
    return extent("batch", random, 3) + extent("heads", random, 3) + extent("length", random, 48) +
           extent("key_dim", random, 64) + extent("value_dim", random, 97);
}

std::string convolution_shape(Random& random) {
    return extent("batch", random, 3) + extent("length", random, 200) + extent("channels", random, 1031) +
           extent("width", random, 7);
}

TEST(SelectiveScan, AgreesWithTheReference) { expect_right_everywhere("selective_scan", scan_shape); }

// A step of decoding, one channel with one state, and a long sequence.
TEST(SelectiveScan, IsRightAtItsEdges) {
    expect_right_on("selective_scan",
                    {"batch=2 length=1 channels=33 state=16", "batch=1 length=1 channels=1 state=1",
                     "batch=1 length=3001 channels=2 state=3"});
}

TEST(SelectiveScan, PlantedErrorsAreFound) {
    expect_planted_errors_found("selective_scan", "batch=1 length=5 channels=20 state=4");
}

TEST(GatedLinearAttention, AgreesWithTheReference) {
    expect_right_everywhere("gated_linear_attention", attention_shape);
}

TEST(GatedLinearAttention, IsRightAtItsEdges) {
    expect_right_on("gated_linear_attention", {"batch=2 heads=3 length=1 key_dim=16 value_dim=32",
                                               "batch=1 heads=1 length=1 key_dim=1 value_dim=1",
                                               "batch=1 heads=1 length=2003 key_dim=2 value_dim=3"});
}

TEST(GatedLinearAttention, PlantedErrorsAreFound) {
    expect_planted_errors_found("gated_linear_attention", "batch=1 heads=2 length=5 key_dim=9 value_dim=20");
}

TEST(CausalConvolution, AgreesWithTheReference) {
    expect_right_everywhere("causal_conv1d", convolution_shape);
}

// Filters longer than the sequence; filters of one tap; more tokens and channels than a tile has.
TEST(CausalConvolution, IsRightAtItsEdges) {
    expect_right_on("causal_conv1d",
                    {"batch=2 length=2 channels=5 width=9", "batch=1 length=1 channels=1 width=1",
                     "batch=3 length=131 channels=1031 width=4"});
}

TEST(CausalConvolution, PlantedErrorsAreFound) {
    expect_planted_errors_found("causal_conv1d", "batch=1 length=5 channels=20 width=4");
}

TEST(Recurrent, RefuseCallsThatMakeNoSense) {
    for (const char* text : {"selective_scan batch=1 length=0 channels=4 state=4 x=fp32",
                             "causal_conv1d batch=1048576 length=1048576 channels=2 width=4 x=fp32",
                             "gated_linear_attention batch=1 heads=1 length=4 key_dim=4 value_dim=4 x=fp32 "
                             "sparsity=2:4"})
        EXPECT_THROW((void)parse_call(text), InputError) << text;
}

}  // namespace
}  // namespace ridge::operators
