// SPDX-License-Identifier: Apache-2.0
// Operands of GEMMs as they are drawn, and errors that have to be found whatever the formats.
#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <numeric>
#include <set>

#include "operators/catalogue.hpp"
#include "operators/element.hpp"
#include "operators/gemm/operands.hpp"
#include "operators/gemm/row_groups.hpp"
#include "operators/kernel_checks.hpp"
#include "operators/memory.hpp"

namespace ridge::operators {
namespace {

GemmCall gemm(const std::string& text) { return GemmCall::from(parse_call(text)); }

TEST(RandomMatrix, ValuesAreIntegersWithoutTheirZeroPointTimesTheScale) {
    const RandomMatrix matrix(3, 64, NumberFormat::parse("int4:g32:zero"), 7, 1);
    std::vector<std::int8_t> integers(64);
    std::vector<double> values(64);
    matrix.stored(2, reinterpret_cast<std::byte*>(integers.data()));
    matrix.values(2, values);
    for (std::size_t l = 0; l < values.size(); ++l) {
        const auto group = static_cast<std::int64_t>(l / 32);
        EXPECT_EQ(values[l],
                  (integers[l] - matrix.zero_point(2, group)) * static_cast<double>(matrix.scale(2, group)));
    }
    const float scale = matrix.scale(2, 1);
    EXPECT_EQ(scale, to_float(from_float<Fp16>(scale))) << "scales of groups are fp16";
    EXPECT_NE(scale, matrix.scale(2, 0));
}

TEST(RandomMatrix, Int4CoversItsRange) {
    const RandomMatrix matrix(1, 4096, NumberFormat::parse("int4:row"), 7, 1);
    std::vector<std::int8_t> integers(4096);
    matrix.stored(0, reinterpret_cast<std::byte*>(integers.data()));
    const std::set<int> found(integers.begin(), integers.end());
    EXPECT_EQ(found.size(), 16U);
    EXPECT_EQ(*found.begin(), -8);
    EXPECT_EQ(*found.rbegin(), 7);
}

TEST(RowGroups, RowsOfABatchAreDividedEvenly) {
    const auto starts = row_starts(gemm("gemm_batched batch=3 m=5 n=2 k=2 a=fp32 w=fp32 c=fp32"), 1, 7);
    EXPECT_EQ(starts, (std::vector<std::int64_t>{0, 5, 10, 15}));
    EXPECT_EQ(matrix_of_row(starts, 4), 0);
    EXPECT_EQ(matrix_of_row(starts, 5), 1);
}

TEST(RowGroups, RowsOfExpertsAreDealtOutAndSomeHaveNone) {
    const auto call = gemm("gemm_grouped experts=8 m=5 n=2 k=2 a=fp32 w=fp32 c=fp32");
    const auto starts = row_starts(call, 1, 7);
    std::int64_t used = 0;
    for (std::size_t i = 0; i < 8; ++i) used += starts[i + 1] > starts[i] ? 1 : 0;
    EXPECT_EQ(starts.back(), 5);
    EXPECT_EQ(used, 4) << "8 · (1 - (7/8)^5) = 3.9 experts are expected to be used";
    EXPECT_NE(starts, row_starts(call, 2, 7));
}

// A line of the packed weights is lost.
void erase_middle(const MemoryRegion& region) {
    const Kokkos::View<unsigned char*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>> line(
        static_cast<unsigned char*>(region.data) + region.bytes / 2 / 64 * 64, 64);
    Kokkos::deep_copy(line, static_cast<unsigned char>(0));
}

TEST(GemmKernels, DamagedWeightsAreFound) {
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        if (!info.op.starts_with("gemm") || info.sparsities.front() != "dense") continue;
        const std::string rows = info.op == "gemm_batched"   ? " batch=1 m=8"
                                 : info.op == "gemm_grouped" ? " experts=1 m=8"
                                                             : " m=8";
        for (const auto& formats : info.formats) {
            const auto call = parse_call(info.op + rows + " n=256 k=256 " + formats);
            const auto config = info.space.default_config();
            if (implementation->refusal(call, config)) continue;
            SCOPED_TRACE(call.text() + " / " + info.name);
            const auto operands = make_operands(call, 5);
            const auto kernel = implementation->prepare(*operands, call, config);
            kernel->run();
            ASSERT_LE(kernel->error_over_bound(), 1.0);
            erase_middle(std::ranges::max(kernel->regions(), {}, &MemoryRegion::bytes));
            kernel->run();
            EXPECT_GT(kernel->error_over_bound(), 1.0);
        }
    }
}

}  // namespace
}  // namespace ridge::operators
