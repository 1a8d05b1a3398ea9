// SPDX-License-Identifier: Apache-2.0
#include "operators/decoder.hpp"

#include "operators/embedding/embedding_call.hpp"
#include "operators/residual_add/residual_add_call.hpp"
#include "operators/rmsnorm/rmsnorm_call.hpp"
#include "operators/rope/rope_call.hpp"
#include "operators/silu_mul/silu_mul_call.hpp"

namespace ridge::operators {

std::vector<OperatorInfo> decoder_operators() {
    return {rmsnorm_operator(), rope_operator(), silu_mul_operator(), residual_add_operator(),
            embedding_operator()};
}

}  // namespace ridge::operators
