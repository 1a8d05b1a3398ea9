// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"
#include "operators/norms/norm_reference.hpp"
#include "operators/tensor_operands.hpp"

namespace ridge::operators {
namespace {

std::string rows_and_features(Random& random) {
    return "rows=" + std::to_string(random_extent(random, 64)) +
           " n=" + std::to_string(random_extent(random, 1031));
}

class NormKernels : public ::testing::TestWithParam<const char*> {};

TEST_P(NormKernels, AgreeWithTheReference) { expect_right_everywhere(GetParam(), rows_and_features); }

TEST_P(NormKernels, AreRightOnOneElementAndOnLongRows) {
    expect_right_on(GetParam(), {"rows=1 n=1", "rows=1 n=20011", "rows=513 n=1"});
}

TEST_P(NormKernels, PlantedErrorsAreFound) { expect_planted_errors_found(GetParam(), "rows=3 n=50"); }

INSTANTIATE_TEST_SUITE_P(Operators, NormKernels,
                         ::testing::Values("rmsnorm", "add_rmsnorm", "layernorm", "softmax"));

// Mean and variance are gathered from differences to the mean of a row's first elements.
TEST(Layernorm, IsRightWhereTheFirstElementsAreFarFromTheMean) {
    for (const auto& implementation : make_implementations()) {
        const auto info = implementation->info();
        if (info.op != "layernorm") continue;
        for (const auto& formats : info.formats)
            for (const double first : {240.0, formats == "x=fp32" || formats == "x=bf16" ? 2e18 : 6e4}) {
                const auto call = parse_call("layernorm rows=2 n=20011 " + formats);
                const auto operands = make_operands(call, 5);
                auto& x = const_cast<Tensor&>(dynamic_cast<const TensorOperands&>(*operands).input(0));
                x.fill([&](std::int64_t row, std::int64_t column) {
                    const auto small = static_cast<double>((row + column * 104729) % 1009) / 1009.0 - 0.5;
                    return column < 16 ? first : small;
                });
                const auto kernel = implementation->prepare(*operands, call, info.space.default_config());
                kernel->run();
                EXPECT_LE(kernel->error_over_bound(), 1.0) << call.text() << ", first " << first;
            }
    }
}

// The reference itself, against sums of more digits, where a plain sum in fp64 is off
// by far: 8 times as far as the bound, a sixth of the deviation.
TEST(Layernorm, ReferenceHoldsFarFromZero) {
    constexpr std::int64_t n = 300007;
    constexpr double far = 100000000.3, apart = 1e-4;
    const auto call = parse_call("layernorm rows=1 n=" + std::to_string(n) + " x=fp64");
    const auto made = make_operands(call, 5);
    const auto& operands = dynamic_cast<const TensorOperands&>(*made);
    const auto x = [](std::int64_t column) { return far + (column % 2 == 0 ? apart : -apart); };
    const_cast<Tensor&>(operands.input(0)).fill([&](std::int64_t, std::int64_t column) { return x(column); });
    long double sum = 0, squares = 0;
    for (std::int64_t j = 0; j < n; ++j) sum += x(j) - far;
    const long double mean = far + sum / n;
    for (std::int64_t j = 0; j < n; ++j) squares += (x(j) - mean) * (x(j) - mean);
    const long double factor = 1 / std::sqrt(squares / n + static_cast<long double>(norm_epsilon));
    std::vector<Tensor> outputs;
    outputs.emplace_back(operands.outputs()[0]);
    outputs[0].fill([&](std::int64_t, std::int64_t j) {
        return static_cast<double>(operands.at(1, 0, j) * (x(j) - mean) * factor + operands.at(2, 0, j));
    });
    EXPECT_LE(operands.error_over_bound(outputs), 0.1);
}

}  // namespace
}  // namespace ridge::operators
