// SPDX-License-Identifier: Apache-2.0
#include "operators/formats/transpose_avx512.hpp"

#include <array>

#include "core/error.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {

#if defined(RIDGE_HAS_AVX512) && defined(__AVX512BW__) && defined(__AVX512VBMI__)
namespace {

template <typename Word>
inline constexpr int words_of_line = 64 / static_cast<int>(sizeof(Word));

// Positions of the words of two vectors a and b, taken as one, in the order a[f], b[f], a[f + 1], b[f + 1] …
template <typename Word>
struct alignas(64) Interleaving {
    Word position[static_cast<std::size_t>(words_of_line<Word>)];
    constexpr explicit Interleaving(int first) : position{} {
        for (int i = 0; i < words_of_line<Word>; ++i)
            position[i] = static_cast<Word>(first + i / 2 + (i % 2 == 0 ? 0 : words_of_line<Word>));
    }
    [[nodiscard]] __m512i of(__m512i a, __m512i b) const {
        const __m512i at = _mm512_load_si512(position);
        if constexpr (sizeof(Word) == 8) return _mm512_permutex2var_epi64(a, at, b);
        if constexpr (sizeof(Word) == 4) return _mm512_permutex2var_epi32(a, at, b);
        if constexpr (sizeof(Word) == 2) return _mm512_permutex2var_epi16(a, at, b);
        return _mm512_permutex2var_epi8(a, at, b);
    }
};

// Rows r and r + size / 2 interleaved become rows 2r and 2r + 1: that rotates the bits of (row, column) by
// one, and after log2(size) times rows and columns have changed places.
template <typename Word>
void interleave(const __m512i* from, __m512i* to) {
    constexpr int half = words_of_line<Word> / 2;
    static constexpr Interleaving<Word> low(0), high(half);
    for (int row = 0; row < half; ++row) {
        to[2 * row] = low.of(from[row], from[row + half]);
        to[2 * row + 1] = high.of(from[row], from[row + half]);
    }
}

template <typename Word>
struct TransposeStrip {
    static constexpr int size = words_of_line<Word>;
    const Word* x;
    Word* y;
    std::int64_t rows, n;
    bool past_caches;

    /// Strip number `strip` of `size` rows of the input.
    template <typename Team>
    void operator()(const std::int64_t strip, const Team&) const {
        const std::int64_t first = strip * size, height = Kokkos::min<std::int64_t>(size, rows - first);
        std::int64_t column = 0;
        if (height == size)
            for (; column + size <= n; column += size) square(first, column);
        for (; column < n; ++column)
            for (std::int64_t i = first; i < first + height; ++i) y[column * rows + i] = x[i * n + column];
    }

  private:
    void square(std::int64_t row, std::int64_t column) const {
        constexpr std::int64_t ahead = 4 * size;  // lines of each row
        constexpr auto lines = static_cast<std::size_t>(size);
        __m512i a[lines], b[lines];
        for (int i = 0; i < size; ++i) {
            const Word* from = x + (row + i) * n + column;
            prefetch(from + ahead);
            a[i] = _mm512_loadu_si512(from);
        }
        __m512i *now = a, *next = b;
        for (int step = 1; step < size; step *= 2) {
            interleave<Word>(now, next);
            std::swap(now, next);
        }
        const bool is_aligned =
            reinterpret_cast<std::uintptr_t>(y + column * rows + row) % 64 == 0 && rows % size == 0;
        for (int j = 0; j < size; ++j) {
            Word* to = y + (column + j) * rows + row;
            if (past_caches && is_aligned)
                _mm512_stream_si512(reinterpret_cast<__m512i*>(to), now[j]);
            else
                _mm512_storeu_si512(to, now[j]);
        }
    }
};

template <typename Word>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto rows = kernel.operands().call().dimension("rows");
    const TransposeStrip<Word> body{kernel.operands().input(0).data<Word>(), kernel.output(0).data<Word>(),
                                    rows, kernel.operands().call().dimension("n"), tuning.past_caches};
    constexpr std::int64_t size = words_of_line<Word>;
    kernel.set_launch([=] { for_each_row((rows + size - 1) / size, tuning, body); });
}

}  // namespace

bool has_transpose_avx512() { return true; }

std::unique_ptr<TensorKernel> transpose_avx512(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    switch (storage_bits(operands.call().operand("x").precision)) {
        case 64:
            set_launch<std::uint64_t>(*kernel, tuning);
            break;
        case 32:
            set_launch<std::uint32_t>(*kernel, tuning);
            break;
        case 16:
            set_launch<std::uint16_t>(*kernel, tuning);
            break;
        default:
            set_launch<std::uint8_t>(*kernel, tuning);
    }
    return kernel;
}
#else
bool has_transpose_avx512() { return false; }

std::unique_ptr<TensorKernel> transpose_avx512(const TensorOperands&, const KernelConfig&) {
    throw Error(ExitCode::failed, "internal: transpose by AVX-512 is not compiled into this program");
}
#endif

}  // namespace ridge::operators
