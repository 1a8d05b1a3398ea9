// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "tuner/searchers/bayesian.hpp"

namespace ridge::tuner {

/// Several ways of proposing over one model: the greatest expected improvement anywhere, the best expected
/// neighbour of the best configurations, the best expected child of two good ones. Which one is asked next is
/// drawn by what each brought so far; none needs a parameter.
class PortfolioSearcher : public ModelSearch {
  public:
    static constexpr std::string_view registered_name = "portfolio";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    void reset() override;
    [[nodiscard]] std::size_t propose(const SurrogateModel& model) override;

  private:
    static constexpr std::size_t ways = 3;
    void credit();
    [[nodiscard]] std::size_t choose_way();
    [[nodiscard]] std::optional<std::size_t> ask(std::size_t way, const SurrogateModel& model);
    [[nodiscard]] std::vector<std::size_t> elite() const;
    [[nodiscard]] std::vector<std::size_t> neighbours() const;
    [[nodiscard]] std::vector<std::size_t> children();

    std::array<double, ways> gains_{};  // improvements of the best value by each way, old ones counting less
    std::optional<std::size_t> last_way_;
    std::optional<std::size_t> best_before_;
};

}  // namespace ridge::tuner
