// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/packing.hpp"
#include "operators/gemm/tile.hpp"
#include "operators/gemm/variants.hpp"

/// GEMM with activations in a float format and quantised weights that stream past as they are stored.
namespace ridge::operators {

/// How quantised weights are packed: panels of `columns` features; a panel is cut into blocks along k (a
/// group of the format, or a stretch of a row with one scale). A block begins with its header, for each
/// feature an fp16 scale and then a byte with the zero point, where the format has them; its weights follow,
/// for every step along k one 32-bit word of each feature side by side. A word has four int8 or eight int4
/// values, as unsigned numbers above the lowest one: byte i of a word belongs to place i along k, its low
/// half (int4) too and its high half to place 4 + i. Padding is zero bits.
struct QuantisedLayout {
    std::int64_t columns = 0, panels = 0, matrices = 1;
    std::int64_t k = 0;               ///< padded to whole chunks
    std::int64_t block_elements = 0;  ///< along k; the last block may be shorter
    std::int64_t blocks = 0;
    std::int64_t per_word = 0;      ///< values in a word
    std::int64_t header_bytes = 0;  ///< a multiple of 64
    bool group_scales = false, zero_points = false;

    [[nodiscard]] static QuantisedLayout of(const GemmCall& call, std::int64_t columns);
    [[nodiscard]] std::int64_t panel_bytes() const {
        return blocks * header_bytes + k / per_word * columns * std::int64_t{sizeof(std::int32_t)};
    }
    [[nodiscard]] std::int64_t panels_of_matrix() const { return panels / matrices; }
};

/// Places along k that kernels take at once; groups are multiples of it.
inline constexpr std::int64_t chunk_elements = 16;

/// Number that is added to signed integers so that they become unsigned.
[[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION constexpr int unsigned_offset(std::int64_t per_word) {
    return per_word == 8 ? 8 : 128;
}

[[nodiscard]] Buffer pack_quantised(const GemmOperands& operands, const QuantisedLayout& layout);

/// What a kernel reads and writes.
struct QuantisedProblem {
    const std::byte* w = nullptr;
    Result c;
    MatrixRows rows = {};
    std::int64_t n = 0, k = 0, panels = 0;
    std::int64_t block_elements = 0, blocks = 0, panel_bytes = 0, header_bytes = 0, prefetch_bytes = 0;
    bool group_scales = false, zero_points = false;
};

/// Tiles with few rows, since weights are few bytes and soon used up.
inline constexpr RegisterTile quantised_tiles[] = {{1, 4}, {1, 2}, {2, 2}, {4, 2}};

/// A prepared kernel: Kernel has Activations (workspace that run() fills from A), and Task, which computes MR
/// rows of one panel.
template <typename Kernel>
class QuantisedGemm : public PreparedGemm {
    using Range =
        Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;

  public:
    QuantisedGemm(const GemmOperands& operands, std::int64_t prefetch_bytes)
        : PreparedGemm(operands),
          layout_(QuantisedLayout::of(operands.call(), Kernel::columns)),
          a_(upload_rows(operands.activations(), operands.activations().element_bytes())),
          w_(pack_quantised(operands, layout_)),
          activations_(call(), layout_) {
        problem_ = {.w = w_.as<std::byte>(),
                    .c = result(),
                    .rows = matrix_rows(Kernel::rows, layout_.panels),
                    .n = call().n,
                    .k = layout_.k,
                    .panels = layout_.panels,
                    .block_elements = layout_.block_elements,
                    .blocks = layout_.blocks,
                    .panel_bytes = layout_.panel_bytes(),
                    .header_bytes = layout_.header_bytes,
                    .prefetch_bytes = prefetch_bytes,
                    .group_scales = layout_.group_scales,
                    .zero_points = layout_.zero_points};
    }

    void run() override {
        activations_.fill(a_.as<void>(), call());
        Kokkos::parallel_for("gemm quantised", Range(0, problem_.rows.row_tiles * problem_.panels),
                             typename Kernel::Task{problem_, activations_.view()});
        DeviceSpace().fence("gemm quantised");
    }

    [[nodiscard]] std::int64_t workspace_bytes() const override { return activations_.bytes(); }
    std::vector<MemoryRegion> regions() override {
        std::vector<MemoryRegion> all = {a_.region(), w_.region()};
        activations_.add_regions(all);
        return with_result(std::move(all));
    }

  private:
    QuantisedLayout layout_;
    Buffer a_, w_;
    typename Kernel::Activations activations_;
    QuantisedProblem problem_;
};

/// The kernel of the config's register tile.
template <template <int MR, int NR> typename Kernel>
[[nodiscard]] std::unique_ptr<PreparedKernel> prepare_quantised_tile(const GemmOperands& operands,
                                                                     const KernelConfig& config) {
    return with_tile<quantised_tiles>(static_cast<int>(config.integer("mr")),
                                      static_cast<int>(config.integer("nr")),
                                      [&]<typename Index>(Index) -> std::unique_ptr<PreparedKernel> {
                                          constexpr auto tile = quantised_tiles[Index::value];
                                          return std::make_unique<QuantisedGemm<Kernel<tile.mr, tile.nr>>>(
                                              operands, config.integer("prefetch"));
                                      });
}

std::unique_ptr<PreparedKernel> prepare_quantised(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_fixed_point(const GemmOperands& operands, const KernelConfig& config);

}  // namespace ridge::operators
