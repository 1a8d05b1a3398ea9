// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/prepared_gemm.hpp"

namespace ridge::operators {

/// How dense weights are packed: panels of `columns` output features of one matrix; in each, for every step
/// along k, one word (32 bits where nothing else is said) of each feature side by side. k is cut into blocks
/// of `block_words` steps, all panels of one block before the next. Features beyond n and elements beyond k
/// are zero.
struct PanelLayout {
    std::int64_t columns = 0;      ///< output features of a panel
    std::int64_t panels = 0;       ///< of all matrices
    std::int64_t words = 0;        ///< of a row of W: k values, rounded up to whole words
    std::int64_t block_words = 0;  ///< words of one block along k
    std::int64_t word_bytes = 4;
    std::int64_t matrices = 1;

    [[nodiscard]] static PanelLayout of(const GemmCall& call, std::int64_t columns,
                                        std::int64_t block_elements, std::int64_t word_bytes = 4);
    [[nodiscard]] std::int64_t panels_of_matrix() const { return panels / matrices; }
    [[nodiscard]] std::size_t bytes() const;
};

/// 32-bit words that a row of k values takes.
[[nodiscard]] std::int64_t words_of_row(const GemmCall& call);

[[nodiscard]] Buffer pack_weights(const GemmOperands& operands, const PanelLayout& layout);

/// A as it is, row-major, rows padded with zeros to whole words.
[[nodiscard]] Buffer upload_activations(const GemmOperands& operands);

/// Any operand likewise, rows padded to whole words of `word_bytes`.
[[nodiscard]] Buffer upload_rows(const RandomMatrix& matrix, std::int64_t word_bytes);

/// For kernels that read int8 activations shifted by +128 as unsigned: -128 · Σ_l W[j][l] of each feature,
/// padded with zeros to `features` of
/// each matrix.
[[nodiscard]] Buffer shift_compensation(const GemmOperands& operands, std::int64_t features);

}  // namespace ridge::operators
