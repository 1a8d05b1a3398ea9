// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "operators/implementation.hpp"

/// What every operator's kernels are put through. Kokkos is running while these tests run.
namespace ridge::operators {

using Random = std::mt19937_64;

template <typename Values>
const auto& pick(const Values& values, Random& random) {
    return values[random() % values.size()];
}

/// One, small primes, and sizes around and beyond vectors and tiles.
[[nodiscard]] std::int64_t random_extent(Random& random, std::int64_t most = 200);

[[nodiscard]] KernelConfig random_config(const ParameterSpace& space, Random& random);

/// Poison is found, and two runs in a row give a right result.
void expect_right(const Implementation& implementation, const std::string& call, const KernelConfig& config);

/// Dimensions of a random call, "rows=3 n=17".
using RandomDimensions = std::function<std::string(Random& random)>;

/// Every implementation of the operator in each of its formats and sparsities over random shapes and configs;
/// fails when an implementation refuses most of them.
void expect_right_everywhere(const std::string& op, const RandomDimensions& dimensions, int tries = 12);

/// Every implementation of the operator with its default config on calls with these dimensions: edge cases.
void expect_right_on(const std::string& op, const std::vector<std::string>& dimensions);

/// A kernel whose result has one element changed is found wrong, in every implementation and format.
void expect_planted_errors_found(const std::string& op, const std::string& dimensions);

}  // namespace ridge::operators
