// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/annealing.hpp"

#include <cmath>

#include "tuner/neighbours.hpp"

namespace ridge::tuner {
namespace {

// The temperature falls from the mean uphill step to a fiftieth of it, then the search begins elsewhere.
constexpr double cooling = 0.96;
constexpr double coldest = 0.02;

/// Mean size of the steps between finite values, as logarithms of ratios.
class StepSize {
  public:
    void add(double ratio) {
        sum_ += std::abs(std::log(ratio));
        ++count_;
    }
    [[nodiscard]] double mean() const { return count_ > 0 ? sum_ / static_cast<double>(count_) : 0; }

  private:
    double sum_ = 0;
    std::size_t count_ = 0;
};

}  // namespace

Task AnnealingSearcher::strategy() {
    StepSize steps;
    auto here = space().default_index();
    for (;;) {
        double value = co_await evaluate(here);
        for (double temperature = 1; temperature > coldest; temperature *= cooling) {
            const auto next = perturbed(space(), here, 1, random());
            const double other = co_await evaluate(next);
            const bool comparable = std::isfinite(value) && std::isfinite(other);
            if (comparable) steps.add(other / value);
            const double uphill = comparable && steps.mean() > 0 ? std::log(other / value) / steps.mean() : 0;
            const bool taken =
                other <= value || (comparable && uniform(random()) < std::exp(-uphill / temperature));
            if (taken) here = next, value = other;
        }
        here = untried();
    }
}

}  // namespace ridge::tuner
