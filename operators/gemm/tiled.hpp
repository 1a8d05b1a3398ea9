// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/packing.hpp"
#include "operators/gemm/variants.hpp"

/// The cache-blocked GEMM (Goto and van de Geijn 2008) with weights packed beforehand: A is packed into
/// panels by each run, then each thread walks its part of C block by block. On a GPU each thread computes one
/// register tile.
namespace ridge::operators {

/// Tunable parameters of the tiled kernels.
struct TiledConfig {
    int mr = 0, nr = 0;           ///< register tile: rows, vectors of features
    std::int64_t mc = 0, nc = 0;  ///< block of C in rows and features
    std::int64_t kc = 0;          ///< block along k in elements
    bool weights_inner =
        false;  ///< order=a: a tile of A stays while weights pass by; order=w: the other way round
    std::string partition;  ///< "m", "n" or "mn": which side of C the threads divide

    [[nodiscard]] static TiledConfig from(const KernelConfig& config);
};

/// Tiles that are compiled: 16 to 28 of the 32 vector registers of AVX-512 for sums, the rest for operands.
inline constexpr RegisterTile register_tiles[] = {{8, 3}, {14, 2}, {12, 2}, {8, 2}, {6, 4}, {6, 3}, {4, 4}};

/// Tiles of the formats that are only stored, and of fp64.
inline constexpr RegisterTile stored_tiles[] = {{14, 2}, {8, 3}, {4, 4}};

/// Everything that the tiled loops need to know, in words and tiles.
template <typename Dot>
struct TiledProblem {
    using Word = typename Dot::Word;
    using Sum = typename Dot::Sum;
    const typename Dot::Stored* a = nullptr;  ///< m × words, row-major
    Word* packed_a = nullptr;                 ///< [block along k][row tile][step][mr]
    const typename Dot::Weight* w = nullptr;  ///< PanelLayout
    const Sum* compensation = nullptr;
    Sum* partial = nullptr;  ///< m × n sums between blocks along k; C itself where it holds sums
    Result c;
    const RowTile* tiles = nullptr;             ///< every tile of rows, matrix by matrix
    const std::int64_t* tile_starts = nullptr;  ///< first tile of each matrix, and one past the last
    std::int64_t matrices = 1, matrix_panels = 0;
    std::int64_t n = 0, words = 0, block_words = 0, row_tiles = 0, panels = 0;
    std::int64_t block_row_tiles = 0, block_panels = 0;
    int row_parts = 1, panel_parts = 1;
    bool weights_inner = false;
};

template <typename Dot, int MR>
struct PackActivations {
    TiledProblem<Dot> p;

    KOKKOS_FUNCTION void operator()(const std::int64_t row_tile) const {
        const auto tile = p.tiles[row_tile];
        for (std::int64_t word = 0; word < p.words; word += p.block_words) {
            const std::int64_t steps = Kokkos::min(p.block_words, p.words - word);
            auto* out = p.packed_a + (word * p.row_tiles + row_tile * steps) * MR;
            for (int i = 0; i < MR; ++i) {
                const std::int64_t row = tile.row + Kokkos::min<std::int64_t>(i, tile.valid_rows - 1);
                for (std::int64_t l = 0; l < steps; ++l)
                    out[l * MR + i] = Dot::activation(p.a[row * p.words + word + l]);
            }
        }
    }
};

template <typename Dot, int MR, int NR>
struct TiledLoops {
    using MicroTile = Tile<Dot, MR, NR>;
    using Rows = PanelRows<typename Dot::Word, MR>;
    TiledProblem<Dot> p;

    KOKKOS_FORCEINLINE_FUNCTION std::int64_t steps_at(std::int64_t word) const {
        return Kokkos::min(p.block_words, p.words - word);
    }
    KOKKOS_FORCEINLINE_FUNCTION Rows rows(std::int64_t word, std::int64_t row_tile) const {
        return {p.packed_a + (word * p.row_tiles + row_tile * steps_at(word)) * MR};
    }
    KOKKOS_FORCEINLINE_FUNCTION const typename Dot::Weight* weights(std::int64_t word,
                                                                    std::int64_t panel) const {
        return p.w + (word * p.panels + panel * steps_at(word)) * MicroTile::columns;
    }
    KOKKOS_FORCEINLINE_FUNCTION void begin(MicroTile& tile, std::int64_t panel) const {
        if constexpr (Dot::shifts_activations)
            tile.start_from(p.compensation + panel * MicroTile::columns);
        else
            tile.clear();
    }

