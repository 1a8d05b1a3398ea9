// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tuner/sequential_search.hpp"
#include "tuner/surrogate/surrogate_model.hpp"

namespace ridge::tuner {

/// A search over what a surrogate model learned: a few configurations far from each other, or with a prior
/// what that expects to be best, then always what propose() makes of the model.
class ModelSearch : public SequentialSearch {
  protected:
    Task strategy() final;
    /// Forgets the last search.
    virtual void reset() {}
    /// An untried configuration; the model knows every trial.
    [[nodiscard]] virtual std::size_t propose(const SurrogateModel& model) = 0;

  private:
    [[nodiscard]] bool designing() const;
    [[nodiscard]] std::size_t far_from_all();
    [[nodiscard]] std::size_t least_by_prior();
    [[nodiscard]] std::size_t proposal();

    std::optional<SurrogateModel> model_;
};

/// Bayesian optimisation: always the configuration of which a Gaussian process expects the greatest
/// improvement.
class BayesianSearcher : public ModelSearch {
  public:
    static constexpr std::string_view registered_name = "bayesian";
    [[nodiscard]] std::string_view name() const override { return registered_name; }

  protected:
    [[nodiscard]] std::size_t propose(const SurrogateModel& model) override;
};

}  // namespace ridge::tuner
