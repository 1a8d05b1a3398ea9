// SPDX-License-Identifier: Apache-2.0
#include "tuner/sequential_search.hpp"

namespace ridge::tuner {

void SequentialSearch::Evaluation::await_suspend(std::coroutine_handle<> strategy) const {
    search.pending_ = index;
    search.waiting_ = strategy;
}

void SequentialSearch::start(const SearchSpace& space, std::uint64_t seed, const Prior& prior) {
    space_ = &space;
    prior_ = prior;
    random_.seed(seed);
    trials_.emplace(space.size());
    running_ = strategy();
    waiting_ = running_.handle();
    pending_ = space.default_index();
}

std::size_t SequentialSearch::untried() {
    return trials_->left() > 0 ? trials_->draw(random_) : space_->default_index();
}

// Lets the strategy run to the next configuration that is not known.
void SequentialSearch::advance() {
    pending_.reset();
    waiting_.resume();
    if (!running_.handle().done()) return;
    running_.check();
    waiting_ = {};
}

std::optional<std::size_t> SequentialSearch::next() {
    if (trials_->left() == 0) return std::nullopt;
    while (waiting_ && (!pending_ || trials_->known(*pending_))) advance();
    if (!pending_ || trials_->known(*pending_)) pending_ = trials_->draw(random_);
    return pending_;
}

void SequentialSearch::tell(std::size_t index, const Outcome& outcome) { trials_->record(index, outcome); }

}  // namespace ridge::tuner
