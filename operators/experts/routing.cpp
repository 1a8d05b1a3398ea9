// SPDX-License-Identifier: Apache-2.0
#include "operators/experts/routing.hpp"

#include <numeric>

#include "operators/random.hpp"

namespace ridge::operators {
namespace {

constexpr std::uint64_t stream_start = 100, stream_step = 101;

// The experts start, start + step, start + 2 · step … of a token, all different: step and the number of
// experts have no common divisor.
std::vector<std::int32_t> draw_experts(std::int64_t rows, std::int64_t experts, std::int64_t k,
                                       std::uint64_t seed) {
    std::vector<std::int32_t> out;
    out.reserve(static_cast<std::size_t>(rows * k));
    const auto below = [&](std::uint64_t stream, std::int64_t row) {
        return static_cast<std::int64_t>(random_bits(seed, stream, row) %
                                         static_cast<std::uint64_t>(experts));
    };
    for (std::int64_t row = 0; row < rows; ++row) {
        std::int64_t expert = below(stream_start, row), step = below(stream_step, row);
        while (std::gcd(step, experts) != 1) ++step;
        for (std::int64_t slot = 0; slot < k; ++slot, expert = (expert + step) % experts)
            out.push_back(static_cast<std::int32_t>(expert));
    }
    return out;
}

}  // namespace

Routing Routing::draw(const OperatorCall& call, std::uint64_t seed) {
    const auto experts = call.dimension("experts");
    Routing out;
    out.k = call.dimension("k");
    out.experts = draw_experts(call.dimension("rows"), experts, out.k, seed);
    out.offsets.assign(static_cast<std::size_t>(experts) + 1, 0);
    for (const auto expert : out.experts) ++out.offsets[static_cast<std::size_t>(expert) + 1];
    std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
    auto next = out.offsets;
    out.positions.resize(out.experts.size());
    out.sources.resize(out.experts.size());
    for (std::size_t i = 0; i < out.experts.size(); ++i) {
        out.positions[i] = next[static_cast<std::size_t>(out.experts[i])]++;
        out.sources[static_cast<std::size_t>(out.positions[i])] = static_cast<std::int32_t>(i);
    }
    return out;
}

}  // namespace ridge::operators
