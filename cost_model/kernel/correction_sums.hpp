// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// Sums over all nodes of a correction: what a prediction spends most of its time on.

// Compiled for each width of vectors that x86-64 may have, chosen when the program starts. Sanitizers start
// before that choice can be made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define RIDGE_EVERY_VECTOR_WIDTH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RIDGE_EVERY_VECTOR_WIDTH
#endif

namespace ridge::cost_model {

/// Nodes are taken in blocks, whole vectors of 16; five are the nodes of a shipped group.
inline constexpr std::size_t block = 80;

/// Whole blocks, filled up with nodes that weigh nothing.
inline void fill_up(std::vector<float>& column) {
    column.resize((column.size() + block - 1) / block * block, 0.0F);
}

/// Distances of one block of nodes, summed axis by axis so that the loop is one of vectors.
inline void block_distances(const std::vector<std::vector<float>>& scaled, std::span<const std::size_t> axes,
                            std::span<const float> place, std::size_t first, std::size_t count,
                            std::array<float, block>& out) {
    out.fill(0);
    for (const auto axis : axes) {
        const float* column = scaled[axis].data() + first;
        const float here = place[axis];
        for (std::size_t i = 0; i < count; ++i) out[i] += std::abs(column[i] - here);
    }
}

/// Σ weight · exp(-distance) over all nodes.
[[nodiscard]] float weighted_sum(const std::vector<std::vector<float>>& scaled,
                                 std::span<const std::size_t> axes, const std::vector<float>& weights,
                                 std::span<const float> place);

/// e^(x - middle) and e^(middle - x) of the nodes and of the place along one axis.
struct AxisPowers {
    const float *up = nullptr, *down = nullptr;
    float place_up = 0, place_down = 0;
};

/// As weighted_sum(): exp(-|x - c|) is the lesser of eˣ · e⁻ᶜ and e⁻ˣ · eᶜ, so that no exponential is left
/// for a pair, and along several axes their product.
[[nodiscard]] float sum_of_products(std::span<const AxisPowers> axes, const std::vector<float>& weights);

}  // namespace ridge::cost_model
