// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "tuner/random.hpp"
#include "tuner/searcher.hpp"

namespace ridge::tuner {

/// The default configuration, then the others in a random order, none twice.
class RandomSearcher : public Searcher {
  public:
    static constexpr std::string_view registered_name = "random";
    [[nodiscard]] std::string_view name() const override { return registered_name; }
    void start(const SearchSpace& space, std::uint64_t seed) override;
    [[nodiscard]] std::optional<KernelConfig> next() override;
    void tell(const KernelConfig& config, const Outcome& outcome) override;

  private:
    std::size_t take(std::size_t position, std::size_t from);

    const SearchSpace* space_ = nullptr;
    Random random_;
    std::size_t given_ = 0;
    // Shuffle of Fisher and Yates done as far as it is asked for: only the places that differ from the
    // identity.
    std::unordered_map<std::size_t, std::size_t> moved_;
};

}  // namespace ridge::tuner
