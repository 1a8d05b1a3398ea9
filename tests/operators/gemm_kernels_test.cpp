// SPDX-License-Identifier: Apache-2.0
// Every GEMM implementation against the fp64 reference: random shapes and configs of every precision and
// sparsity.
#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/gemm/prepared_gemm.hpp"
#include "operators/implementation.hpp"

namespace ridge::operators {
namespace {

class KokkosRuntime : public ::testing::Environment {
  public:
    void SetUp() override { Kokkos::initialize(); }
    void TearDown() override { Kokkos::finalize(); }
};
[[maybe_unused]] const auto* const runtime = ::testing::AddGlobalTestEnvironment(new KokkosRuntime);

using Random = std::mt19937_64;

template <typename Values>
const auto& pick(const Values& values, Random& random) {
    return values[random() % values.size()];
}

KernelConfig random_config(const ParameterSpace& space, Random& random) {
    KernelConfig config;
    for (const auto& parameter : space.parameters) config.set(parameter.name, pick(parameter.values, random));
    return config;
}

// One, small primes, and sizes around and beyond the tiles' extents.
std::int64_t random_extent(Random& random) {
    static const std::vector<std::int64_t> extents = {1,  2,  3,  7,  13, 16,  17,  31, 32,
                                                      33, 48, 61, 64, 97, 128, 131, 200};
    return pick(extents, random);
}

// Dimensions of an operator in front of n and k: rows, and how many matrices of weights there are.
std::string random_rows(const std::string& op, Random& random) {
    const auto m = std::to_string(random_extent(random));
    const auto few = std::to_string(1 + random() % 5);
    if (op == "gemm_batched") return "batch=" + few + " m=" + m;
    return op == "gemm_grouped" ? "experts=" + few + " m=" + m : "m=" + m;
}

std::string random_call(const std::string& op, const std::string& formats, const std::string& sparsity,
                        Random& random) {
    auto n = random_extent(random), k = random_extent(random);
    if (random() % 4 == 0) k = 300 + static_cast<std::int64_t>(random() % 900);  // several blocks along k
    if (formats.find(":g") != std::string::npos) k = (k + 127) / 128 * 128;      // whole groups
    std::string suffix;
    if (sparsity == "n_of_m") {
        static const std::vector<std::pair<int, int>> patterns = {{2, 4}, {2, 4}, {1, 4},  {4, 8},
                                                                  {1, 8}, {3, 5}, {7, 16}, {1, 2}};
        const auto [kept, group] = pick(patterns, random);
        k = (k + group - 1) / group * group;
        suffix = " sparsity=" + std::to_string(kept) + ":" + std::to_string(group);
    } else if (sparsity == "unstructured") {
        suffix = " sparsity=unstructured@" + pick(std::vector<std::string>{"0.1", "0.5", "0.01"}, random);
    } else if (sparsity == "block") {
        static const std::vector<std::pair<int, int>> blocks = {{16, 16}, {32, 16}, {64, 64},
                                                                {8, 8},   {4, 32},  {48, 4}};
        const auto [rows, columns] = pick(blocks, random);
        n = (n + rows - 1) / rows * rows;
        k = (k + columns - 1) / columns * columns;
        suffix = " sparsity=block:" + std::to_string(rows) + "x" + std::to_string(columns) + "@" +
                 pick(std::vector<std::string>{"0.125", "0.5", "0.3"}, random);
    }
    if (op == "gemm" && random() % 3 == 0) suffix += " activation_sparsity=unstructured@0.4";
    return op + " " + random_rows(op, random) + " n=" + std::to_string(n) + " k=" + std::to_string(k) + " " +
           formats + suffix;
}

void expect_right(const Implementation& implementation, const std::string& text, const KernelConfig& config) {
    const auto call = parse_call(text);
    SCOPED_TRACE(text + " / " + implementation.info().name + " / " + config.text());
    const auto operands = make_operands(call, 5);
    const auto kernel = implementation.prepare(*operands, call, config);
    kernel->poison_output();
    ASSERT_GT(kernel->error_over_bound(), 1.0) << "poison has to be found";
    for (int repeat = 0; repeat < 2; ++repeat) kernel->run();
    EXPECT_LE(kernel->error_over_bound(), 1.0);
}

TEST(GemmKernels, EveryImplementationAgreesWithTheReference) {
    Random random(20260101);
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        if (!info.op.starts_with("gemm")) continue;
        // The formats of one implementation share their code.
        const int tries = info.op != "gemm" ? 2 : info.formats.size() < 8 ? 16 : 4;
        for (const auto& formats : info.formats)
            for (const auto& sparsity : info.sparsities) {
                int ran = 0;
                for (int i = 0; i < 20 * tries && ran < tries; ++i) {
                    const auto text = random_call(info.op, formats, sparsity, random);
                    const auto config = random_config(info.space, random);
                    if (implementation->refusal(parse_call(text), config)) continue;
                    expect_right(*implementation, text, config);
                    ++ran;
                }
                EXPECT_GT(ran, tries / 4) << info.op << ' ' << info.name << " refuses nearly everything of "
                                          << formats << " " << sparsity;
            }
    }
}

// The reference itself as a result, in the precision of C (fp32 here).
std::vector<float> rounded_reference(const GemmOperands& operands) {
    std::vector<float> c;
    for (std::size_t row = 0; row < operands.checked_rows().size(); ++row)
        for (const double value : operands.reference(row)) c.push_back(static_cast<float>(value));
    return c;
}

TEST(GemmReference, FindsAPlantedErrorAndAMissingElement) {
    const GemmOperands operands(GemmCall::from(parse_call("gemm m=5 n=7 k=300 a=fp32 w=fp32 c=fp32")), 3);
    auto c = rounded_reference(operands);
    EXPECT_LE(gemm_error_over_bound(operands, c.data()), 1.0);
    const float right = c[11];
    c[11] = right * 1.001F + 1e-4F;
    EXPECT_GT(gemm_error_over_bound(operands, c.data()), 1.0);
    c[11] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isinf(gemm_error_over_bound(operands, c.data())));
}

