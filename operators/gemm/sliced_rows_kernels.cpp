// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/sliced_rows.hpp"
#include "operators/gemm/tile.hpp"

namespace ridge::operators {
namespace {

/// A vector of features of one slice by MR rows of A: every step gathers the activations that its values
/// multiply.
template <typename T, int MR>
struct GatherTask {
    using Sum = SparseSum<T>;
    static constexpr std::int64_t parts = slice_features / lanes;
    SliceView<T> w;
    const Sum* a;  ///< m × k
    SparseResult<Sum> c;
    std::int64_t m, k, row_tiles, prefetch_bytes;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const std::int64_t row = task % row_tiles * MR, vector = task / row_tiles;
        const std::int64_t slice = vector / parts, lane = vector % parts * lanes;
        const Sum* rows[static_cast<std::size_t>(MR)];
        Vector<Sum> sums[static_cast<std::size_t>(MR)];
        for (int i = 0; i < MR; ++i) {
            rows[i] = a + Kokkos::min(row + i, m - 1) * k;
            sums[i] = Vector<Sum>(Sum(0));
        }
        const std::int64_t end = w.start[slice + 1] * slice_features + lane;
        for (std::int64_t at = w.start[slice] * slice_features + lane; at < end; at += slice_features) {
            prefetch(reinterpret_cast<const char*>(w.values + at) + prefetch_bytes);
            prefetch(reinterpret_cast<const char*>(w.columns + at) + prefetch_bytes);
            const auto values = load_weights(w.values + at);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) sums[i] =
                multiply_add(values, gather(rows[i], w.columns + at), sums[i]);
        }
        for (int i = 0; i < MR && row + i < m; ++i) write(row + i, slice * slice_features + lane, sums[i]);
    }

    KOKKOS_FORCEINLINE_FUNCTION void write(std::int64_t row, std::int64_t lane,
                                           const Vector<Sum>& sums) const {
        Sum values[static_cast<std::size_t>(lanes)];
        simd::simd_unchecked_store(sums, values, simd::simd_flag_default);
        for (int i = 0; i < lanes; ++i)
            if (w.feature[lane + i] >= 0) c.write(row, w.feature[lane + i], values[i]);
    }
};

/// One slice by a vector of rows of A, whose activations of a column stand side by side.
template <typename T>
struct BroadcastTask {
    using Sum = SparseSum<T>;
    static constexpr auto features = static_cast<std::size_t>(slice_features);
    SliceView<T> w;
    const Sum* a;  ///< [row tile][k][lanes]
    SparseResult<Sum> c;
    std::int64_t m, k, row_tiles, prefetch_bytes;

