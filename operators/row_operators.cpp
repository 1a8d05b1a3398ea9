// SPDX-License-Identifier: Apache-2.0
#include "operators/row_operators.hpp"

#include <iterator>

#include "operators/elementwise/elementwise_calls.hpp"
#include "operators/rmsnorm/rmsnorm_call.hpp"
#include "operators/rope/rope_call.hpp"

namespace ridge::operators {

std::vector<OperatorInfo> row_operators() {
    std::vector<OperatorInfo> list = {rmsnorm_operator(), rope_operator()};
    for (auto& info : elementwise_operators()) list.push_back(std::move(info));
    return list;
}

}  // namespace ridge::operators
