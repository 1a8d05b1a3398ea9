// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/operator_call.hpp"
#include "operators/memory.hpp"
#include "operators/stream/stream_run.hpp"

namespace ridge::operators {

/// Arrays x and z of a stream call. Elements are eighths from -1 to 1 by a hash of seed and position: every
/// result is exact in fp32, sums in any order included (up to 2^24 eighths, far beyond what a random walk of
/// 2^40 steps reaches), so a single element left out or taken twice shows.
class StreamOperands : public OperandSet {
  public:
    StreamOperands(const OperatorCall& call, std::uint64_t seed);

    [[nodiscard]] stream::Pattern pattern() const { return pattern_; }
    /// Inputs, with y left to the kernel.
    [[nodiscard]] stream::Arrays arrays() const;
    [[nodiscard]] double reference_sum() const { return sum_; }  ///< of x, in fp64
    [[nodiscard]] std::vector<MemoryRegion> regions() const;
    /// Largest |y - reference| over half an eighth, over all elements; infinity for a NaN.
    [[nodiscard]] double error_of(const void* y) const;

  private:
    stream::Pattern pattern_;
    std::int64_t n_;
    Precision precision_;
    Buffer x_, z_;
    double sum_ = 0;
};

/// Half the distance between neighbouring values of the operands: a result off by less is right.
inline constexpr double stream_bound = 1.0 / 16.0;

}  // namespace ridge::operators
