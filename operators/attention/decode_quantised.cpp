// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/decode.hpp"

namespace ridge::operators {

void decode_quantised(const NumberFormat& format, const DecodeProblem& problem) {
    if (format.precision == Precision::int8) return run_decode<CachedInt8>(problem);
    if (format.precision == Precision::int4) return run_decode<CachedInt4>(problem);
    run_decode<CachedFp8>(problem);
}

}  // namespace ridge::operators
