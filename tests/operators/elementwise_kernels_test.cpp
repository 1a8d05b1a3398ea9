// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "operators/kernel_checks.hpp"

namespace ridge::operators {
namespace {

std::string rows_and_features(Random& random) {
    return "rows=" + std::to_string(random_extent(random, 64)) +
           " n=" + std::to_string(random_extent(random, 1031));
}

class ElementwiseKernels : public ::testing::TestWithParam<const char*> {};

TEST_P(ElementwiseKernels, AgreeWithTheReference) { expect_right_everywhere(GetParam(), rows_and_features); }

TEST_P(ElementwiseKernels, AreRightOnOneElementAndOnLongRows) {
    expect_right_on(GetParam(), {"rows=1 n=1", "rows=1 n=20011", "rows=513 n=1"});
}

TEST_P(ElementwiseKernels, PlantedErrorsAreFound) { expect_planted_errors_found(GetParam(), "rows=3 n=50"); }

INSTANTIATE_TEST_SUITE_P(Operators, ElementwiseKernels,
                         ::testing::Values("silu_mul", "gelu", "gelu_tanh", "relu2", "residual_add"));

}  // namespace
}  // namespace ridge::operators
