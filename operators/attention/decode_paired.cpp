// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "operators/attention/decode.hpp"

namespace ridge::operators {
#if defined(RIDGE_HAS_DECODE_PAIRS)
namespace {

using AllRows =
    Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;

/// Calls f(Paired<Format>) with the type of a cache's format.
template <typename F>
void with_paired(Precision precision, const F& f) {
    if (precision == Precision::bf16) return f(Paired<CachedFloats<Bf16>>{});
    if (precision == Precision::int4) return f(Paired<CachedInt4>{});
    f(Paired<CachedFp8>{});
}

}  // namespace

int paired_unit(Precision precision) {
    int elements = 0;
    with_paired(precision, [&](auto format) { elements = unit<decltype(format)>; });
    return elements;
}

void order_queries(Precision precision, std::int64_t rows, std::int64_t key_dim, Bf16* q,
                   std::int64_t stride) {
    with_paired(precision, [&](auto format) {
        using Format = decltype(format);
        Kokkos::parallel_for("order queries", AllRows(0, rows), [=](const std::int64_t row) {
            Bf16 former[static_cast<std::size_t>(unit<Format>)];
            for (Bf16* at = q + row * stride; at < q + row * stride + key_dim; at += unit<Format>) {
                std::copy_n(at, unit<Format>, former);
                for (int i = 0; i < unit<Format>; ++i) at[i] = former[Format::element(i / 32, i % 32)];
            }
        });
    });
}

void decode_paired(const NumberFormat& format, const DecodeProblem& problem) {
    with_paired(format.precision, [&](auto paired) { run_decode<decltype(paired)>(problem); });
}
#else
int paired_unit(Precision) { return 0; }
void order_queries(Precision, std::int64_t, std::int64_t, Bf16*, std::int64_t) {}
void decode_paired(const NumberFormat&, const DecodeProblem&) {}
#endif

}  // namespace ridge::operators
