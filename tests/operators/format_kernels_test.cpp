// SPDX-License-Identifier: Apache-2.0
// Operators that change format or layout, and rotary embeddings.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"

namespace ridge::operators {
namespace {

std::string matrix(std::int64_t rows, std::int64_t n) {
    return "rows=" + std::to_string(rows) + " n=" + std::to_string(n);
}

std::string any_matrix(Random& random) {
    return matrix(random_extent(random, 64), random_extent(random, 1031));
}
// Whole groups of 32 and 128 for all formats.
std::string groups(Random& random) {
    return matrix(random_extent(random, 33), 128 * random_extent(random, 7));
}
std::string heads(Random& random) {
    return "rows=" + std::to_string(random_extent(random, 33)) +
           " heads=" + std::to_string(random_extent(random, 7)) +
           " head_dim=" + std::to_string(2 * random_extent(random, 100));
}

TEST(FormatKernels, CastAgreesWithTheReference) {
    expect_right_everywhere("cast", any_matrix, 6);
    expect_right_on("cast", {"rows=1 n=1", "rows=1 n=20011", "rows=513 n=1"});
    expect_planted_errors_found("cast", "rows=3 n=50");
}

TEST(FormatKernels, QuantiseAgreesWithTheReference) {
    expect_right_everywhere("quantise", groups);
    expect_right_on("quantise", {"rows=1 n=128", "rows=1 n=4096"});
    expect_planted_errors_found("quantise", "rows=3 n=128");
}

TEST(FormatKernels, DequantiseAgreesWithTheReference) {
    expect_right_everywhere("dequantise", groups);
    expect_right_on("dequantise", {"rows=1 n=128", "rows=1 n=4096"});
    expect_planted_errors_found("dequantise", "rows=3 n=128");
}

// Rows of odd length, which only scales of rows allow.
TEST(FormatKernels, ScalesOfRowsNeedNoGroups) {
    for (const auto& implementation : make_implementations())
        for (const char* call :
             {"quantise rows=5 n=131 x=bf16 y=int8:row", "quantise rows=1 n=1 x=fp32 y=int8:row",
              "quantise rows=7 n=77 x=fp16 y=fp8_e4m3:row", "dequantise rows=5 n=131 x=int8:row y=bf16",
              "dequantise rows=7 n=77 x=fp8_e4m3:row y=fp32"})
            if (implementation->info().op == parse_call(call).op)
                expect_right(*implementation, call, implementation->info().space.default_config());
}

TEST(FormatKernels, TransposeAgreesWithTheReference) {
    expect_right_everywhere("transpose", any_matrix);
    expect_right_on("transpose", {"rows=1 n=1", "rows=1 n=2011", "rows=513 n=1", "rows=257 n=300"});
    expect_planted_errors_found("transpose", "rows=3 n=50");
}

TEST(FormatKernels, RopeAgreesWithTheReference) {
    for (const char* op : {"rope", "rope_interleaved"}) {
        expect_right_everywhere(op, heads);
        expect_right_on(
            op, {"rows=1 heads=1 head_dim=2", "rows=1 heads=5 head_dim=128", "rows=64 heads=3 head_dim=64"});
        expect_planted_errors_found(op, "rows=3 heads=2 head_dim=34");
    }
}

TEST(FormatCalls, RefuseWhatMakesNoSense) {
    const char* const refused[] = {
        "rope rows=1 heads=1 head_dim=3 x=bf16",
        "cast rows=1 n=1 x=fp32 y=fp32",
        "cast rows=1 n=1 x=fp32 y=int8",
        "quantise rows=1 n=100 x=fp32 y=int4:g32",
        "quantise rows=1 n=128 x=fp32 y=int8",
        "quantise rows=1 n=128 x=int8:row y=int8:row",
        "quantise rows=1 n=128 x=fp32 y=int4:g32:zero",
        "dequantise rows=1 n=100 x=int8:g128 y=bf16",
    };
    for (const char* text : refused) EXPECT_THROW((void)parse_call(text), InputError) << text;
}

// 3 x 256 elements of a byte, 6 scales of fp16; 3 scales of fp32.
TEST(FormatCalls, ScalesAreTraffic) {
    EXPECT_EQ(work(parse_call("quantise rows=3 n=256 x=bf16 y=int8:g128")).written_bytes(), 768.0 + 12.0);
    EXPECT_EQ(work(parse_call("dequantise rows=3 n=256 x=int8:row y=bf16")).read_bytes(), 768.0 + 12.0);
    EXPECT_EQ(work(parse_call("dequantise rows=3 n=256 x=int4:g128 y=bf16")).read_bytes(), 384.0 + 12.0);
}

}  // namespace
}  // namespace ridge::operators
