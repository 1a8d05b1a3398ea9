// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "tuner/random.hpp"
#include "tuner/searcher.hpp"
#include "tuner/task.hpp"
#include "tuner/trials.hpp"

namespace ridge::tuner {

/// A searcher whose strategy is written as one coroutine that evaluates a configuration after the other:
/// `const double value = co_await evaluate(index)`. A configuration that is known is answered at once and not
/// proposed again. When the strategy ends, the rest of the space follows in a random order.
class SequentialSearch : public Searcher {
  public:
    void start(const SearchSpace& space, std::uint64_t seed, const Prior& prior) final;
    [[nodiscard]] std::optional<std::size_t> next() final;
    void tell(std::size_t index, const Outcome& outcome) final;

  protected:
    struct Evaluation {
        SequentialSearch& search;
        std::size_t index;
        bool await_ready() const { return search.trials_->known(index); }
        void await_suspend(std::coroutine_handle<> strategy) const;
        double await_resume() const { return search.trials_->value(index); }
    };

    /// Runs for as long as it likes; it begins after the default configuration, and must try something new
    /// now and then.
    virtual Task strategy() = 0;

    /// Value of a configuration, infinite when it is not ok.
    Evaluation evaluate(std::size_t index) { return {*this, index}; }
    /// An untried configuration; a strategy that asks when none is left is not resumed any more.
    [[nodiscard]] std::size_t untried();
    [[nodiscard]] const SearchSpace& space() const { return *space_; }
    [[nodiscard]] const Trials& trials() const { return *trials_; }
    [[nodiscard]] const Prior& prior() const { return prior_; }  ///< may be empty
    [[nodiscard]] Random& random() { return random_; }

  private:
    void advance();

    const SearchSpace* space_ = nullptr;
    Prior prior_;
    Random random_;
    std::optional<Trials> trials_;
    Task running_;
    std::coroutine_handle<> waiting_;     // goes on when `pending_` is known
    std::optional<std::size_t> pending_;  // proposed, and not yet told of
};

}  // namespace ridge::tuner
