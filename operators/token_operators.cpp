// SPDX-License-Identifier: Apache-2.0
#include "operators/token_operators.hpp"

#include "operators/embedding/embedding_call.hpp"

namespace ridge::operators {

std::vector<OperatorInfo> token_operators() { return {embedding_operator()}; }

}  // namespace ridge::operators
