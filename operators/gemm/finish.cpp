// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/finish_rows.hpp"

#if !defined(__CUDACC__) && !defined(__HIPCC__)
namespace ridge::operators {

template void finish_row<float>(const Result&, const float*, std::int64_t, std::int64_t, int);
template void finish_row<double>(const Result&, const double*, std::int64_t, std::int64_t, int);
template void finish_row<std::int32_t>(const Result&, const std::int32_t*, std::int64_t, std::int64_t, int);

}  // namespace ridge::operators
#endif
