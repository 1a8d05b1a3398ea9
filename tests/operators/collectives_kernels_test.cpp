// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/collectives/collectives_call.hpp"
#include "operators/kernel_checks.hpp"

namespace ridge::operators {
namespace {

std::string shape(std::int64_t ranks, std::int64_t n) {
    return "ranks=" + std::to_string(ranks) + " n=" + std::to_string(n);
}

std::int64_t random_ranks(Random& random) { return 2 + static_cast<std::int64_t>(random() % 7); }

std::string any_length(Random& random) { return shape(random_ranks(random), random_extent(random, 1031)); }

std::string divided_length(Random& random) {
    const auto ranks = random_ranks(random);
    return shape(ranks, ranks * random_extent(random, 257));
}

/// How the lengths of an operator's arrays are chosen.
struct Lengths {
    std::string op;
    RandomDimensions random;
};

// Slices of several chunks.
std::string long_length(Random& random) {
    const auto ranks = random_ranks(random);
    return shape(ranks, ranks * pick(std::vector<std::int64_t>{2048, 9973, 20011}, random));
}

class Collective : public ::testing::TestWithParam<Lengths> {};

TEST_P(Collective, AgreesWithTheReference) { expect_right_everywhere(GetParam().op, GetParam().random, 24); }

TEST_P(Collective, AgreesWithTheReferenceOfLongArrays) {
    expect_right_everywhere(GetParam().op, long_length, 5);
}

// One element each, more parts than threads, and slices of several chunks of 64 KiB.
TEST_P(Collective, IsRightAtItsEdges) {
    expect_right_on(GetParam().op, {"ranks=2 n=2", "ranks=61 n=61", "ranks=128 n=128", "ranks=3 n=150000"});
}

TEST_P(Collective, PlantedErrorsAreFound) { expect_planted_errors_found(GetParam().op, "ranks=4 n=20"); }

INSTANTIATE_TEST_SUITE_P(Movement, Collective,
                         ::testing::Values(Lengths{"all_reduce", any_length},
                                           Lengths{"all_gather", any_length},
                                           Lengths{"reduce_scatter", divided_length},
                                           Lengths{"all_to_all", divided_length}),
                         [](const auto& one) { return one.param.op; });

// Lengths that no vector divides, with slices beyond the end of the array.
TEST(AllReduce, TakesArraysThatItsPartsCannotShareEvenly) {
    expect_right_on("all_reduce", {"ranks=2 n=1", "ranks=8 n=7", "ranks=7 n=65", "ranks=5 n=100003"});
}

TEST(AllGather, TakesArraysThatItsPartsCannotShareEvenly) {
    expect_right_on("all_gather", {"ranks=2 n=1", "ranks=8 n=7", "ranks=5 n=70001"});
}

std::string any_array(Random& random) { return "n=" + std::to_string(random_extent(random, 1031)); }

class Transfer : public ::testing::TestWithParam<std::string> {};

TEST_P(Transfer, AgreesWithTheReference) { expect_right_everywhere(GetParam(), any_array); }
TEST_P(Transfer, IsRightAtItsEdges) { expect_right_on(GetParam(), {"n=1", "n=65536", "n=200003"}); }
TEST_P(Transfer, PlantedErrorsAreFound) { expect_planted_errors_found(GetParam(), "n=20"); }

INSTANTIATE_TEST_SUITE_P(Movement, Transfer, ::testing::Values("host_to_device", "device_to_host"),
                         [](const auto& one) { return one.param; });

TEST(Movement, RefusesCallsThatMakeNoSense) {
    for (const char* text :
         {"all_reduce ranks=1 n=64 x=fp32", "all_reduce ranks=129 n=64 x=fp32",
          "all_reduce ranks=2 n=0 x=fp32", "all_reduce ranks=2 n=64 x=int8:row",
          "all_reduce ranks=2 n=64 x=fp32 sparsity=2:4", "all_gather ranks=128 n=4294967296 x=bf16",
          "reduce_scatter ranks=3 n=64 x=fp32", "all_to_all ranks=8 n=12 x=bf16",
          "host_to_device n=64 x=int4:g32", "device_to_host n=2199023255552 x=int8"})
        EXPECT_THROW((void)parse_call(text), InputError) << text;
}

double bus_elements(const std::string& text) {
    return bus_bytes(parse_call(text + " x=fp32")).value_or(0.0) / 4.0;
}

// The factors of nccl-tests: 2 (r-1)/r and (r-1)/r of the largest array of a part.
TEST(Movement, CountsTheBytesThatAPartHasToSend) {
    EXPECT_DOUBLE_EQ(bus_elements("all_reduce ranks=4 n=100"), 150.0);
    EXPECT_DOUBLE_EQ(bus_elements("all_gather ranks=4 n=100"), 300.0);
    EXPECT_DOUBLE_EQ(bus_elements("reduce_scatter ranks=4 n=100"), 75.0);
    EXPECT_DOUBLE_EQ(bus_elements("all_to_all ranks=4 n=100"), 75.0);
    EXPECT_FALSE(bus_bytes(parse_call("host_to_device n=100 x=fp32")));
}

TEST(Movement, CountsEveryArrayOnceAndTheAdditions) {
    const auto reduced = work(parse_call("all_reduce ranks=4 n=100 x=fp16"));
    EXPECT_DOUBLE_EQ(reduced.flop, 300.0);
    EXPECT_DOUBLE_EQ(reduced.read_bytes(), 800.0);
    EXPECT_DOUBLE_EQ(reduced.written_bytes(), 800.0);
    EXPECT_DOUBLE_EQ(work(parse_call("reduce_scatter ranks=4 n=100 x=fp16")).written_bytes(), 200.0);
    EXPECT_DOUBLE_EQ(work(parse_call("all_gather ranks=4 n=100 x=int8")).written_bytes(), 1600.0);
    EXPECT_DOUBLE_EQ(work(parse_call("all_to_all ranks=4 n=100 x=int8")).bytes(), 800.0);
    EXPECT_DOUBLE_EQ(work(parse_call("device_to_host n=100 x=bf16")).bytes(), 400.0);
}

}  // namespace
}  // namespace ridge::operators
