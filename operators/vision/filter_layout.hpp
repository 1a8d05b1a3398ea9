// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/tensor_kernel.hpp"
#include "operators/vision/windows.hpp"

/// How a convolution's operands lie for the register tile. The pixels under a row of a filter follow each
/// other in memory, so a filter is `kernel` runs of `run` words; a word is what a step of the tile takes.
namespace ridge::operators {

struct FilterLayout {
    std::int64_t per_word = 1;     ///< elements of a word
    std::int64_t word_bytes = 4;   ///< of a word of weights
    std::int64_t channels = 0;     ///< of a pixel, with those that fill up the last word
    std::int64_t run = 0;          ///< words of a row of the filter
    std::int64_t words = 0;        ///< of the filter
    std::int64_t block_words = 0;  ///< of one block of words
    std::int64_t columns = 0;      ///< features of a panel
    std::int64_t panels = 0;

    /// `block_elements` is the wanted length of a block.
    [[nodiscard]] static FilterLayout of(const Convolution& shape, std::int64_t element_bytes,
                                         std::int64_t word_bytes, std::int64_t columns,
                                         std::int64_t block_elements);
    [[nodiscard]] std::int64_t steps_at(std::int64_t word) const {
        return std::min(block_words, words - word);
    }
};

/// Pixels that windows which do not touch each other (kernel < stride) leave out are not copied: windows are
/// `kernel` pixels apart then.
[[nodiscard]] inline std::int64_t copied_stride(const Windows& windows) {
    return std::min(windows.kernel, windows.stride);
}

enum ConvolutionInput : std::size_t { input_x, input_w, input_bias };

/// Panels of `columns` features; in each, for every word of the filter, that word of each feature side by
/// side. All panels of one block of words stand before the next block.
[[nodiscard]] Buffer pack_filters(const TensorOperands& operands, const Convolution& shape,
                                  const FilterLayout& layout);

/// What the sum of each feature begins with: the bias, and -128 times the sum of its weights where the kernel
/// reads activations shifted by 128.
[[nodiscard]] std::vector<double> first_sums(const TensorOperands& operands, const FilterLayout& layout,
                                             bool shifted);

}  // namespace ridge::operators
