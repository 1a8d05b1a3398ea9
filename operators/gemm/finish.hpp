// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "operators/gemm/gemm_call.hpp"
#include "operators/pack.hpp"

// One copy of what happens to sums is enough; inlined it would stand in every kernel's every tile.
#if defined(__CUDACC__) || defined(__HIPCC__)
#define RIDGE_NOINLINE __noinline__
#else
#define RIDGE_NOINLINE __attribute__((noinline))
#endif

/// The last step of a GEMM: what becomes of sums between the register tile and C.
namespace ridge::operators {

/// Where a tile's sums go: C in its own precision, row-major.
enum class Output { fp32, bf16, int32, fp16, fp64 };
struct Result {
    void* data = nullptr;
    std::int64_t row_length = 0;
    Output format = Output::fp32;
    /// Whether sums go through finish_row(); else they are stored, or rounded to bf16, as they are.
    bool finishes = false;
    const float* row_scale = nullptr;     ///< of each row of A; may be null
    const float* column_scale = nullptr;  ///< of each feature; may be null
    Epilogue epilogue = Epilogue::none;
    const void* extra = nullptr;        ///< operand e of the epilogue, in the format of C
    std::int64_t extra_row_length = 0;  ///< 0: every row has the same ones

    /// With the scales of features of one of several matrices of weights.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Result of_matrix(std::int64_t matrix) const {
        Result out = *this;
        if (column_scale != nullptr) out.column_scale += matrix * row_length;
        return out;
    }
};

/// Scales, epilogue and rounding of the first `count` sums, which belong to row `row` from column `column` on
/// and may be read in whole vectors.
template <typename Sum>
RIDGE_NOINLINE KOKKOS_FUNCTION void finish_row(const Result& c, const Sum* sums, std::int64_t row,
                                               std::int64_t column, int count);

}  // namespace ridge::operators

#if defined(__CUDACC__) || defined(__HIPCC__)
#include "operators/gemm/finish_rows.hpp"
#else
namespace ridge::operators {
extern template void finish_row<float>(const Result&, const float*, std::int64_t, std::int64_t, int);
extern template void finish_row<double>(const Result&, const double*, std::int64_t, std::int64_t, int);
extern template void finish_row<std::int32_t>(const Result&, const std::int32_t*, std::int64_t, std::int64_t,
                                              int);
}  // namespace ridge::operators
#endif
