// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/sequential_search.hpp"

namespace ridge::tuner {

/// The default configuration, then the others in a random order, none twice.
class RandomSearcher : public SequentialSearch {
  public:
    static constexpr std::string_view registered_name = "random";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Task strategy() override;
};

}  // namespace ridge::tuner
