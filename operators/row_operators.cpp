// SPDX-License-Identifier: Apache-2.0
#include "operators/row_operators.hpp"

#include "operators/elementwise/elementwise_calls.hpp"
#include "operators/formats/format_calls.hpp"
#include "operators/norms/norm_calls.hpp"
#include "operators/rope/rope_calls.hpp"

namespace ridge::operators {

std::vector<OperatorInfo> row_operators() {
    auto list = norm_operators();
    for (auto& info : rope_operators()) list.push_back(std::move(info));
    for (auto& info : format_operators()) list.push_back(std::move(info));
    for (auto& info : elementwise_operators()) list.push_back(std::move(info));
    return list;
}

}  // namespace ridge::operators
