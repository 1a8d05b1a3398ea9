// SPDX-License-Identifier: Apache-2.0
#include "operators/stream/stream_kernels.hpp"

#include <Kokkos_Core.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/stream/stream_operands.hpp"

namespace ridge::operators {
namespace {

class KokkosEnvironment : public ::testing::Environment {
  public:
    void SetUp() override { Kokkos::initialize(); }
    void TearDown() override { Kokkos::finalize(); }
};
const auto* const kokkos = ::testing::AddGlobalTestEnvironment(new KokkosEnvironment);

std::vector<KernelConfig> all_configs(const ParameterSpace& space) {
    std::vector<KernelConfig> configs = {KernelConfig()};
    for (const auto& parameter : space.parameters) {
        std::vector<KernelConfig> wider;
        for (const auto& config : configs)
            for (const auto& value : parameter.values) {
                wider.push_back(config);
                wider.back().set(parameter.name, value);
            }
        configs = std::move(wider);
    }
    return configs;
}

Implementations implementations_of(const std::string& op) {
    if (op == "stream_read") return make_stream_read_implementations();
    return op == "stream_copy" ? make_stream_copy_implementations() : make_stream_triad_implementations();
}

double error_of(const Implementation& implementation, const OperandSet& operands, const OperatorCall& call,
                const KernelConfig& config) {
    const auto kernel = implementation.prepare(operands, call, config);
    kernel->poison_output();
    kernel->run();
    return kernel->error_over_bound();
}

// Lengths around the blocks of two threads, and one that none of the vector widths divides.
TEST(Stream, EveryConfigIsRightOnEveryLength) {
    for (const std::string op : {"stream_read", "stream_copy", "stream_triad"})
        for (const std::string precision : {"fp32", "fp64"})
            for (const std::string n : {"1", "63", "256", "257", "4096", "10007"}) {
                const auto call = parse_call(op + " n=" + n + " x=" + precision);
                const auto operands = make_stream_operands(call, 1);
                for (const auto& implementation : implementations_of(op))
                    for (const auto& config : all_configs(implementation->info().space))
                        EXPECT_LE(error_of(*implementation, *operands, call, config), 1.0)
                            << call.text() << " " << config.text();
            }
}

TEST(Stream, AnOutputNeverWrittenIsFound) {
    for (const std::string op : {"stream_read", "stream_copy", "stream_triad"}) {
        const auto call = parse_call(op + " n=1000 x=fp32");
        const auto operands = make_stream_operands(call, 1);
        const auto implementations = implementations_of(op);
        const auto kernel = implementations.front()->prepare(
            *operands, call, implementations.front()->info().space.default_config());
        kernel->run();
        EXPECT_LE(kernel->error_over_bound(), 1.0) << op;
        kernel->poison_output();
        EXPECT_GT(kernel->error_over_bound(), 1.0) << op;
    }
}

TEST(Stream, OneElementOffIsFound) {
    const auto call = parse_call("stream_copy n=1000 x=fp32");
    const StreamOperands operands(call, 1);
    Buffer y(4000);
    const auto* x = static_cast<const float*>(operands.arrays().x);
    std::copy(x, x + 1000, y.as<float>());
    EXPECT_EQ(operands.error_of(y.as<void>()), 0.0);
    y.as<float>()[999] += 0.125F;
    EXPECT_GT(operands.error_of(y.as<void>()), 1.0);
}

TEST(Stream, OperandsAreSeededAndSumExactly) {
    const auto call = parse_call("stream_read n=100000 x=fp32");
    const StreamOperands one(call, 1), again(call, 1), other(call, 2);
    EXPECT_EQ(one.reference_sum(), again.reference_sum());
    EXPECT_NE(one.reference_sum(), other.reference_sum());
    EXPECT_EQ(one.reference_sum() * 8, std::round(one.reference_sum() * 8));
}

TEST(Stream, OtherPrecisionsAreRefused) {
    const auto call = parse_call("stream_copy n=8 x=bf16");
    EXPECT_TRUE(make_stream_copy_implementations().front()->refusal(call, {}).has_value());
    EXPECT_THROW(static_cast<void>(make_stream_operands(call, 1)), InputError);
}

}  // namespace
}  // namespace ridge::operators
