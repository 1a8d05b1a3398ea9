// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tuner/sequential_search.hpp"

namespace ridge::tuner {

/// Searches that keep a population of configurations, and begin anew when it brings nothing new any more.
class Evolution : public SequentialSearch {
  protected:
    struct Member {
        std::size_t index = 0;
        double value = 0;
    };

    Task strategy() final;
    /// The configuration to try next, and which member of the population it may replace.
    struct Child {
        std::size_t index = 0;
        std::size_t rival = 0;
    };
    [[nodiscard]] virtual Child child() = 0;
    [[nodiscard]] const std::vector<Member>& population() const { return population_; }
    [[nodiscard]] const Member& any();

  private:
    void join(std::size_t index, double value);
    void compete(const Child& child, double value);

    std::vector<Member> population_;
};

/// Genetic algorithm: parents by tournament, uniform crossover, mutation of one parameter, the worst one
/// replaced (Goldberg 1989).
class GeneticSearcher : public Evolution {
  public:
    static constexpr std::string_view registered_name = "genetic";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Child child() override;

  private:
    [[nodiscard]] std::size_t parent();
    [[nodiscard]] std::size_t worst() const;
};

/// Differential evolution on the positions of the values, rand/1/bin (Storn and Price 1997).
class DifferentialEvolutionSearcher : public Evolution {
  public:
    static constexpr std::string_view registered_name = "differential_evolution";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    Child child() override;
};

}  // namespace ridge::tuner
