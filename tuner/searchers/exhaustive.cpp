// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/exhaustive.hpp"

namespace ridge::tuner {

Task ExhaustiveSearcher::strategy() {
    for (std::size_t index = 0; index < space().size(); ++index) co_await evaluate(index);
}

}  // namespace ridge::tuner