    /// One register tile over one block along k.
    KOKKOS_FUNCTION void block_tile(std::int64_t word, std::int64_t row_tile, std::int64_t panel) const {
        const auto rows_of_tile = p.tiles[row_tile];
        const std::int64_t row = rows_of_tile.row, column = panel % p.matrix_panels * MicroTile::columns;
        const int valid_rows = static_cast<int>(rows_of_tile.valid_rows);
        const int valid_columns =
            static_cast<int>(Kokkos::min<std::int64_t>(MicroTile::columns, p.n - column));
        MicroTile tile;
        if (word == 0)
            begin(tile, panel);
        else
            tile.resume(p.partial + row * p.n + column, p.n, valid_rows, valid_columns);
        tile.accumulate(rows(word, row_tile), weights(word, panel), steps_at(word));
        if (word + p.block_words >= p.words)
            tile.store(p.c.of_matrix(rows_of_tile.matrix), row, column, valid_rows, valid_columns);
        else
            tile.store_sums(p.partial + row * p.n + column, p.n, valid_rows, valid_columns);
    }

    KOKKOS_FUNCTION void block(std::int64_t word, std::int64_t row0, std::int64_t row1, std::int64_t panel0,
                               std::int64_t panel1) const {
        if (p.weights_inner) {
            for (std::int64_t i = row0; i < row1; ++i)
                for (std::int64_t j = panel0; j < panel1; ++j) block_tile(word, i, j);
        } else {
            for (std::int64_t j = panel0; j < panel1; ++j)
                for (std::int64_t i = row0; i < row1; ++i) block_tile(word, i, j);
        }
    }

    /// The part of C of one thread.
    KOKKOS_FUNCTION void operator()(const int part) const {
        for (std::int64_t matrix = 0; matrix < p.matrices; ++matrix)
            part_of_matrix(matrix, part / p.panel_parts, part % p.panel_parts);
    }

    KOKKOS_FUNCTION void part_of_matrix(std::int64_t matrix, int row_part, int panel_part) const {
        const std::int64_t first_row = p.tile_starts[matrix], first_panel = matrix * p.matrix_panels;
        const std::int64_t row_tiles = p.tile_starts[matrix + 1] - first_row;
        const std::int64_t row_end = first_row + row_tiles * (row_part + 1) / p.row_parts;
        const std::int64_t panel_end = first_panel + p.matrix_panels * (panel_part + 1) / p.panel_parts;
        for (std::int64_t j = first_panel + p.matrix_panels * panel_part / p.panel_parts; j < panel_end;
             j += p.block_panels)
            for (std::int64_t word = 0; word < p.words; word += p.block_words)
                for (std::int64_t i = first_row + row_tiles * row_part / p.row_parts; i < row_end;
                     i += p.block_row_tiles)
                    block(word, i, Kokkos::min(i + p.block_row_tiles, row_end), j,
                          Kokkos::min(j + p.block_panels, panel_end));
    }
};

/// For a GPU: a thread for each register tile, along all of k.
template <typename Dot, int MR, int NR>
struct TilePerThread {
    TiledLoops<Dot, MR, NR> loops;

    KOKKOS_FUNCTION void operator()(const std::int64_t task) const {
        const auto& p = loops.p;
        const std::int64_t row_tile = task % p.row_tiles;
        const std::int64_t panel = p.tiles[row_tile].matrix * p.matrix_panels + task / p.row_tiles;
        for (std::int64_t word = 0; word < p.words; word += p.block_words)
            loops.block_tile(word, row_tile, panel);
    }
};

/// Threads along rows and panels for a partition.
struct ThreadGrid {
    int rows = 1, panels = 1;
};
[[nodiscard]] ThreadGrid thread_grid(const std::string& partition, int threads);

/// The tiles of `mr` rows of each matrix, and where those of each begin.
struct TileTable {
    std::vector<RowTile> tiles;
    std::vector<std::int64_t> starts;
    [[nodiscard]] static TileTable of(std::span<const std::int64_t> row_starts, std::int64_t mr);
};

template <typename Dot, int MR, int NR>
class TiledGemm : public PreparedGemm {
    using Word = typename Dot::Word;
    using Stored = typename Dot::Stored;
    using Weight = typename Dot::Weight;
    using Sum = typename Dot::Sum;
    using Loops = TiledLoops<Dot, MR, NR>;
    using Range = Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;

