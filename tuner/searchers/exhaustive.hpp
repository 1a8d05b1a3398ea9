// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/sequential_search.hpp"

namespace ridge::tuner {

/// The default configuration, then the others in the order of the space.
class ExhaustiveSearcher : public SequentialSearch {
  public:
    static constexpr std::string_view registered_name = "exhaustive";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Task strategy() override;
};

}  // namespace ridge::tuner
