// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ridge {

/// Structure of an operand's zeros. Text: "dense", "2:4", "block:16x16@0.125", "unstructured@0.1".
struct Sparsity {
    enum class Kind { dense, n_of_m, block, unstructured };

    Kind kind = Kind::dense;
    int kept = 1;             ///< n of N:M: non-zeros in each group along k
    int group = 1;            ///< m of N:M
    int block_rows = 1;       ///< block extent along n (output features)
    int block_cols = 1;       ///< block extent along k (input features)
    double kept_share = 1.0;  ///< share of blocks or elements that is not zero

    [[nodiscard]] static Sparsity dense() { return {}; }
    [[nodiscard]] static Sparsity n_of_m(int n, int m);
    [[nodiscard]] static Sparsity block(int rows, int cols, double kept_share);
    [[nodiscard]] static Sparsity unstructured(double kept_share);

    /// Throws InputError naming the text and the known forms.
    [[nodiscard]] static Sparsity parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool is_dense() const { return kind == Kind::dense; }
    /// Share of elements that is stored and multiplied, 1 for dense.
    [[nodiscard]] double density() const { return kept_share; }
    bool operator==(const Sparsity&) const = default;
};

/// "dense", "n_of_m", "block", "unstructured": what a kernel family says that it can run, and what a fit is
/// of.
[[nodiscard]] std::string_view name(Sparsity::Kind kind);
/// Throws InputError naming the known kinds.
[[nodiscard]] Sparsity::Kind parse_sparsity_kind(std::string_view text);

}  // namespace ridge
