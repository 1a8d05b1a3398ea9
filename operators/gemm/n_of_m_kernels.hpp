// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/n_of_m.hpp"

namespace ridge::operators {

/// A window of activations of one row of A: in a register where vectors have 16 lanes.
template <typename Sum>
struct ActivationWindow {
#if defined(RIDGE_HAS_AVX512)
    static constexpr bool in_register = lanes == window_columns;
    __m512i values;
#else
    static constexpr bool in_register = false;
#endif
    const Sum* from;

    KOKKOS_FORCEINLINE_FUNCTION explicit ActivationWindow(const Sum* window) : from(window) {
#if defined(RIDGE_HAS_AVX512)
        values = _mm512_loadu_si512(window);
#endif
    }
};

/// Places of a vector of features, unpacked once for all rows of A.
struct Places {
#if defined(RIDGE_HAS_AVX512)
    __m512i shifted;  // the lowest 4 bits of each lane
    KOKKOS_FORCEINLINE_FUNCTION explicit Places(std::uint64_t packed)
        : shifted(
              _mm512_srlv_epi32(_mm512_set1_epi64(static_cast<long long>(packed)),
                                _mm512_setr_epi32(0, 0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20, 24, 24, 28, 28))),
          word(packed) {}
#else
    KOKKOS_FORCEINLINE_FUNCTION explicit Places(std::uint64_t packed) : word(packed) {}
#endif
    std::uint64_t word;

    /// Activations that features [first, first + lanes) of the vector multiply.
    template <typename Sum>
    KOKKOS_FORCEINLINE_FUNCTION Vector<Sum> pick(const ActivationWindow<Sum>& window,
                                                 [[maybe_unused]] int first) const {
#if defined(RIDGE_HAS_AVX512)
        if constexpr (ActivationWindow<Sum>::in_register) {
            const __m512i picked = _mm512_permutexvar_epi32(shifted, window.values);
            if constexpr (std::is_same_v<Sum, float>)
                return Vector<Sum>(_mm512_castsi512_ps(picked));
            else
                return Vector<Sum>(picked);
        }
#endif
        Sum values[static_cast<std::size_t>(lanes)];
        for (int i = 0; i < lanes; ++i) values[i] = window.from[word >> place_shift(first + i) & 15U];
        return load(values);
    }
};

/// MR rows of A by one panel, of which a task takes a `lanes`-wide part of each vector.
template <typename T, int MR, int NV>
struct WindowTask {
    using Sum = SparseSum<T>;
    static constexpr std::int64_t parts = vector_features / lanes;
    const T* values;
    const std::uint64_t* places;
    const Sum* a;  ///< m × windows · 16
    SparseResult<Sum> c;
    std::int64_t m, n, windows, steps, row_tiles, prefetch_bytes;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const std::int64_t row = task % row_tiles * MR, part = task / row_tiles % parts,
                           panel = task / row_tiles / parts;
        const int first = static_cast<int>(part) * lanes;
        Vector<Sum> sums[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NV)];
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NV; ++j) sums[i][j] =
            Vector<Sum>(Sum(0));
        accumulate(sums, row, panel, first);
        for (int i = 0; i < MR && row + i < m; ++i)
            for (int j = 0; j < NV; ++j) {
                const std::int64_t column = (panel * NV + j) * vector_features + first;
                const auto count = static_cast<int>(Kokkos::min<std::int64_t>(lanes, n - column));
                c.write(row + i, column, sums[i][j], count);
            }
    }

    KOKKOS_FORCEINLINE_FUNCTION void accumulate(
        Vector<Sum> (&sums)[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NV)], std::int64_t row,
        std::int64_t panel, int first) const {
        const T* w = values + panel * windows * steps * NV * vector_features;
        const std::uint64_t* place = places + panel * windows * steps * NV;
        for (std::int64_t window = 0; window < windows; ++window) {
            const Sum* from[static_cast<std::size_t>(MR)];
            for (int i = 0; i < MR; ++i)
                from[i] = a + (Kokkos::min(row + i, m - 1) * windows + window) * window_columns;
            for (std::int64_t step = 0; step < steps; ++step, w += NV * vector_features, place += NV)
                one_step(sums, from, w, place, first);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void one_step(
        Vector<Sum> (&sums)[static_cast<std::size_t>(MR)][static_cast<std::size_t>(NV)],
        const Sum* const* from, const T* w, const std::uint64_t* place, int first) const {
        prefetch(reinterpret_cast<const char*>(place) + prefetch_bytes);
        RIDGE_UNROLL for (int j = 0; j < NV; ++j) {
            prefetch(reinterpret_cast<const char*>(w + j * vector_features) + prefetch_bytes);
            const auto weights = load_weights(w + j * vector_features + first);
            const Places where(place[j]);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) sums[i][j] =
                multiply_add(weights, where.pick(ActivationWindow<Sum>(from[i]), first), sums[i][j]);
        }
    }
};

template <typename T, int MR, int NV>
class WindowGemm : public PreparedGemm {
    using Sum = SparseSum<T>;

  public:
    WindowGemm(const GemmOperands& operands, const SkinnyConfig& config)
        : PreparedGemm(operands),
          w_(PackedWindows::pack(operands, NV)),
          a_(upload_activations(operands)),
          wide_(static_cast<std::size_t>(call().m * w_.windows * window_columns) * sizeof(Sum)),
          prefetch_bytes_(config.prefetch_bytes) {}

    void run() override {
        const std::int64_t row_length = w_.windows * window_columns, row_tiles = (call().m + MR - 1) / MR,
                           a_row = words_of_row(call()) * 4 / static_cast<std::int64_t>(sizeof(T));
        Kokkos::parallel_for("gemm widen", SparseRange(0, call().m * row_length),
                             WidenRows<T>{a_.as<T>(), wide_.template as<Sum>(), a_row, call().k, row_length});
        const WindowTask<T, MR, NV> task{w_.values.template as<T>(),
                                         w_.places.template as<std::uint64_t>(),
                                         wide_.template as<Sum>(),
                                         {output().template as<void>(), call().n, call().c.precision},
                                         call().m,
                                         call().n,
                                         w_.windows,
                                         w_.steps,
                                         row_tiles,
                                         prefetch_bytes_};
        Kokkos::parallel_for("gemm N:M", SparseRange(0, w_.panels * task.parts * row_tiles), task);
        DeviceSpace().fence("gemm N:M");
    }

    [[nodiscard]] std::int64_t workspace_bytes() const override {
        return static_cast<std::int64_t>(wide_.bytes());
    }
    std::vector<MemoryRegion> regions() override {
        return {a_.region(), w_.values.region(), w_.places.region(), wide_.region(), output().region()};
    }

  private:
    PackedWindows w_;
    Buffer a_, wide_;
    std::int64_t prefetch_bytes_;
};

template <typename T>
[[nodiscard]] std::unique_ptr<PreparedKernel> prepare_windows(const GemmOperands& operands,
                                                              const KernelConfig& values) {
    const auto config = SkinnyConfig::from(values);
    return with_tile<n_of_m_tiles>(
        config.mr, config.nr, [&]<typename Index>(Index) -> std::unique_ptr<PreparedKernel> {
            constexpr auto tile = n_of_m_tiles[Index::value];
            return std::make_unique<WindowGemm<T, tile.mr, tile.nr>>(operands, config);
        });
}

}  // namespace ridge::operators