// Where the bound for any order of summation ends: 2^24 roundings of fp32.
TEST(GemmReference, FindsErrorsInTheLongestSums) {
    for (const char* formats : {"a=fp32 w=fp32 c=fp32", "a=bf16 w=bf16 c=bf16"}) {
        const auto gemm = GemmCall::from(parse_call("gemm m=1 n=1 k=8388608 " + std::string(formats)));
        for (const double terms : {0x1p23, 0x1p24, 0x1p25, 0x1p40}) {
            const double bound = gemm_error_bound(gemm, terms, 1.0, 0.0);
            EXPECT_GT(bound, 0.0) << terms;
            EXPECT_LT(bound, 1.0) << terms;
        }
    }
    const GemmOperands operands(GemmCall::from(parse_call("gemm m=1 n=1 k=8388608 a=fp32 w=fp32 c=fp32")), 3);
    auto c = rounded_reference(operands);
    EXPECT_LE(gemm_error_over_bound(operands, c.data()), 1.0);
    c[0] += 1e5F;  // the magnitudes sum up to about 2^21
    EXPECT_GT(gemm_error_over_bound(operands, c.data()), 1.0);
}

TEST(GemmReference, IsTheSumOfProducts) {
    const GemmOperands operands(GemmCall::from(parse_call("gemm m=2 n=3 k=5 a=int8 w=int8 c=int32")), 9);
    std::vector<double> a(5), w(5);
    operands.activations().values(1, a);
    operands.weights().values(2, w);
    double sum = 0;
    for (std::size_t l = 0; l < 5; ++l) sum += a[l] * w[l];
    EXPECT_EQ(operands.reference(1)[2], sum);
    EXPECT_EQ(operands.bound(1)[2], 0.5) << "integer results are exact";
}

std::vector<double> all_values(const RandomMatrix& matrix) {
    std::vector<double> values(static_cast<std::size_t>(matrix.rows() * matrix.columns()));
    for (std::int64_t row = 0; row < matrix.rows(); ++row)
        matrix.values(row, std::span(values).subspan(static_cast<std::size_t>(row * matrix.columns()),
                                                     static_cast<std::size_t>(matrix.columns())));
    return values;
}

TEST(GemmOperandsTest, AreTheSameForASeedAndSparseByConstruction) {
    const auto gemm = GemmCall::from(parse_call("gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32 sparsity=2:4"));
    const GemmOperands one(gemm, 1), same(gemm, 1), other(gemm, 2);
    const auto weights = all_values(one.weights());
    EXPECT_EQ(weights, all_values(same.weights()));
    EXPECT_NE(weights, all_values(other.weights()));
    for (std::size_t group = 0; group < weights.size(); group += 4)
        EXPECT_EQ(std::ranges::count(std::span(weights).subspan(group, 4), 0.0), 2);
    const GemmOperands block(
        GemmCall::from(parse_call("gemm m=1 n=64 k=64 a=fp32 w=fp32 c=fp32 sparsity=block:16x16@0.25")), 1);
    const auto blocks = all_values(block.weights());
    EXPECT_EQ(std::ranges::count_if(blocks, [](double value) { return value != 0.0; }), 64 * 64 / 4);
}

TEST(GemmKernels, RefuseWhatTheyCannotRun) {
    const auto dense = parse_call("gemm m=4 n=64 k=64 a=fp32 w=fp32 c=fp32");
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        if (info.op != "gemm") continue;
        auto config = info.space.default_config();
        EXPECT_TRUE(implementation->refusal(parse_call("gemm m=4 n=64 k=64 a=tf32 w=tf32 c=tf32"), config))
            << info.name;
        config.set("no_such_parameter", std::int64_t{1});
        EXPECT_TRUE(implementation->refusal(dense, config)) << info.name;
        if (info.space.parameters.empty()) continue;
        EXPECT_TRUE(implementation->refusal(dense, KernelConfig())) << info.name << " without its parameters";
    }
}

TEST(GemmKernels, OpenblasRefusesDimensionsBeyondItsIntegers) {
    for (const auto& implementation : make_implementations()) {
        if (implementation->info().name != "openblas") continue;
        EXPECT_FALSE(implementation->refusal(parse_call("gemm m=1 n=2147483647 k=4 a=fp32 w=fp32 c=fp32"),
                                             KernelConfig()));
        const auto reason = implementation->refusal(
            parse_call("gemm m=1 n=2147483648 k=4 a=fp32 w=fp32 c=fp32"), KernelConfig());
        const bool wide = implementation->info().version.find("USE64BITINT") != std::string::npos;
        EXPECT_NE(reason.has_value(), wide);
    }
}

TEST(GemmOperandsTest, BeyondTheMachineAreRefused) {
    EXPECT_THROW(
        (void)make_operands(parse_call("gemm m=1000000 n=1000000 k=1000000 a=fp32 w=fp32 c=fp32"), 1),
        InputError);
}

}  // namespace
}  // namespace ridge::operators
