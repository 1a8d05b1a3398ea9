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

void decode_floats(const NumberFormat& format, const DecodeProblem& problem) {
    if (format.precision == Precision::bf16) return launch<CachedFloats<Bf16>>(problem);
    if (format.precision == Precision::fp16) return launch<CachedFloats<Fp16>>(problem);
    launch<CachedFloats<float>>(problem);
}

}  // namespace ridge::operators
