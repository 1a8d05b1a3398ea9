// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/query_rows.hpp"

#include "operators/memory.hpp"

namespace ridge::operators {
namespace {

using Range =
    Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;

template <typename T, typename To>
struct ScaleQuery {
    QueryRows rows;
    const T* q;
    To* to;
    float scale;
    std::int64_t key_dim, stride;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const std::int64_t row = task % rows.rows(), head = task / rows.rows() % rows.kv_heads;
        const T* from = q + rows.outside(task / rows.rows() / rows.kv_heads, head, row) * key_dim;
        for (std::int64_t d = 0; d < stride; ++d)
            to[task * stride + d] = from_float<To>(d < key_dim ? to_float(from[d]) * scale : 0.0F);
    }
};

template <typename T>
struct MergeRow {
    QueryRows rows;
    PartialRows partial;
    T* out;
    float factor;
    std::int64_t value_dim, splits;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const std::int64_t row = task % rows.rows(), head = task / rows.rows() % rows.kv_heads;
        const std::int64_t sequence = task / rows.rows() / rows.kv_heads, step = rows.rows() * rows.kv_heads;
        const std::int64_t first = (sequence * splits * rows.kv_heads + head) * rows.rows() + row;
        float largest = no_score, total = 0.0F;
        for (std::int64_t s = 0; s < splits; ++s)
            largest = Kokkos::max(largest, partial.largest(first + s * step));
        for (std::int64_t s = 0; s < splits; ++s)
            total += partial.total(first + s * step) * weight(first + s * step, largest);
        T* to = out + rows.outside(sequence, head, row) * value_dim;
        for (std::int64_t d = 0; d < value_dim; d += lanes) {
            Vector<float> sum(0.0F);
            for (std::int64_t s = 0; s < splits; ++s)
                sum = Kokkos::fma(load(partial.sums(first + s * step) + d),
                                  Vector<float>(weight(first + s * step, largest)), sum);
            const auto value = sum * Vector<float>(factor / total);
            const int count = static_cast<int>(Kokkos::min<std::int64_t>(lanes, value_dim - d));
            if (count == lanes)
                store_pack(to + d, value);
            else
                store_part(to + d, value, count);
        }
    }

  private:
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION float weight(std::int64_t at, float largest) const {
        return splits == 1 ? 1.0F : Kokkos::exp2(partial.largest(at) - largest);
    }
};

template <typename T, typename To>
void launch_scale(const AttentionShape& shape, const void* q, float scale, To* to, std::int64_t stride) {
    const auto rows = QueryRows::of(shape);
    Kokkos::parallel_for("scale queries", Range(0, shape.query_rows()),
                         ScaleQuery<T, To>{rows, static_cast<const T*>(q), to, scale, shape.key_dim, stride});
}

template <typename T>
void launch_merge(const AttentionShape& shape, const PartialRows& partial, std::int64_t splits, float factor,
                  void* out) {
    const auto rows = QueryRows::of(shape);
    Kokkos::parallel_for("merge splits", Range(0, shape.query_rows()),
                         MergeRow<T>{rows, partial, static_cast<T*>(out), factor, shape.value_dim, splits});
}

/// Calls f with a zero of the type that queries and outputs may have.
template <typename F>
void with_query_element(Precision precision, const F& f) {
    if (precision == Precision::bf16) return f(Bf16{});
    if (precision == Precision::fp16) return f(Fp16{});
    f(float{});
}

}  // namespace

void scale_queries(const AttentionShape& shape, const void* q, float scale, float* to, std::int64_t stride) {
    with_query_element(shape.q.precision,
                       [&](auto zero) { launch_scale<decltype(zero)>(shape, q, scale, to, stride); });
}

void copy_queries(const AttentionShape& shape, const void* q, Bf16* to, std::int64_t stride) {
    launch_scale<Bf16>(shape, q, 1.0F, to, stride);
}

void merge_partials(const AttentionShape& shape, const PartialRows& partial, std::int64_t splits,
                    float factor, void* out) {
    with_query_element(shape.q.precision,
                       [&](auto zero) { launch_merge<decltype(zero)>(shape, partial, splits, factor, out); });
}

}  // namespace ridge::operators
