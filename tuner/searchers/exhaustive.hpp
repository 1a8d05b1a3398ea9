// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tuner/searcher.hpp"

namespace ridge::tuner {

/// The default configuration, then all others in the order of the space.
class ExhaustiveSearcher : public Searcher {
  public:
    static constexpr std::string_view registered_name = "exhaustive";
    [[nodiscard]] std::string_view name() const override { return registered_name; }
    void start(const SearchSpace& space, std::uint64_t seed) override;
    [[nodiscard]] std::optional<KernelConfig> next() override;
    void tell(const KernelConfig& config, const Outcome& outcome) override;

  private:
    const SearchSpace* space_ = nullptr;
    std::size_t given_ = 0;
};

}  // namespace ridge::tuner
