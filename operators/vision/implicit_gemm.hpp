// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <vector>

#include "operators/gemm/tile.hpp"
#include "operators/vision/filter_layout.hpp"

/// Convolutions as a GEMM whose rows of A, one for each output pixel, are never written to memory: the tile
/// reads the pixels under the rows of a filter where they lie. On a host a thread copies the rows of pixels
/// of a strip of output, with zeros around them, into its own cache and walks the strip tile by tile; images
/// that need neither zeros nor conversion are read as they are. On a GPU each thread computes one tile.
namespace ridge::operators {

/// Tunable parameters.
struct ImplicitGemmConfig {
    std::int64_t mc = 0;       ///< pixels of a strip
    std::int64_t kc = 0;       ///< elements of a filter that a block of weights covers
    bool by_features = false;  ///< the threads divide the features instead of the pixels

    [[nodiscard]] static ImplicitGemmConfig from(const KernelConfig& config);
};

/// Rows of pixels as words: of the images themselves, or a copy of some rows with what surrounds them.
struct PixelRows {
    std::int64_t rows_of_image = 0;               ///< of one image to the next
    std::int64_t row_step = 0;                    ///< rows from one output row to the next
    std::int64_t row_words = 0, pixel_words = 0;  ///< of a row; from one output pixel to the next
    std::int64_t rows = 0;                        ///< of a row of filters
};

template <typename T, typename Dot>
struct ConvolutionProblem {
    using Word = typename Dot::Word;
    using Sum = typename Dot::Sum;
    const T* x = nullptr;
    const typename Dot::Weight* w = nullptr;
    const Sum* first_sums = nullptr;
    Word* copies = nullptr;  ///< of each thread on a host, of all images on a GPU; null: x is read as it is
    Sum* partial = nullptr;  ///< of each thread, strip × features; null: y holds sums
    Sum* y = nullptr;        ///< null where y holds no sums
    Result result;
    std::int64_t height = 0, width = 0, channels = 0, padded_channels = 0;
    std::int64_t before = 0, kernel = 0, stride = 0;
    std::int64_t rows_out = 0, columns_out = 0, pixels = 0, features = 0;
    PixelRows view;
    std::int64_t run = 0, words = 0, block_words = 0, panels = 0;
    std::int64_t strip = 0, copy_words = 0;  ///< pixels of a strip; words of a thread's copy
    int pixel_parts = 1, panel_parts = 1;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t first_row(std::int64_t pixel) const {
        const std::int64_t row = pixel / columns_out;
        return row / rows_out * view.rows_of_image + row % rows_out * view.row_step;
    }
};

/// Copies rows of pixels, converted to the words that the tile takes.
template <typename T, typename Dot>
struct CopyPixels {
    using Word = typename Dot::Word;
    static constexpr bool converts = sizeof(typename Dot::Stored) != sizeof(Word);
    static constexpr std::int64_t slot = converts ? sizeof(Word) : sizeof(T);  ///< bytes of an element
    ConvolutionProblem<T, Dot> p;

    /// Row `row` of the copies, or of all images one after the other.
    KOKKOS_FUNCTION void copy_to(std::int64_t row, Word* to) const {
        std::memset(to, 0, static_cast<std::size_t>(p.view.row_words) * sizeof(Word));
        const std::int64_t image = row / p.view.rows_of_image;
        const std::int64_t from = source(row % p.view.rows_of_image);
        if (from >= 0 && from < p.height)
            copy_row(p.x + (image * p.height + from) * p.width * p.channels, reinterpret_cast<char*>(to));
        if constexpr (Dot::shifts_activations)
            for (std::int64_t i = 0; i < p.view.row_words; ++i) to[i] = Dot::activation(to[i]);
    }
    KOKKOS_FUNCTION void operator()(const std::int64_t row) const {
        copy_to(row, p.copies + row * p.view.row_words);
    }

  private:
    // Place in the image of a row or column of the copy, which leaves out what lies between windows.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t source(std::int64_t at) const {
        return (p.kernel >= p.stride ? at : at / p.kernel * p.stride + at % p.kernel) - p.before;
    }

