// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/decode.hpp"
#include "operators/memory.hpp"

namespace ridge::operators {
namespace {

using Tasks =
    Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Dynamic>, Kokkos::IndexType<std::int64_t>>;

template <typename Format>
void launch(const DecodeProblem& problem) {
    const DecodeTask<Format> task{problem};
    Kokkos::parallel_for("attention decode", Tasks(0, task.tasks()), task);
}

}  // namespace

void decode_quantised(const NumberFormat& format, const DecodeProblem& problem) {
    if (format.precision == Precision::int8) return launch<CachedInt8>(problem);
    if (format.precision == Precision::int4) return launch<CachedInt4>(problem);
    launch<CachedFp8>(problem);
}

}  // namespace ridge::operators
