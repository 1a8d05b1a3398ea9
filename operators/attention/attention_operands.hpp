// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/attention_shape.hpp"
#include "operators/attention/cache_rows.hpp"
#include "operators/attention/softmax_state.hpp"
#include "operators/tensor_operands.hpp"

/// Operands of the four kinds of attention: queries (sequence, query, head), keys and values (slot, kv head),
/// their scales, the block table; the output is like the queries.
namespace ridge::operators {

/// Where an input stands among the operands; `none` where a call has no such input.
struct AttentionInputs {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t q = 0, k = 1, v = none, k_scales = none, v_scales = none, table = none;

    [[nodiscard]] static AttentionInputs of(const AttentionShape& shape);
};

/// Shape of the scales of `rows` cached rows of `columns` elements; only for scaled formats.
[[nodiscard]] TensorSpec cache_scales(std::string name, const NumberFormat& format, std::int64_t rows,
                                      std::int64_t columns);

/// Random cached elements, and scales that put them within [-1, 1).
void fill_cache(Tensor& rows, Tensor* scales, std::uint64_t seed, std::uint64_t stream);

/// Pages in a random order.
[[nodiscard]] std::vector<std::int32_t> random_pages(std::int64_t pages, std::uint64_t seed);

/// Element of a cached row, its scale applied; `scales` may be `none`.
[[nodiscard]] double cached_value(const TensorOperands& operands, const NumberFormat& format,
                                  std::size_t rows, std::size_t scales, std::int64_t row,
                                  std::int64_t column);

[[nodiscard]] std::unique_ptr<OperandSet> make_attention_operands(const OperatorCall& call,
                                                                  std::uint64_t seed);

/// What kernels read.
[[nodiscard]] CacheRows cache_rows(const TensorOperands& operands, const AttentionShape& shape);

[[nodiscard]] Mask mask_of(const AttentionShape& shape);

/// What elements loaded from a cache of this format have to be multiplied with.
[[nodiscard]] float cache_factor(const NumberFormat& format);

/// log2(e) / sqrt(key_dim): with it kernels take powers of 2.
[[nodiscard]] double score_scale(const AttentionShape& shape);

}  // namespace ridge::operators
