// SPDX-License-Identifier: Apache-2.0
// Quantised weights by AVX-512 VNNI. The instruction multiplies unsigned bytes, which the packed weights are,
// with signed ones. Activations become fixed-point numbers of signed digits to base 256, with one power of
// two as the unit of a block along k: the largest magnitude of the block takes at least 22 of the 23 bits of
// three digits, 30 of the 31 of four. bf16 activations, which have 8 bits, are exact with three digits down
// to 2^-14 of it and fp32, which has 24, with four down to 2^-6; a smaller one misses by at most 2^-23 (bf16)
// or 2^-31 (fp32) of the largest, no more than what rounding a sum of that size to fp32 does. Sums of digits
// times weights are exact integers, and so is taking away what the weights' offset adds.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/quantised.hpp"

#if defined(RIDGE_HAS_AVX512_VNNI)
namespace ridge::operators {
namespace {

constexpr std::int64_t chunk_words = chunk_elements / 4;  // 32-bit words of one digit

template <typename Activation>
inline constexpr int digits_of = std::is_same_v<Activation, float> ? 4 : 3;

// The largest number: every digit 127. In fp32 it is rounded down to one that int32 holds.
template <int digits>
inline constexpr float largest_number = digits == 4 ? 2139062016.0F : 8355711.0F;

// A block of a row of A: [chunk][digit][word].
struct DigitView {
    const std::int32_t* words;
    const float* unit;         ///< [row][block]
    const std::int32_t* sums;  ///< [row][block][digit]
    std::int64_t row_words;
};

// 16 digits to the first of a chunk's words of this digit; gives their sum.
inline std::int32_t store_digit(__m512i digit, std::int32_t* out) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi32_epi8(digit));
    return _mm512_reduce_add_epi32(digit);
}

inline __m512i low_digit(__m512i value) { return _mm512_srai_epi32(_mm512_slli_epi32(value, 24), 24); }

template <typename T>
struct ToFixedPoint {
    static constexpr int digits = digits_of<T>;
    const T* a;  // m × k
    std::int32_t* words;
    float* unit;
    std::int32_t* sums;
    std::int64_t k, padded, block_elements, blocks;

    __m512 read(std::int64_t row, std::int64_t l) const {
        const auto count = static_cast<int>(std::min<std::int64_t>(chunk_elements, k - l));
        const T* from = a + row * k + l;
        return static_cast<__m512>(count == chunk_elements ? load_pack(from) : load_part(from, count));
    }

    void operator()(const std::int64_t task) const {
        const std::int64_t row = task / blocks, first = task % blocks * block_elements;
        const std::int64_t end = std::min(first + block_elements, padded);
        __m512 largest = _mm512_setzero_ps();
        for (std::int64_t l = first; l < end; l += chunk_elements)
            largest = _mm512_max_ps(largest, _mm512_abs_ps(read(row, l)));
        int power = 0;
        std::frexp(_mm512_reduce_max_ps(largest) / largest_number<digits>,
                   &power);             // the fraction is at most 1
        power = std::max(power, -100);  // keeps 2^-power finite
        unit[task] = std::ldexp(1.0F, power);
        const __m512 per_unit = _mm512_set1_ps(std::ldexp(1.0F, -power));
        std::int32_t* sum = sums + task * digits;
        for (int d = 0; d < digits; ++d) sum[d] = 0;
        std::int32_t* out = words + row * padded / 4 * digits + first / 4 * digits;
        for (std::int64_t l = first; l < end; l += chunk_elements, out += digits * chunk_words) {
            __m512i value = _mm512_cvtps_epi32(_mm512_mul_ps(read(row, l), per_unit));
            for (int d = 0; d < digits; ++d) {
                const __m512i digit = low_digit(value);
                sum[d] += store_digit(digit, out + d * chunk_words);
                value = _mm512_srai_epi32(_mm512_sub_epi32(value, digit), 8);
            }
        }
    }
};

template <typename T>
class Digits {
    static constexpr int digits = digits_of<T>;
    using Range = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;

