// SPDX-License-Identifier: Apache-2.0
// 2:4 weights by AVX-512: an expand instruction puts the 32 kept bytes back to their places among 64, zeros
// between, and the vector of dense values goes into the same products as dense weights do. Each lane sums
// what its word of k gives, so a feature whose four values take several words has as many partial sums, added
// up at the end.
#include <type_traits>

#include "operators/gemm/dot_avx512.hpp"
#include "operators/gemm/two_of_four.hpp"

#if defined(RIDGE_HAS_AVX512_VNNI) && defined(RIDGE_HAS_AVX512_BF16) && defined(__AVX512VBMI2__)
namespace ridge::operators {
namespace {

// Sums of shifted activations may pass 2^31 on the way to a result that does not.
template <typename Sum>
Sum wrapping_sum(Sum left, Sum right) {
    if constexpr (std::is_integral_v<Sum>) {
        using Unsigned = std::make_unsigned_t<Sum>;
        return static_cast<Sum>(static_cast<Unsigned>(left) + static_cast<Unsigned>(right));
    } else {
        return left + right;
    }
}

struct ExpandFp32 {
    using Dot = DotFp32;
    using Mask = std::uint16_t;
    static constexpr int group_words = 4;
    static Vector<float> weights(Mask mask, const std::byte* kept) {
        return Vector<float>(_mm512_maskz_expand_ps(
            mask, _mm512_castps256_ps512(_mm256_loadu_ps(reinterpret_cast<const float*>(kept)))));
    }
    static Vector<float> activations(const float* group) {
        return Vector<float>(_mm512_broadcast_f32x4(_mm_loadu_ps(group)));
    }
};

__m512i load_kept(const std::byte* kept) {
    return _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(kept)));
}

struct ExpandBf16 {
    using Dot = DotBf16Avx512;
    using Mask = std::uint32_t;
    static constexpr int group_words = 2;
    static Vector<std::int32_t> weights(Mask mask, const std::byte* kept) {
        return Vector<std::int32_t>(_mm512_maskz_expand_epi16(mask, load_kept(kept)));
    }
    static Vector<std::int32_t> activations(const std::int32_t* group) {
        return Vector<std::int32_t>(_mm512_broadcastq_epi64(_mm_loadu_si64(group)));
    }
};

struct ExpandInt8 {
    using Dot = DotInt8Vnni;
    using Mask = std::uint64_t;
    static constexpr int group_words = 1;
    static Vector<std::int32_t> weights(Mask mask, const std::byte* kept) {
        return Vector<std::int32_t>(_mm512_maskz_expand_epi8(mask, load_kept(kept)));
    }
    static Vector<std::int32_t> activations(const std::int32_t* group) {
        return Vector<std::int32_t>(Dot::activation(*group));
    }
};

template <typename Expand, int MR, int NV>
struct ExpandTask {
    using Dot = typename Expand::Dot;
    using Word = typename Dot::Word;
    using Sum = typename Dot::Sum;
    static constexpr int features_per_vector = lanes / Expand::group_words;
    static constexpr int columns = NV * features_per_vector;

    SkinnyProblem<Dot> p;
    const std::byte* kept;
    const typename Expand::Mask* masks;
    std::int64_t groups, prefetch_bytes;

    void operator()(const std::int64_t task) const {
        const std::int64_t panel = task / p.row_tiles, row = task % p.row_tiles * MR;
        const int valid_rows = static_cast<int>(std::min<std::int64_t>(MR, p.m - row));
        Tile<Dot, MR, NV> tile;
        tile.clear();
        accumulate(tile, row, valid_rows, panel);
        for (int i = 0; i < valid_rows; ++i) finish_row(tile.sums[i], row + i, panel * columns);
    }

