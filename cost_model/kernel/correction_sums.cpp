// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/correction_sums.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>

namespace ridge::cost_model {
namespace {

// exp(x) of x ≤ 0 within 3e-6: two to the whole part by the exponent's bits, to the rest by its series. The
// compiler makes vectors of it, which it does not of std::exp.
inline float exponential(float x) {
    constexpr float to_octaves = 1.44269504F, least = -120.0F, rounder = 12582912.0F;  // 1.5 · 2^23
    const float octaves = std::max(x * to_octaves, least);
    const float rounded = octaves + rounder;
    const float rest = octaves - (rounded - rounder);
    const float power =
        1.0F +
        rest * (0.69314718F +
                rest * (0.24022651F + rest * (0.05550411F + rest * (0.00961813F + rest * 0.00133336F))));
    const auto whole = std::bit_cast<std::int32_t>(rounded) - std::bit_cast<std::int32_t>(rounder);
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(power) + whole * (1 << 23));
}

// Multiplies the factors of one axis into the products of one block.
inline void multiply(const AxisPowers& axis, std::size_t first, std::array<float, block>& products) {
    const float *up = axis.up + first, *down = axis.down + first;
    const float place_up = axis.place_up, place_down = axis.place_down;
    std::array<float, block> factors{};
    for (std::size_t i = 0; i < block; ++i) factors[i] = std::min(place_up * down[i], place_down * up[i]);
    for (std::size_t i = 0; i < block; ++i) products[i] *= factors[i];
}

}  // namespace

// Whole blocks, so that the sums of a block stay in registers.
RIDGE_EVERY_VECTOR_WIDTH
float weighted_sum(const std::vector<std::vector<float>>& scaled, std::span<const std::size_t> axes,
                   const std::vector<float>& weights, std::span<const float> place) {
    std::array<float, block> sums{};
    for (std::size_t first = 0; first < weights.size(); first += block) {
        std::array<float, block> distances{};
        block_distances(scaled, axes, place, first, block, distances);
        for (std::size_t i = 0; i < block; ++i) sums[i] += weights[first + i] * exponential(-distances[i]);
    }
    return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

RIDGE_EVERY_VECTOR_WIDTH
float sum_of_products(std::span<const AxisPowers> axes, const std::vector<float>& weights) {
    std::array<float, block> sums{};
    for (std::size_t first = 0; first < weights.size(); first += block) {
        std::array<float, block> products{};
        std::copy_n(weights.data() + first, block, products.begin());
        for (const auto& axis : axes) multiply(axis, first, products);
        for (std::size_t i = 0; i < block; ++i) sums[i] += products[i];
    }
    return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

}  // namespace ridge::cost_model