    KOKKOS_FORCEINLINE_FUNCTION void copy_row(const T* row, char* to) const {
        const std::int64_t copied = (p.columns_out - 1) * Kokkos::min(p.kernel, p.stride) + p.kernel;
        if (p.kernel >= p.stride && p.padded_channels == p.channels)
            return copy(row, to + p.before * p.channels * slot,
                        Kokkos::min(p.width, copied - p.before) * p.channels);
        for (std::int64_t column = 0; column < copied; ++column) {
            const std::int64_t from = source(column);
            if (from >= 0 && from < p.width)
                copy(row + from * p.channels, to + column * p.padded_channels * slot, p.channels);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION static void copy(const T* from, char* to, std::int64_t count) {
        if constexpr (converts) {
            auto* words = reinterpret_cast<Word*>(to);
            for (std::int64_t i = 0; i < count; ++i) words[i] = Dot::activation(from[i]);
        } else {
            std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
        }
    }
};

/// Words under a row of the filter at each of MR output pixels.
template <typename Word, int MR>
struct WindowRows {
    const Word* rows[static_cast<std::size_t>(MR)];
    KOKKOS_FORCEINLINE_FUNCTION Word at(int row, std::int64_t step) const { return rows[row][step]; }
    KOKKOS_FORCEINLINE_FUNCTION WindowRows from(std::int64_t first) const {
        WindowRows out = *this;
        for (int i = 0; i < MR; ++i) out.rows[i] += first;
        return out;
    }
};

template <typename T, typename Dot, int MR, int NR>
struct ImplicitGemmLoops {
    using MicroTile = Tile<Dot, MR, NR>;
    using Word = typename Dot::Word;
    using Sum = typename Dot::Sum;
    ConvolutionProblem<T, Dot> p;

    /// The pixels of a tile from `pixel` on, in a view that begins with row `first_row`; pixels beyond the
    /// last one repeat it.
    KOKKOS_FUNCTION WindowRows<Word, MR> windows(const Word* view, std::int64_t first_row, std::int64_t pixel,
                                                 int valid) const {
        WindowRows<Word, MR> out;
        std::int64_t column = pixel % p.columns_out, row = pixel / p.columns_out % p.rows_out;
        std::int64_t line = p.first_row(pixel) - first_row;
        for (int i = 0; i < MR; ++i) {
            out.rows[i] = view + line * p.view.row_words + column * p.view.pixel_words;
            if (i + 1 >= valid || ++column < p.columns_out) continue;
            column = 0;
            line += p.view.row_step;
            if (++row < p.rows_out) continue;
            row = 0;
            line += p.view.rows_of_image - p.rows_out * p.view.row_step;
        }
        return out;
    }

    /// Words [begin, end) of the filter; `w` is the panel's part of them.
    KOKKOS_FORCEINLINE_FUNCTION void accumulate(MicroTile& tile, const WindowRows<Word, MR>& rows,
                                                const typename Dot::Weight* w, std::int64_t begin,
                                                std::int64_t end) const {
        for (std::int64_t word = begin; word < end;) {
            const std::int64_t row = word / p.run, in_row = word - row * p.run;
            const std::int64_t steps = Kokkos::min(p.run - in_row, end - word);
            tile.accumulate(rows.from(row * p.view.row_words + in_row), w, steps);
            w += steps * MicroTile::columns;
            word += steps;
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION const typename Dot::Weight* weights(std::int64_t word, std::int64_t panel,
                                                                    std::int64_t steps) const {
        return p.w + (word * p.panels + panel * steps) * MicroTile::columns;
    }
    KOKKOS_FORCEINLINE_FUNCTION int valid_pixels(std::int64_t pixel, std::int64_t end) const {
        return static_cast<int>(Kokkos::min<std::int64_t>(MR, end - pixel));
    }
    KOKKOS_FORCEINLINE_FUNCTION int valid_columns(std::int64_t panel) const {
        return static_cast<int>(
            Kokkos::min<std::int64_t>(MicroTile::columns, p.features - panel * MicroTile::columns));
    }

    /// One block of words for one panel and the tiles of pixels [begin, end).
    KOKKOS_FUNCTION void panel(const Word* view, Sum* sums, std::int64_t begin, std::int64_t end,
                               std::int64_t word, std::int64_t panel) const {
        const std::int64_t last = Kokkos::min(p.words, word + p.block_words);
        const std::int64_t column = panel * MicroTile::columns, row0 = p.first_row(begin);
        const std::int64_t view_row = p.copies != nullptr ? row0 : 0;
        const auto* w = weights(word, panel, last - word);
        for (std::int64_t pixel = begin; pixel < end; pixel += MR) {
            const int valid = valid_pixels(pixel, end), width = valid_columns(panel);
            Sum* partial = sums + (pixel - begin) * p.features + column;
            MicroTile tile;
            if (word == 0)
                tile.start_from(p.first_sums + column);
            else
                tile.resume(partial, p.features, valid, width);
            accumulate(tile, windows(view, view_row, pixel, valid), w, word, last);
            if (last == p.words)
                tile.store(p.result, pixel, column, valid, width);
            else
                tile.store_sums(partial, p.features, valid, width);
        }
    }

    /// The part of y of one thread of a host.
    KOKKOS_FUNCTION void operator()(const int part) const {
        const int pixel_part = part / p.panel_parts, panel_part = part % p.panel_parts;
        const std::int64_t strips = (p.pixels + p.strip - 1) / p.strip;
        const std::int64_t panel0 = p.panels * panel_part / p.panel_parts,
                           panel1 = p.panels * (panel_part + 1) / p.panel_parts;
        if (panel0 == panel1) return;
        for (std::int64_t strip = strips * pixel_part / p.pixel_parts;
             strip < strips * (pixel_part + 1) / p.pixel_parts; ++strip) {
            const std::int64_t begin = strip * p.strip, end = Kokkos::min(p.pixels, begin + p.strip);
            const Word* view = copied(begin, end, p.copies + part * p.copy_words);
            Sum* sums = p.y != nullptr ? p.y + begin * p.features : p.partial + part * p.strip * p.features;
            for (std::int64_t word = 0; word < p.words; word += p.block_words)
                for (std::int64_t j = panel0; j < panel1; ++j) panel(view, sums, begin, end, word, j);
        }
    }

    KOKKOS_FUNCTION const Word* copied(std::int64_t begin, std::int64_t end, Word* to) const {
        if (p.copies == nullptr) return reinterpret_cast<const Word*>(p.x);
        const std::int64_t first = p.first_row(begin), last = p.first_row(end - 1) + p.view.rows;
        const CopyPixels<T, Dot> copy{p};
        for (std::int64_t row = first; row < last; ++row)
            copy.copy_to(row, to + (row - first) * p.view.row_words);
        return to;
    }
};

/// For a GPU: a thread for each tile, along the whole filter.
template <typename T, typename Dot, int MR, int NR>
struct TileOfPixels {
    ImplicitGemmLoops<T, Dot, MR, NR> loops;
    std::int64_t tiles;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        using MicroTile = Tile<Dot, MR, NR>;
        const auto& p = loops.p;
        const std::int64_t pixel = task % tiles * MR, panel = task / tiles;
        const auto* view = p.copies != nullptr ? p.copies : reinterpret_cast<const typename Dot::Word*>(p.x);
        const int valid = loops.valid_pixels(pixel, p.pixels);
        const auto rows = loops.windows(view, 0, pixel, valid);
        MicroTile tile;
        tile.start_from(p.first_sums + panel * MicroTile::columns);
        for (std::int64_t word = 0; word < p.words; word += p.block_words) {
            const std::int64_t end = Kokkos::min(p.words, word + p.block_words);
            loops.accumulate(tile, rows, loops.weights(word, panel, end - word), word, end);
        }
        tile.store(p.result, pixel, panel * MicroTile::columns, valid, loops.valid_columns(panel));
    }
};

}  // namespace ridge::operators
