// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace ridge::cost_model {

/// Values in sets whose members are off together (calls of one device, of one group): a set counts by the
/// root of the number of its values.
class RootWeighted {
  public:
    void add(const std::vector<double>& set);

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    /// Least value at which values up to it have this share of the weight; not of nothing.
    [[nodiscard]] double quantile(double share);

  private:
    struct Value {
        double value = 0, weight = 0;
    };
    std::vector<Value> values_;
};

}  // namespace ridge::cost_model