    KOKKOS_FUNCTION void operator()(const std::int64_t slice) const {
        for (std::int64_t tile = 0; tile < row_tiles; ++tile) {
            Vector<Sum> sums[features];
            accumulate(slice, a + tile * k * lanes, sums);
            for (std::size_t j = 0; j < features; ++j) {
                const auto feature = w.feature[slice * slice_features + static_cast<std::int64_t>(j)];
                if (feature >= 0) write(tile * lanes, feature, sums[j]);
            }
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void accumulate(std::int64_t slice, const Sum* columns,
                                                Vector<Sum>* sums) const {
        Vector<Sum> local[features];
        RIDGE_UNROLL for (std::size_t j = 0; j < features; ++j) local[j] = Vector<Sum>(Sum(0));
        for (std::int64_t step = w.start[slice]; step < w.start[slice + 1]; ++step) {
            const T* values = w.values + step * slice_features;
            const std::uint16_t* column = w.columns + step * slice_features;
            prefetch(reinterpret_cast<const char*>(values) + prefetch_bytes);
            prefetch(reinterpret_cast<const char*>(column) + prefetch_bytes);
            RIDGE_UNROLL for (std::size_t j = 0; j < features; ++j) local[j] = multiply_add(
                Vector<Sum>(widen(values[j])), load(columns + std::int64_t{column[j]} * lanes), local[j]);
        }
        RIDGE_UNROLL for (std::size_t j = 0; j < features; ++j) sums[j] = local[j];
    }

    KOKKOS_FORCEINLINE_FUNCTION void write(std::int64_t row, std::int64_t feature,
                                           const Vector<Sum>& sums) const {
        Sum values[static_cast<std::size_t>(lanes)];
        simd::simd_unchecked_store(sums, values, simd::simd_flag_default);
        for (int i = 0; i < lanes && row + i < m; ++i) c.write(row + i, feature, values[i]);
    }
};

template <typename T>
class SlicedGemm : public PreparedGemm {
    using Sum = SparseSum<T>;

  public:
    SlicedGemm(const GemmOperands& operands, const KernelConfig& config)
        : PreparedGemm(operands),
          w_(PackedSlices::pack(operands, DeviceSpace().concurrency())),
          a_(upload_activations(operands)),
          prefetch_bytes_(config.integer("prefetch")),
          broadcasts_(config.has("form") && config.word("form") == "broadcast") {
        a_row_ = words_of_row(call()) * 4 / static_cast<std::int64_t>(sizeof(T));
        if (broadcasts_ || !std::is_same_v<T, float>)
            wide_ = Buffer(
                static_cast<std::size_t>((broadcasts_ ? row_tiles(lanes) * lanes : call().m) * call().k) *
                sizeof(Sum));
    }

    void run() override {
        if (broadcasts_)
            run_broadcast();
        else
            run_gather();
        DeviceSpace().fence("gemm sliced rows");
    }

    [[nodiscard]] std::int64_t workspace_bytes() const override {
        return static_cast<std::int64_t>(wide_.bytes());
    }
    std::vector<MemoryRegion> regions() override {
        return {a_.region(),        w_.start.region(), w_.feature.region(), w_.columns.region(),
                w_.values.region(), output().region(), wide_.region()};
    }

  private:
    [[nodiscard]] std::int64_t row_tiles(std::int64_t height) const {
        return (call().m + height - 1) / height;
    }
    [[nodiscard]] SliceView<T> view() const {
        return {w_.start.as<std::int64_t>(), w_.feature.as<std::int32_t>(), w_.columns.as<std::uint16_t>(),
                w_.values.as<T>()};
    }
    [[nodiscard]] SparseResult<Sum> result() const {
        return {output().as<void>(), call().n, call().c.precision};
    }

    void run_broadcast() {
        const std::int64_t tiles = row_tiles(lanes);
        Kokkos::parallel_for(
            "gemm widen", SparseRange(0, tiles * call().k),
            WidenColumns<T>{a_.as<T>(), wide_.as<Sum>(), a_row_, call().m, call().k, std::int64_t{lanes}});
        Kokkos::parallel_for(
            "gemm sliced rows", SparseRange(0, w_.slices),
            BroadcastTask<T>{view(), wide_.as<Sum>(), result(), call().m, call().k, tiles, prefetch_bytes_});
    }

    void run_gather() {
        const Sum* a = wide_.bytes() > 0 ? wide_.as<Sum>() : a_.as<Sum>();
        if (wide_.bytes() > 0)
            Kokkos::parallel_for("gemm widen", SparseRange(0, call().m * call().k),
                                 WidenRows<T>{a_.as<T>(), wide_.as<Sum>(), a_row_, call().k, call().k});
        if (call().m == 1)
            launch<1>(a);
        else
            launch<4>(a);
    }

    template <int MR>
    void launch(const Sum* a) {
        const std::int64_t tiles = row_tiles(MR);
        Kokkos::parallel_for(
            "gemm sliced rows", SparseRange(0, w_.slices * GatherTask<T, MR>::parts * tiles),
            GatherTask<T, MR>{view(), a, result(), call().m, call().k, tiles, prefetch_bytes_});
    }

    PackedSlices w_;
    Buffer a_, wide_;
    std::int64_t a_row_ = 0, prefetch_bytes_;
    bool broadcasts_;
};

}  // namespace

std::unique_ptr<PreparedKernel> prepare_sliced_rows(const GemmOperands& operands,
                                                    const KernelConfig& config) {
    return with_weight(operands.call().w.precision, [&](auto zero) -> std::unique_ptr<PreparedKernel> {
        return std::make_unique<SlicedGemm<decltype(zero)>>(operands, config);
    });
}

}  // namespace ridge::operators
