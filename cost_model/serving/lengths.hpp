// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/json.hpp"

namespace ridge::cost_model::serving {

/// Most tokens that a length may have.
inline constexpr std::int64_t longest_length = std::int64_t{1} << 24;

/// How many tokens a prompt or an answer has: whole numbers of at least 1.
class Lengths {
  public:
    [[nodiscard]] static Lengths fixed(std::int64_t tokens);
    /// Every whole number from `least` to `most`, equally likely.
    [[nodiscard]] static Lengths uniform(std::int64_t least, std::int64_t most);
    /// exp(normal) with this median; `sigma` is the standard deviation of the logarithm. Rounded, and moved
    /// into [1, most].
    [[nodiscard]] static Lengths log_normal(double median, double sigma, std::int64_t most);
    /// Bin i has the lengths edges[i] … edges[i+1] - 1, equally likely, together with probability
    /// weights[i] / sum.
    [[nodiscard]] static Lengths histogram(std::vector<std::int64_t> edges,
                                           const std::vector<double>& weights);

    /// The length below or at which a share `p` in (0, 1) lies.
    [[nodiscard]] std::int64_t quantile(double p) const;
    [[nodiscard]] double mean() const;        ///< over 4096 quantiles at equal distances
    [[nodiscard]] std::int64_t most() const;  ///< no length is above it

  private:
    std::vector<std::int64_t> edges_;  // ascending
    std::vector<double> cumulated_;    // share below edges_[i]; starts with 0, ends with 1
    double median_ = 0, sigma_ = 0;    // of a log-normal; then edges_ are 1 and most + 1
};

/// 512, {"uniform": [1, 1024]}, {"log_normal": {"median": 512, "sigma": 1, "most": 8192}} or
/// {"histogram": {"edges": [1, 129, 513], "weights": [3, 1]}}. Throws InputError with file, key and value.
[[nodiscard]] Lengths lengths_from_json(const JsonReader& json);

}  // namespace ridge::cost_model::serving
