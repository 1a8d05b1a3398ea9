// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/exhaustive.hpp"

namespace ridge::tuner {

void ExhaustiveSearcher::start(const SearchSpace& space, std::uint64_t /*seed*/) {
    space_ = &space;
    given_ = 0;
}

std::optional<KernelConfig> ExhaustiveSearcher::next() {
    if (given_ == space_->size()) return std::nullopt;
    const auto position = given_++;
    const auto first = space_->default_index();
    if (position == 0) return space_->config(first);
    return space_->config(position <= first ? position - 1 : position);
}

void ExhaustiveSearcher::tell(const KernelConfig& /*config*/, const Outcome& /*outcome*/) {}

}  // namespace ridge::tuner
