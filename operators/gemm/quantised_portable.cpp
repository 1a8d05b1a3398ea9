// SPDX-License-Identifier: Apache-2.0
// Quantised weights by portable code: each value is taken out of its word by two shifts, converted to fp32
// and multiplied with activations in fp32; a block's sum is multiplied with its scale.
#include "operators/gemm/quantised.hpp"

namespace ridge::operators {
namespace {

template <typename T>
struct WidenRows {
    const T* a;   // m × k
    float* wide;  // m × padded
    std::int64_t k, padded;
    KOKKOS_FUNCTION void operator()(const std::int64_t row) const {
        for (std::int64_t l = 0; l < k; ++l) wide[row * padded + l] = to_float(a[row * k + l]);
    }
};

// A in fp32, rows padded with zeros to whole chunks.
class WideActivations {
    using Range = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;

  public:
    WideActivations(const GemmCall& call, const QuantisedLayout& layout)
        : padded_(layout.k), wide_(static_cast<std::size_t>(call.m * layout.k) * sizeof(float)) {}

    void fill(const void* a, const GemmCall& call) const {
        if (call.a.precision == Precision::bf16)
            widen(static_cast<const Bf16*>(a), call);
        else
            widen(static_cast<const float*>(a), call);
    }
    [[nodiscard]] const float* view() const { return wide_.as<float>(); }
    [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(wide_.bytes()); }
    void add_regions(std::vector<MemoryRegion>& all) const { all.push_back(wide_.region()); }

  private:
    template <typename T>
    void widen(const T* a, const GemmCall& call) const {
        Kokkos::parallel_for("widen activations", Range(0, call.m),
                             WidenRows<T>{a, wide_.as<float>(), call.k, padded_});
    }

    std::int64_t padded_;
    Buffer wide_;
};

// Values of a word: where place `i` lies, as a left shift that brings it to the top.
template <int per_word>
struct WordPlaces {
    static constexpr int bits = 32 / per_word;
    KOKKOS_FORCEINLINE_FUNCTION static int shift(int place) {
        const int low = 8 * (place % 4) + (place < 4 ? 0 : bits);
        return 32 - bits - low;
    }
};

// Kokkos has no vectors of unsigned words on AVX2 and NEON; there the sign that a shift spreads is taken
// back.
template <typename T>
concept Shiftable = requires(Vector<T> words) {
    words >> 1;
};
using FieldWord = std::conditional_t<Shiftable<std::uint32_t>, std::uint32_t, std::int32_t>;

template <int bits>
KOKKOS_FORCEINLINE_FUNCTION Vector<float> unsigned_field(const Vector<FieldWord>& words, int left_shift) {
    const auto field = (words << left_shift) >> (32 - bits);
    if constexpr (std::is_signed_v<FieldWord>)
        return Vector<float>(field - ((field >> 31) << bits));
    else
        return Vector<float>(field);
}

template <int per_word, int MR, int NR>
struct QuantisedTask {
    using MicroTile = Tile<DotFp32, MR, NR>;
    using Places = WordPlaces<per_word>;
    using Vectors = Vector<float>[static_cast<std::size_t>(NR)];
    using Words = Vector<FieldWord>[static_cast<std::size_t>(NR)];
    QuantisedProblem p;
    const float* a;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const auto place = p.rows.place(task, MR);
        if (place.valid_rows <= 0) return;
        const std::int64_t row = place.row, column = place.panel * MicroTile::columns;
        const int valid_rows = static_cast<int>(place.valid_rows);
        const int valid_columns =
            static_cast<int>(Kokkos::min<std::int64_t>(MicroTile::columns, p.n - column));
        MicroTile tile;
        tile.clear();
        const std::byte* w = p.w + task / p.rows.row_tiles * p.panel_bytes;
        for (std::int64_t first = 0; first < p.k; first += p.block_elements) {
            const std::int64_t elements = Kokkos::min(p.block_elements, p.k - first);
            add_block(tile, PlainRows<DotFp32, MR>(a + row * p.k + first, p.k, valid_rows), w, elements);
            w += p.header_bytes + elements / per_word * MicroTile::columns * std::int64_t{sizeof(Word)};
        }
        tile.store(p.c.of_matrix(place.matrix), row, column, valid_rows, valid_columns);
    }

  private:
    using Word = FieldWord;

    KOKKOS_FORCEINLINE_FUNCTION void read_header(const std::byte* header, Vectors& scale,
                                                 Vectors& zero) const {
        RIDGE_UNROLL for (int j = 0; j < NR; ++j) {
            scale[j] = p.group_scales ? load_pack(reinterpret_cast<const Fp16*>(header) + j * lanes)
                                      : Vector<float>(1.0F);
            zero[j] = Vector<float>(static_cast<float>(unsigned_offset(per_word)));
            if (!p.zero_points) continue;
            float values[static_cast<std::size_t>(lanes)];
            for (int i = 0; i < lanes; ++i)
                values[i] = static_cast<float>(
                    static_cast<std::uint8_t>(header[2 * MicroTile::columns + j * lanes + i]));
            zero[j] = load(values);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_block(MicroTile& tile, const PlainRows<DotFp32, MR>& rows,
                                               const std::byte* block, std::int64_t elements) const {
        Vectors scale, zero;
        read_header(block, scale, zero);
        MicroTile sums;
        sums.clear();
        const auto* words = reinterpret_cast<const Word*>(block + p.header_bytes);
        for (std::int64_t l = 0; l < elements; l += per_word) {
            Words packed;
            RIDGE_UNROLL for (int j = 0; j < NR; ++j) {
                const Word* from = words + (l / per_word * NR + j) * lanes;
                prefetch(reinterpret_cast<const char*>(from) + p.prefetch_bytes);
                packed[j] = load(from);
            }
            RIDGE_UNROLL for (int place = 0; place < per_word; ++place) {
                Vectors values;
                RIDGE_UNROLL for (int j = 0; j < NR; ++j) values[j] =
                    unsigned_field<Places::bits>(packed[j], Places::shift(place)) - zero[j];
                sums.step(rows, l + place, values);
            }
        }
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NR; ++j) tile.sums[i][j] =
            Kokkos::fma(sums.sums[i][j], scale[j], tile.sums[i][j]);
    }
};

template <int per_word>
struct Portable {
    template <int MR, int NR>
    struct Kernel {
        static constexpr int rows = MR, columns = NR * lanes;
        using Activations = WideActivations;
        using Task = QuantisedTask<per_word, MR, NR>;
    };
};

}  // namespace

std::unique_ptr<PreparedKernel> prepare_quantised(const GemmOperands& operands, const KernelConfig& config) {
    if (operands.call().w.precision == Precision::int4)
        return prepare_quantised_tile<Portable<8>::Kernel>(operands, config);
    return prepare_quantised_tile<Portable<4>::Kernel>(operands, config);
}

}  // namespace ridge::operators
