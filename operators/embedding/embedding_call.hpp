// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/catalogue.hpp"

namespace ridge::operators {

/// Look-up of token embeddings: y[i] = table[token[i]].
[[nodiscard]] OperatorInfo embedding_operator();

}  // namespace ridge::operators
