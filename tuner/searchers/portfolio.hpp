// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "tuner/searchers/bayesian.hpp"

namespace ridge::tuner {

/// What each way of proposing has gained, and which one is asked next. Gains are forgotten over time. Not by
/// gains for each use: while nothing is gained, that would turn to what has been used little.
class Gains {
  public:
    static constexpr std::size_t ways = 3;

    /// One proposal: older gains count less; `way` improved the best value, or none did.
    void add(std::optional<std::size_t> way);
    /// By a number from 0 to below 1, drawn evenly. The first is the usual one, the others have to earn their
    /// use, and yet each is drawn now and then.
    [[nodiscard]] std::size_t choose_way(double drawn) const;

  private:
    std::array<double, ways> gains_{};
};

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
    void credit();
    [[nodiscard]] std::optional<std::size_t> ask(std::size_t way, const SurrogateModel& model);
    [[nodiscard]] std::vector<std::size_t> elite() const;
    [[nodiscard]] std::vector<std::size_t> neighbours() const;
    [[nodiscard]] std::vector<std::size_t> children();

    Gains gains_;
    std::optional<std::size_t> last_way_;
    std::optional<std::size_t> best_before_;
};

}  // namespace ridge::tuner
