// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/skinny.hpp"
#include "operators/gemm/variants.hpp"

namespace ridge::operators {

/// Rows and vectors of features of a register tile, and how far ahead of the kernel weights are prefetched.
struct SkinnyConfig {
    int mr = 0, nr = 0;
    std::int64_t prefetch_bytes = 0;

    [[nodiscard]] static SkinnyConfig from(const KernelConfig& config);
};

inline constexpr RegisterTile gemv_tiles[] = {{1, 2}, {1, 4}, {1, 8}, {2, 4}, {4, 4}, {8, 2}};

/// Of the formats that are only stored, and of fp64.
inline constexpr RegisterTile stored_gemv_tiles[] = {{1, 4}, {1, 8}, {4, 4}};

/// Dense panels, PanelLayout with one block along k.
template <typename Dot, int NR>
struct DenseWeights {
    using Weight = typename Dot::Weight;
    static constexpr std::int64_t columns = Tile<Dot, 1, NR>::columns;
    const Weight* data;
    std::int64_t words;
    std::int64_t prefetch_bytes;

    KOKKOS_FORCEINLINE_FUNCTION std::int64_t first_column(std::int64_t panel) const {
        return panel * columns;
    }
    KOKKOS_FORCEINLINE_FUNCTION int valid_columns(std::int64_t panel, std::int64_t n) const {
        return static_cast<int>(Kokkos::min(std::int64_t{columns}, n - panel * columns));
    }
    template <typename MicroTile, typename Rows>
    KOKKOS_FORCEINLINE_FUNCTION void accumulate(MicroTile& tile, const Rows& rows, std::int64_t panel) const {
        const Weight* w = data + panel * words * columns;
        if (prefetch_bytes > 0)
            tile.template accumulate<true>(rows, w, words, prefetch_bytes);
        else
            tile.accumulate(rows, w, words);
    }
};

template <typename Dot, int NR>
class DenseStorage {
  public:
    DenseStorage(const GemmOperands& operands, const SkinnyConfig& config)
        : layout_(PanelLayout::of(operands.call(), Tile<Dot, 1, NR>::columns, operands.call().k,
                                  sizeof(typename Dot::Weight))),
          w_(pack_weights(operands, layout_)),
          prefetch_bytes_(config.prefetch_bytes) {}

    [[nodiscard]] std::int64_t panels() const { return layout_.panels; }
    [[nodiscard]] std::vector<MemoryRegion> regions() const { return {w_.region()}; }
    [[nodiscard]] DenseWeights<Dot, NR> view() const {
        return {w_.as<typename Dot::Weight>(), layout_.words, prefetch_bytes_};
    }

  private:
    PanelLayout layout_;
    Buffer w_;
    std::int64_t prefetch_bytes_;
};

/// The kernel of the config's register tile.
template <typename Dot, template <typename, int> typename Storage, const auto& tiles>
[[nodiscard]] std::unique_ptr<PreparedKernel> prepare_skinny(const GemmOperands& operands,
                                                             const KernelConfig& values) {
    const auto config = SkinnyConfig::from(values);
    return with_tile<tiles>(
        config.mr, config.nr, [&]<typename Index>(Index) -> std::unique_ptr<PreparedKernel> {
            constexpr auto tile = tiles[Index::value];
            return std::make_unique<SkinnyGemm<Dot, Storage<Dot, tile.nr>, tile.mr, tile.nr>>(operands,
                                                                                              config);
        });
}

/// How far ahead weights are prefetched, in bytes; the pages of the hardware's own prefetcher end after 4096.
[[nodiscard]] TunableParameter prefetch_parameter();

std::unique_ptr<PreparedKernel> prepare_gemv_fp64(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_gemv_fp16(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_gemv_fp8_e4m3(const GemmOperands& operands,
                                                      const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_gemv_fp8_e5m2(const GemmOperands& operands,
                                                      const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_gemv_fp32(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_gemv_bf16(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_gemv_int8(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