  public:
    Digits(const GemmCall& call, const QuantisedLayout& layout)
        : layout_(layout),
          words_(static_cast<std::size_t>(call.m * layout.k * digits)),
          unit_(static_cast<std::size_t>(call.m * layout.blocks) * sizeof(float)),
          sums_(static_cast<std::size_t>(call.m * layout.blocks * digits) * sizeof(std::int32_t)) {}

    void fill(const void* a, const GemmCall& call) const {
        Kokkos::parallel_for("activations to fixed point", Range(0, call.m * layout_.blocks),
                             ToFixedPoint<T>{static_cast<const T*>(a), words_.as<std::int32_t>(),
                                             unit_.as<float>(), sums_.as<std::int32_t>(), call.k, layout_.k,
                                             layout_.block_elements, layout_.blocks});
    }
    [[nodiscard]] DigitView view() const {
        return {words_.as<std::int32_t>(), unit_.as<float>(), sums_.as<std::int32_t>(),
                layout_.k / 4 * digits};
    }
    [[nodiscard]] std::int64_t bytes() const {
        return static_cast<std::int64_t>(words_.bytes() + unit_.bytes() + sums_.bytes());
    }
    void add_regions(std::vector<MemoryRegion>& all) const {
        all.insert(all.end(), {words_.region(), unit_.region(), sums_.region()});
    }

  private:
    QuantisedLayout layout_;
    Buffer words_, unit_, sums_;
};

