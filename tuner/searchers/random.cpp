// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/random.hpp"

namespace ridge::tuner {

void RandomSearcher::start(const SearchSpace& space, std::uint64_t seed) {
    space_ = &space;
    random_.seed(seed);
    given_ = 0;
    moved_.clear();
}

// Swaps the indices at `position` and `from`, and gives the one that is now at `position`.
std::size_t RandomSearcher::take(std::size_t position, std::size_t from) {
    const auto at = [this](std::size_t place) {
        const auto found = moved_.find(place);
        return found == moved_.end() ? place : found->second;
    };
    const auto taken = at(from);
    moved_[from] = at(position);
    moved_.erase(position);  // never asked for again
    return taken;
}

std::optional<KernelConfig> RandomSearcher::next() {
    const auto size = space_->size();
    if (given_ == size) return std::nullopt;
    const auto position = given_++;
    const auto from = position == 0 ? space_->default_index()
                                    : position + static_cast<std::size_t>(below(random_, size - position));
    return space_->config(take(position, from));
}

void RandomSearcher::tell(const KernelConfig& /*config*/, const Outcome& /*outcome*/) {}

}  // namespace ridge::tuner
