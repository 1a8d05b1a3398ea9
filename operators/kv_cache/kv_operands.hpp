// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "operators/attention/cache_rows.hpp"
#include "operators/kv_cache/kv_cache_call.hpp"
#include "operators/tensor_kernel.hpp"

/// Caches as operands: keys and values, rows of (token, kv head), each followed by its scales where its
/// format has them.
namespace ridge::operators {

/// Keys or values among inputs or outputs.
struct CacheIndex {
    std::size_t rows = 0;
    std::size_t scales = 0;  ///< only for scaled formats
};

/// The `i`th of several caches that begin at tensor `first`.
[[nodiscard]] CacheIndex cache_index(const NumberFormat& format, std::size_t first, std::size_t i);

/// Adds keys or values of `rows` rows, and their scales.
void add_cache(std::vector<TensorSpec>& specs, const std::string& name, const KvCacheShape& shape,
               std::int64_t rows);

/// Keys or values that a kernel writes.
struct WritableSide {
    std::byte* data = nullptr;
    std::byte* scales = nullptr;
    std::int64_t row_bytes = 0, row_scale_bytes = 0;
};
[[nodiscard]] CacheSide read_side(const TensorKernel& kernel, const NumberFormat& format, CacheIndex index);
[[nodiscard]] WritableSide write_side(const TensorKernel& kernel, const NumberFormat& format,
                                      CacheIndex index);

/// Pages in a random order; a last page that is not full stays last, so that the cache has as many rows as
/// there are tokens.
void fill_page_table(Tensor& table, const KvCacheShape& shape, std::uint64_t seed);
[[nodiscard]] TensorSpec page_table(const KvCacheShape& shape);

/// Where a token lies in a cache of pages.
struct Slots {
    const std::int32_t* table = nullptr;
    std::int64_t page = 1;
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t of(std::int64_t token) const {
        return table[token / page] * page + token % page;
    }
};

/// Element (row, column) of a cache among the inputs, its scale applied.
[[nodiscard]] double cache_value(const TensorOperands& operands, const NumberFormat& format, CacheIndex index,
                                 std::int64_t row, std::int64_t column);

/// The reference of a row that is copied from an input: equal to the last bit.
void copied_reference(const TensorOperands& operands, std::size_t input, std::int64_t from,
                      const RowReference& row);

/// The reference of a row, or of its scales, that stores `exact` values known within `error`.
void stored_reference(const NumberFormat& format, const std::vector<double>& exact, double error, bool scales,
                      const RowReference& row);

/// "kv=fp32", … : formats that caches are kept in.
[[nodiscard]] std::vector<std::string> cache_formats();

}  // namespace ridge::operators