template <int digits, int per_word, int MR, int NR>
struct FixedPointTask {
    using MicroTile = Tile<DotFp32, MR, NR>;
    // Sums of one block, a vector for each digit.
    using Sums =
        __m512i[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NR)][static_cast<std::size_t>(digits)];
    static constexpr std::int64_t chunk_bytes = chunk_elements / per_word * NR * 64;
    QuantisedProblem p;
    DigitView a;

    void operator()(const std::int64_t task) const {
        const auto place = p.rows.place(task, MR);
        if (place.valid_rows <= 0) return;
        const std::int64_t row = place.row, column = place.panel * MicroTile::columns;
        const int valid_rows = static_cast<int>(place.valid_rows);
        const int valid_columns = static_cast<int>(std::min<std::int64_t>(MicroTile::columns, p.n - column));
        std::int64_t rows[static_cast<std::size_t>(MR)];
        for (int i = 0; i < MR; ++i) rows[i] = row + std::min(i, valid_rows - 1);
        MicroTile tile;
        tile.clear();
        const std::byte* w = p.w + task / p.rows.row_tiles * p.panel_bytes;
        for (std::int64_t block = 0; block < p.blocks; ++block) {
            const std::int64_t first = block * p.block_elements;
            const std::int64_t chunks = std::min(p.block_elements, p.k - first) / chunk_elements;
            add_block(tile, rows, block, w, chunks);
            w += p.header_bytes + chunks * chunk_bytes;
        }
        tile.store(p.c.of_matrix(place.matrix), row, column, valid_rows, valid_columns);
    }

  private:
    void add_block(MicroTile& tile, const std::int64_t (&rows)[static_cast<std::size_t>(MR)],
                   std::int64_t block, const std::byte* w, std::int64_t chunks) const {
        Sums sums;
        const std::int32_t* activations[static_cast<std::size_t>(MR)];
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) activations[i] =
            a.words + rows[i] * a.row_words + block * p.block_elements / 4 * digits;
        start_from_offsets(sums, rows, block, w);
        const std::byte* from = w + p.header_bytes;
        for (std::int64_t chunk = 0; chunk < chunks; ++chunk, from += chunk_bytes) {
            add_chunk(sums, activations, from);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) activations[i] += digits * chunk_words;
        }
        RIDGE_UNROLL for (int j = 0; j < NR; ++j) {
            const auto scale = scale_of(w, j);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
                const auto factor = _mm512_mul_ps(scale, _mm512_set1_ps(a.unit[rows[i] * p.blocks + block]));
                tile.sums[i][j] = Vector<float>(
                    _mm512_fmadd_ps(whole(sums[i][j]), factor, static_cast<__m512>(tile.sums[i][j])));
            }
        }
    }

    // What the offset of the weights adds is taken away before it is there.
    void start_from_offsets(Sums& sums, const std::int64_t (&rows)[static_cast<std::size_t>(MR)],
                            std::int64_t block, const std::byte* w) const {
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            const std::int32_t* of_digit = a.sums + (rows[i] * p.blocks + block) * digits;
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) RIDGE_UNROLL for (int d = 0; d < digits; ++d) {
                // The multiplication of vectors is slow; most formats have one offset for all features.
                sums[i][j][d] = p.zero_points
                                    ? _mm512_mullo_epi32(zero_of(w, j), _mm512_set1_epi32(-of_digit[d]))
                                    : _mm512_set1_epi32(-unsigned_offset(per_word) * of_digit[d]);
            }
        }
    }

    static void multiply(Sums& sums, const std::int32_t* const (&activations)[static_cast<std::size_t>(MR)],
                         int word, const __m512i (&weights)[static_cast<std::size_t>(NR)]) {
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int d = 0; d < digits; ++d) {
            const __m512i activation = _mm512_set1_epi32(activations[i][d * chunk_words + word]);
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) sums[i][j][d] =
                _mm512_dpbusd_epi32(sums[i][j][d], weights[j], activation);
        }
    }

    void add_chunk(Sums& sums, const std::int32_t* const (&activations)[static_cast<std::size_t>(MR)],
                   const std::byte* from) const {
        constexpr int places = per_word / 4;  // words along k of A for one of W
        RIDGE_UNROLL for (int word = 0; word < chunk_words / places; ++word) {
            __m512i packed[static_cast<std::size_t>(NR)], weights[static_cast<std::size_t>(NR)];
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) {
                const std::byte* at = from + (word * NR + j) * 64;
                // Into the second level: the first has too few outstanding misses for memory's latency.
                _mm_prefetch(reinterpret_cast<const char*>(at + p.prefetch_bytes), _MM_HINT_T1);
                packed[j] = _mm512_loadu_si512(at);
            }
            if constexpr (places == 1) {
                multiply(sums, activations, word, packed);
            } else {
                const __m512i low = _mm512_set1_epi8(15);
                RIDGE_UNROLL for (int j = 0; j < NR; ++j) weights[j] = _mm512_and_si512(packed[j], low);
                multiply(sums, activations, 2 * word, weights);
                RIDGE_UNROLL for (int j = 0; j < NR; ++j) weights[j] =
                    _mm512_and_si512(_mm512_srli_epi32(packed[j], 4), low);
                multiply(sums, activations, 2 * word + 1, weights);
            }
        }
    }

    __m512 scale_of(const std::byte* header, int j) const {
        if (!p.group_scales) return _mm512_set1_ps(1.0F);
        return static_cast<__m512>(load_pack(reinterpret_cast<const Fp16*>(header) + j * lanes));
    }
    static __m512i zero_of(const std::byte* header, int j) {
        return _mm512_cvtepu8_epi32(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(header + 2 * MicroTile::columns + j * lanes)));
    }
    static __m512 whole(const __m512i (&sums)[static_cast<std::size_t>(digits)]) {
        __m512 value = _mm512_setzero_ps();
        RIDGE_UNROLL for (int d = digits - 1; d >= 0; --d) value =
            _mm512_fmadd_ps(value, _mm512_set1_ps(256.0F), _mm512_cvtepi32_ps(sums[d]));
        return value;
    }
};

template <typename Activation, int per_word>
struct FixedPoint {
    template <int MR, int NR>
    struct Kernel {
        static constexpr int rows = MR, columns = NR * lanes;
        using Activations = Digits<Activation>;
        using Task = FixedPointTask<digits_of<Activation>, per_word, MR, NR>;
    };
};

template <typename Activation>
std::unique_ptr<PreparedKernel> prepare_activations(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    if (operands.call().w.precision == Precision::int4)
        return prepare_quantised_tile<FixedPoint<Activation, 8>::template Kernel>(operands, config);
    return prepare_quantised_tile<FixedPoint<Activation, 4>::template Kernel>(operands, config);
}

}  // namespace

std::unique_ptr<PreparedKernel> prepare_fixed_point(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    return operands.call().a.precision == Precision::fp32 ? prepare_activations<float>(operands, config)
                                                          : prepare_activations<Bf16>(operands, config);
}

}  // namespace ridge::operators
#endif
