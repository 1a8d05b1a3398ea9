// SPDX-License-Identifier: Apache-2.0
#include "tuner/searchers/random.hpp"

namespace ridge::tuner {

// What no strategy asked for follows in a random order.
Task RandomSearcher::strategy() { co_return; }

}  // namespace ridge::tuner