  public:
    TiledGemm(const GemmOperands& operands, const TiledConfig& config)
        : PreparedGemm(operands),
          layout_(PanelLayout::of(operands.call(), Loops::MicroTile::columns, config.kc, sizeof(Weight))) {
        const auto tiles = TileTable::of(operands.row_starts(), MR);
        const auto row_tiles = static_cast<std::int64_t>(tiles.tiles.size());
        tiles_ = Buffer(tiles.tiles.size() * sizeof(RowTile));
        tiles_.upload(tiles.tiles.data());
        tile_starts_ = Buffer(tiles.starts.size() * sizeof(std::int64_t));
        tile_starts_.upload(tiles.starts.data());
        a_ = upload_rows(operands.activations(), sizeof(Stored));
        w_ = pack_weights(operands, layout_);
        packed_a_ = Buffer(static_cast<std::size_t>(row_tiles * MR * layout_.words) * sizeof(Word));
        if (Dot::shifts_activations)
            compensation_ = shift_compensation(operands, layout_.panels_of_matrix() * layout_.columns);
        const auto c = result();
        if ((c.finishes || c.format == Output::bf16) && layout_.block_words < layout_.words)
            partial_ = Buffer(static_cast<std::size_t>(call().m * call().n) * sizeof(Sum));
        describe(config, row_tiles);
    }

    void run() override {
        Kokkos::parallel_for("gemm pack activations", Range(0, problem_.row_tiles),
                             PackActivations<Dot, MR>{problem_});
        if constexpr (device_is_host) {
            const int parts = problem_.row_parts * problem_.panel_parts;
            Kokkos::parallel_for(
                "gemm tiled",
                Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, int>(0, parts),
                Loops{problem_});
        } else {
            Kokkos::parallel_for("gemm tiled", Range(0, problem_.row_tiles * problem_.matrix_panels),
                                 TilePerThread<Dot, MR, NR>{{problem_}});
        }
        DeviceSpace().fence("gemm tiled");
    }

    [[nodiscard]] std::int64_t workspace_bytes() const override {
        return static_cast<std::int64_t>(packed_a_.bytes() + partial_.bytes());
    }
    std::vector<MemoryRegion> regions() override {
        return with_result(
            {a_.region(), w_.region(), packed_a_.region(), compensation_.region(), partial_.region()});
    }

  private:
    void describe(const TiledConfig& config, std::int64_t row_tiles) {
        const auto grid = thread_grid(config.partition, DeviceSpace().concurrency());
        problem_ = {.a = a_.as<Stored>(),
                    .packed_a = packed_a_.as<Word>(),
                    .w = w_.as<Weight>(),
                    .compensation = compensation_.as<Sum>(),
                    .partial = partial_.bytes() > 0 ? partial_.as<Sum>() : output().as<Sum>(),
                    .c = result(),
                    .tiles = tiles_.as<RowTile>(),
                    .tile_starts = tile_starts_.as<std::int64_t>(),
                    .matrices = call().matrices,
                    .matrix_panels = layout_.panels_of_matrix(),
                    .n = call().n,
                    .words = layout_.words,
                    .block_words = layout_.block_words,
                    .row_tiles = row_tiles,
                    .panels = layout_.panels,
                    .block_row_tiles = (config.mc + MR - 1) / MR,
                    .block_panels = (config.nc + Loops::MicroTile::columns - 1) / Loops::MicroTile::columns,
                    .row_parts = grid.rows,
                    .panel_parts = grid.panels,
                    .weights_inner = config.weights_inner};
    }

    PanelLayout layout_;
    Buffer tiles_, tile_starts_;
    Buffer a_, w_, packed_a_, compensation_, partial_;
    TiledProblem<Dot> problem_;
};

/// The kernel of the config's register tile.
template <typename Dot, const auto& tiles = register_tiles>
[[nodiscard]] std::unique_ptr<PreparedKernel> prepare_tiled(const GemmOperands& operands,
                                                            const KernelConfig& values) {
    const auto config = TiledConfig::from(values);
    return with_tile<tiles>(config.mr, config.nr,
                            [&]<typename Index>(Index) -> std::unique_ptr<PreparedKernel> {
                                constexpr auto tile = tiles[Index::value];
                                return std::make_unique<TiledGemm<Dot, tile.mr, tile.nr>>(operands, config);
                            });
}

/// What the families of tiled kernels have in common.
[[nodiscard]] Family tiled_family(std::string name, const std::string& op, std::vector<Variant> variants,
                                  std::span<const RegisterTile> tiles = register_tiles);

// Each in a file of its own, so that they compile side by side.
std::unique_ptr<PreparedKernel> prepare_tiled_fp32(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_bf16(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_int8(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_fp64(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_fp16(const GemmOperands& operands, const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_fp8_e4m3(const GemmOperands& operands,
                                                       const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_fp8_e5m2(const GemmOperands& operands,
                                                       const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_bf16_avx512(const GemmOperands& operands,
                                                          const KernelConfig& config);
std::unique_ptr<PreparedKernel> prepare_tiled_int8_vnni(const GemmOperands& operands,
                                                        const KernelConfig& config);

}  // namespace ridge::operators
