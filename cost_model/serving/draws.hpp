// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace ridge::cost_model::serving {

/// Value below which a standard normal variable is with probability p in (0, 1); Acklam's rational
/// approximation, relative error below 1.2e-9.
[[nodiscard]] double normal_quantile(double p);

/// Random numbers that are the same on every platform for a seed: the standard fixes its engines, not its
/// distributions.
class Draws {
  public:
    explicit Draws(std::uint64_t seed) : engine_(seed) {}
    [[nodiscard]] double uniform();                 ///< in (0, 1), never an end
    [[nodiscard]] double exponential(double mean);  ///< by the inverse of its distribution function
    [[nodiscard]] double normal();
    /// Mean shape · scale (Marsaglia and Tsang 2000; below shape 1 with their power of a uniform number).
    [[nodiscard]] double gamma(double shape, double scale);

  private:
    std::mt19937_64 engine_;
};

}  // namespace ridge::cost_model::serving