    void accumulate(Tile<Dot, MR, NV>& tile, std::int64_t row, int valid_rows, std::int64_t panel) const {
        const Word* a[static_cast<std::size_t>(MR)];
        for (int i = 0; i < MR; ++i) a[i] = p.a + (row + std::min(i, valid_rows - 1)) * p.words;
        const std::byte* values = kept + panel * groups * NV * kept_vector_bytes;
        const auto* mask = masks + panel * groups * NV;
        for (std::int64_t group = 0; group < groups; ++group, values += NV * kept_vector_bytes, mask += NV) {
            RIDGE_UNROLL for (int j = 0; j < NV; j += 2)
                prefetch(values + j * kept_vector_bytes + prefetch_bytes);
            typename Tile<Dot, MR, NV>::Weights weights;
            RIDGE_UNROLL for (int j = 0; j < NV; ++j) weights[j] =
                Expand::weights(mask[j], values + j * kept_vector_bytes);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
                const auto activations = Expand::activations(a[i] + group * Expand::group_words);
                RIDGE_UNROLL for (int j = 0; j < NV; ++j) tile.sums[i][j] =
                    Dot::step(weights[j], activations, tile.sums[i][j]);
            }
        }
    }

    void finish_row(const Vector<Sum>* sums, std::int64_t row, std::int64_t column) const {
        Sum partial[static_cast<std::size_t>(NV * lanes)];
        for (int j = 0; j < NV; ++j)
            simd::simd_unchecked_store(sums[j], partial + j * lanes, simd::simd_flag_default);
        for (int j = 0; j < columns && column + j < p.n; ++j) {
            Sum sum = Dot::shifts_activations ? p.compensation[column + j] : Sum(0);
            for (int part = 0; part < Expand::group_words; ++part)
                sum = wrapping_sum(sum, partial[j * Expand::group_words + part]);
            write(row * p.n + column + j, sum);
        }
    }

    void write(std::int64_t at, Sum sum) const {
        if (p.c.format == Output::bf16)
            static_cast<std::uint16_t*>(p.c.data)[at] = round_to_bf16(static_cast<float>(sum));
        else
            static_cast<Sum*>(p.c.data)[at] = sum;
    }
};

template <typename Expand, int MR, int NV>
class ExpandGemm : public PreparedGemm {
    using Dot = typename Expand::Dot;

  public:
    ExpandGemm(const GemmOperands& operands, const SkinnyConfig& config)
        : PreparedGemm(operands),
          w_(PackedTwoOfFour::pack(operands, NV)),
          a_(upload_activations(operands)),
          prefetch_bytes_(config.prefetch_bytes) {
        if (Dot::shifts_activations) compensation_ = shift_compensation(operands, call().n);
    }

    void run() override {
        const std::int64_t row_tiles = (call().m + MR - 1) / MR;
        const SkinnyProblem<Dot> problem{a_.as<typename Dot::Word>(),
                                         compensation_.as<typename Dot::Sum>(),
                                         {output().template as<void>(), call().n, output_format(call())},
                                         call().m,
                                         call().n,
                                         words_of_row(call()),
                                         row_tiles,
                                         w_.panels};
        const ExpandTask<Expand, MR, NV> task{problem, w_.kept.template as<std::byte>(),
                                              w_.masks.template as<typename Expand::Mask>(), w_.groups,
                                              prefetch_bytes_};
        using Range = Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>,
                                          Kokkos::IndexType<std::int64_t>>;
        Kokkos::parallel_for("gemm 2:4", Range(0, row_tiles * w_.panels), task);
        DeviceSpace().fence("gemm 2:4");
    }

    std::vector<MemoryRegion> regions() override {
        return {a_.region(), w_.kept.region(), w_.masks.region(), compensation_.region(), output().region()};
    }

  private:
    PackedTwoOfFour w_;
    Buffer a_, compensation_;
    std::int64_t prefetch_bytes_;
};

template <typename Expand>
std::unique_ptr<PreparedKernel> prepare_expand(const GemmOperands& operands, const SkinnyConfig& config) {
    return with_tile<two_of_four_tiles>(
        config.mr, config.nr, [&]<typename Index>(Index) -> std::unique_ptr<PreparedKernel> {
            constexpr auto tile = two_of_four_tiles[Index::value];
            return std::make_unique<ExpandGemm<Expand, tile.mr, tile.nr>>(operands, config);
        });
}

}  // namespace

std::unique_ptr<PreparedKernel> prepare_2of4_avx512(const GemmOperands& operands,
                                                    const KernelConfig& values) {
    const auto config = SkinnyConfig::from(values);
    switch (operands.call().w.precision) {
        case Precision::bf16:
            return prepare_expand<ExpandBf16>(operands, config);
        case Precision::int8:
            return prepare_expand<ExpandInt8>(operands, config);
        default:
            return prepare_expand<ExpandFp32>(operands, config);
    }
}

}  // namespace ridge::operators
#endif
