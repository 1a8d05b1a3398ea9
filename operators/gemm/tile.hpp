// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/dot.hpp"
#include "operators/gemm/finish.hpp"

// Loops over a register tile have to be unrolled for their sums to be registers. Under the address sanitizer
// every unrolled access would be checked code of its own, and compiling would take minutes for nothing.
#if defined(__CUDACC__)
#define RIDGE_UNROLL _Pragma("unroll")
#elif defined(__SANITIZE_ADDRESS__)
#define RIDGE_UNROLL
#else
#define RIDGE_UNROLL _Pragma("GCC unroll 32")
#endif

namespace ridge::operators {

KOKKOS_FORCEINLINE_FUNCTION std::uint16_t round_to_bf16(float value) {
    const auto bits = Kokkos::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

/// Words of MR rows of A as Dot::activation wants them, packed so that the words of one step lie side by
/// side.
template <typename Word, int MR>
struct PanelRows {
    const Word* data;
    KOKKOS_FORCEINLINE_FUNCTION Word at(int row, std::int64_t step) const { return data[step * MR + row]; }
};

/// Words of MR rows of A as they are, row-major; rows beyond the last one repeat it.
template <typename Dot, int MR>
struct PlainRows {
    using Word = typename Dot::Word;
    using Stored = typename Dot::Stored;
    const Stored* rows[static_cast<std::size_t>(MR)];
    KOKKOS_FORCEINLINE_FUNCTION PlainRows(const Stored* a, std::int64_t row_words, int valid) {
        for (int i = 0; i < MR; ++i) rows[i] = a + (i < valid ? i : valid - 1) * row_words;
    }
    /// The same rows from word `first` on.
    KOKKOS_FORCEINLINE_FUNCTION PlainRows from(std::int64_t first) const {
        PlainRows out = *this;
        for (int i = 0; i < MR; ++i) out.rows[i] += first;
        return out;
    }
    KOKKOS_FORCEINLINE_FUNCTION Word at(int row, std::int64_t step) const {
        return Dot::activation(rows[row][step]);
    }
};

/// MR × (NR · lanes) sums of C, held in registers while `accumulate` goes along k.
template <typename Dot, int MR, int NR>
struct Tile {
    using Word = typename Dot::Word;
    using Weight = typename Dot::Weight;
    using Sum = typename Dot::Sum;
    static constexpr int width = static_cast<int>(Vector<Sum>::size());
    static constexpr int columns = NR * width;
    using Weights = Vector<Word>[static_cast<std::size_t>(NR)];
    Vector<Sum> sums[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NR)];

    KOKKOS_FORCEINLINE_FUNCTION void clear() {
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NR; ++j) sums[i][j] =
            Vector<Sum>(Sum(0));
    }

    /// Every row begins with the same `columns` sums.
    KOKKOS_FORCEINLINE_FUNCTION void start_from(const Sum* row) {
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NR; ++j) sums[i][j] =
            load(row + j * width);
    }

    template <typename Rows>
    KOKKOS_FORCEINLINE_FUNCTION void step(const Rows& a, std::int64_t at, const Weights& w) {
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            const Vector<Word> word(a.at(i, at));
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) sums[i][j] = Dot::step(w[j], word, sums[i][j]);
        }
    }

    /// `steps` words along k, the weights a dense panel: `columns` words for each step. Weights `ahead` bytes
    /// further on are prefetched when that is not 0.
    template <bool prefetches = false, typename Rows>
    KOKKOS_FORCEINLINE_FUNCTION void accumulate(const Rows& a, const Weight* w, std::int64_t steps,
                                                [[maybe_unused]] std::int64_t ahead = 0) {
        for (std::int64_t l = 0; l < steps; ++l) {
            Weights weights;
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) {
                const Weight* from = w + (l * NR + j) * width;
                if constexpr (prefetches) prefetch(reinterpret_cast<const char*>(from) + ahead);
                weights[j] = Dot::weights(from);
            }
            step(a, l, weights);
        }
    }

    /// Sums of an earlier part of k from `partial`, which is m × row_length.
    KOKKOS_FORCEINLINE_FUNCTION void resume(const Sum* partial, std::int64_t row_length, int valid_rows,
                                            int valid_columns) {
        clear();
        if (valid_columns == columns) {
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) if (i < valid_rows)
                RIDGE_UNROLL for (int j = 0; j < NR; ++j) sums[i][j] =
                    load(partial + i * row_length + j * width);
            return;
        }
        Sum padded[static_cast<std::size_t>(columns)] = {};
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            for (int j = 0; j < valid_columns && i < valid_rows; ++j) padded[j] = partial[i * row_length + j];
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) sums[i][j] = load(padded + j * width);
        }
    }

    /// The first `valid_rows` × `valid_columns` sums to row `row`, column `column` of C.
    KOKKOS_FORCEINLINE_FUNCTION void store(const Result& c, std::int64_t row, std::int64_t column,
                                           int valid_rows, int valid_columns) const {
        const std::int64_t origin = row * c.row_length + column;
        if (c.finishes)
            store_finished(c, row, column, valid_rows, valid_columns);
        else if (c.format == Output::bf16)
            store_rounded(static_cast<std::uint16_t*>(c.data) + origin, c.row_length, valid_rows,
                          valid_columns);
        else
            store_sums(static_cast<Sum*>(c.data) + origin, c.row_length, valid_rows, valid_columns);
    }

    KOKKOS_FORCEINLINE_FUNCTION void store_sums(Sum* c, std::int64_t row_length, int valid_rows,
                                                int valid_columns) const {
        if (valid_columns == columns) {
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) if (i < valid_rows)
                RIDGE_UNROLL for (int j = 0; j < NR; ++j) simd::simd_unchecked_store(
                    sums[i][j], c + i * row_length + j * width, simd::simd_flag_default);
            return;
        }
        Sum padded[static_cast<std::size_t>(columns)];
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            spill_row(i, padded);
            for (int j = 0; j < valid_columns && i < valid_rows; ++j) c[i * row_length + j] = padded[j];
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void store_finished(const Result& c, std::int64_t row, std::int64_t column,
                                                    int valid_rows, int valid_columns) const {
        Sum padded[static_cast<std::size_t>(columns)];
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            spill_row(i, padded);
            if (i < valid_rows) finish_row(c, padded, row + i, column, valid_columns);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void store_rounded(std::uint16_t* c, std::int64_t row_length, int valid_rows,
                                                   int valid_columns) const {
        Sum padded[static_cast<std::size_t>(columns)];
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            spill_row(i, padded);
            for (int j = 0; j < valid_columns && i < valid_rows; ++j)
                c[i * row_length + j] = round_to_bf16(static_cast<float>(padded[j]));
        }
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION void spill_row(int i, Sum* out) const {
        RIDGE_UNROLL for (int j = 0; j < NR; ++j)
            simd::simd_unchecked_store(sums[i][j], out + j * width, simd::simd_flag_default);
    }
};

}  // namespace ridge::operators
