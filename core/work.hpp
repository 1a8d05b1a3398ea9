// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "core/precision.hpp"

namespace ridge {

/// Bytes of one operand that have to cross a memory level at least once.
struct Traffic {
    std::string operand;
    double read_bytes = 0;
    double written_bytes = 0;
};

/// What an operator call has to do whatever the kernel: a pure function of the call, given by the catalogue.
/// A multiply-add is two FLOP (or OP for integers).
struct Work {
    double flop = 0;        ///< executed on elements that are stored (zeros of a sparse format left out)
    double dense_flop = 0;  ///< of the same call without sparsity
    Precision compute = Precision::fp32;  ///< precision of the multiplications: selects the compute roof
    std::vector<Traffic>
        traffic;  ///< compulsory traffic with the outermost memory, indices of sparse formats included

    [[nodiscard]] double read_bytes() const { return sum(&Traffic::read_bytes); }
    [[nodiscard]] double written_bytes() const { return sum(&Traffic::written_bytes); }
    [[nodiscard]] double bytes() const { return read_bytes() + written_bytes(); }
    /// FLOP per byte; 0 for a call without arithmetic.
    [[nodiscard]] double intensity() const { return bytes() > 0 ? flop / bytes() : 0.0; }

  private:
    [[nodiscard]] double sum(double Traffic::*part) const {
        return std::accumulate(traffic.begin(), traffic.end(), 0.0,
                               [part](double total, const Traffic& one) { return total + one.*part; });
    }
};

}  // namespace ridge
