// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/decode.hpp"

namespace ridge::operators {

void decode_floats(const NumberFormat& format, const DecodeProblem& problem) {
    if (format.precision == Precision::bf16) return run_decode<CachedFloats<Bf16>>(problem);
    if (format.precision == Precision::fp16) return run_decode<CachedFloats<Fp16>>(problem);
    run_decode<CachedFloats<float>>(problem);
}

}  // namespace ridge::operators
