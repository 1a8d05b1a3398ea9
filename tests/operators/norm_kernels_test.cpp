// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "operators/catalogue.hpp"
#include "operators/kernel_checks.hpp"
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

}  // namespace
}  // namespace ridge::operators
