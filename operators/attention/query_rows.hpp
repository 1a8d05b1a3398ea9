// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/attention_shape.hpp"
#include "operators/attention/softmax_state.hpp"

/// Queries and outputs lie as (sequence, query, head); kernels work on the rows of a kv head,
/// (sequence, kv head, query · group + head of the group).
namespace ridge::operators {

struct QueryRows {
    std::int64_t kv_heads = 0, group = 0, queries = 0;

    [[nodiscard]] static QueryRows of(const AttentionShape& shape) {
        return {shape.kv_heads, shape.group, shape.queries};
    }
    /// Rows of a kv head.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t rows() const { return queries * group; }
    /// Where row `row` of a kv head lies among queries and outputs.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t outside(std::int64_t sequence, std::int64_t head,
                                                                   std::int64_t row) const {
        return ((sequence * queries + row / group) * kv_heads + head) * group + row % group;
    }
};

/// to[(sequence · kv_heads + head) · rows + row][0 … stride) = scale · query, zeros after key_dim. `q` has
/// elements of the shape's query format.
void scale_queries(const AttentionShape& shape, const void* q, float scale, float* to, std::int64_t stride);
/// The same without a scale, of queries in bf16.
void copy_queries(const AttentionShape& shape, const void* q, Bf16* to, std::int64_t stride);

/// Output row = factor · Σ over splits of 2^(largest - largest of all) · sums / the same sum of totals.
/// Partial rows are [sequence][split][kv head][row]; `out` has elements of the shape's query format.
void merge_partials(const AttentionShape& shape, const PartialRows& partial, std::int64_t splits,
                    float factor, void* out);

}  // namespace ridge::operators
