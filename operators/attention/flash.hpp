// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/flash_packing.hpp"
#include "operators/attention/query_rows.hpp"
#include "operators/gemm/tile.hpp"

/// Attention of many queries (Dao 2023, "FlashAttention-2"): a block of query rows stays in the cache with
/// its sums while blocks of keys and values pass by, packed so that both products run in register tiles.
/// Scores of a row tile never leave the first-level cache.
namespace ridge::operators {

/// Tunable parameters of a register tile are compiled: rows, vectors of keys or value elements.
struct FlashTile {
    int rows = 0, vectors = 0;
};
inline constexpr FlashTile flash_tiles[] = {{12, 2}, {14, 2}, {6, 4}, {8, 2}};

/// Keys of a block at most.
inline constexpr int most_block_keys = lanes > 1 ? 512 : 32;

struct FlashProblem {
    CacheRows cache;
    Precision kv = Precision::fp32;
    QueryEnds ends;       ///< queries and outputs
    PartialRows partial;  ///< [sequence][split][kv head][row]; only with more than one split
    Mask mask;
    QueryRows layout;
    std::int64_t batch = 0, key_dim = 0, value_dim = 0, splits = 1;
    std::int64_t block_rows = 0, block_keys = 0;  ///< block_rows is a multiple of the tile's rows
    std::int64_t workers = 1;
    float* scratch = nullptr;  ///< `scratch_floats` for each worker
    std::int64_t scratch_floats = 0;
    std::int64_t* next_item = nullptr;  ///< on a host workers take the next item as they get ready

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t row_blocks() const {
        return (layout.rows() + block_rows - 1) / block_rows;
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t items() const {
        return row_blocks() * batch * layout.kv_heads * splits;
    }
};

/// A worker's memory: packed queries, keys and values of the block, sums of its rows.
struct FlashScratch {
    float *q = nullptr, *k = nullptr, *v = nullptr;
    PartialRows sums;

    /// Floats, or with `data` also the addresses.
    static KOKKOS_FUNCTION std::int64_t layout(const FlashProblem& p, std::int64_t columns, float* data,
                                               FlashScratch* out) {
        const std::int64_t keys = round_up(p.block_keys, columns), width = round_up(p.value_dim, columns);
        const std::int64_t q = round_up(p.block_rows * p.key_dim + lanes, 16),
                           k = round_up(keys * p.key_dim, 16);
        const std::int64_t v = round_up(p.block_keys * width, 16);
        const std::int64_t padded = round_up(width, 16);
        if (out != nullptr) *out = {data, data + q, data + q + k, {data + q + k + v, padded}};
        return q + k + v + p.block_rows * (padded + PartialRows::tail);
    }
    static KOKKOS_FORCEINLINE_FUNCTION std::int64_t round_up(std::int64_t value, std::int64_t step) {
        return (value + step - 1) / step * step;
    }
};

/// Row tile against one block of keys and values.
template <int MR, int NR>
struct FlashRows {
    using MicroTile = Tile<DotFp32, MR, NR>;
    static constexpr int columns = MicroTile::columns;
    static constexpr int stride = most_block_keys + 16;
    /// Weights as the left side of the product with values.
    struct WeightRows {
        const float* data;
        KOKKOS_FORCEINLINE_FUNCTION float at(int row, std::int64_t step) const {
            return data[row * stride + step];
        }
    };

    const FlashProblem& p;
    const FlashScratch& scratch;
    std::int64_t first_row,
        first_key;           ///< of the row tile within its kv head; position of the block's first key
    std::int64_t keys;       ///< of the block
    std::int64_t local_row;  ///< of the row tile within the row block

    KOKKOS_FUNCTION void run() const {
        const std::int64_t low = Kokkos::max<std::int64_t>(0, p.mask.first(first_row) - first_key);
        const std::int64_t high = Kokkos::min(keys, p.mask.last(real_row(MR - 1)) + 1 - first_key);
        if (low >= high) return;
        alignas(64) float scores[static_cast<std::size_t>(MR * stride)];
        float correction[static_cast<std::size_t>(MR)];
        const std::int64_t begin = low / columns * columns, end = FlashScratch::round_up(high, columns);
        compute_scores(scores, begin, end);
        RIDGE_UNROLL for (int i = 0; i < MR; ++i) {
            mask_row(scores + i * stride, real_row(i), begin, end);
            correction[i] = weigh_row(scores + i * stride, local_row + i, begin, end);
        }
        add_values(scores, correction, low, high);
    }

  private:
    /// Rows that fill up the last tile repeat the last row.
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t real_row(int i) const {
        return Kokkos::min(first_row + i, p.layout.rows() - 1);
    }

    KOKKOS_FORCEINLINE_FUNCTION void compute_scores(float* scores, std::int64_t begin,
                                                    std::int64_t end) const {
        const PanelRows<float, MR> rows{scratch.q + local_row * p.key_dim};
        for (std::int64_t key = begin; key < end; key += columns) {
            MicroTile tile;
            tile.clear();
            tile.accumulate(rows, scratch.k + key * p.key_dim, p.key_dim);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NR; ++j)
                simd::simd_unchecked_store(tile.sums[i][j], scores + i * stride + key + j * lanes,
                                           simd::simd_flag_default);
        }
    }

    KOKKOS_FORCEINLINE_FUNCTION void mask_row(float* scores, std::int64_t row, std::int64_t begin,
                                              std::int64_t end) const {
        const std::int64_t first = p.mask.first(row) - first_key;
        const std::int64_t behind = Kokkos::min(keys, p.mask.last(row) + 1 - first_key);
        for (std::int64_t key = begin; key < Kokkos::min(first, end); ++key) scores[key] = masked_score;
        for (std::int64_t key = Kokkos::max(begin, behind); key < end; ++key) scores[key] = masked_score;
    }

    /// Scores become weights; gives what the row's sums so far have to be multiplied with.
    KOKKOS_FORCEINLINE_FUNCTION float weigh_row(float* scores, std::int64_t row, std::int64_t begin,
                                                std::int64_t end) const {
        float& largest = scratch.sums.largest(row);
        float& total = scratch.sums.total(row);
        Vector<float> top(largest);
        for (std::int64_t key = begin; key < end; key += lanes) top = Kokkos::max(top, load(scores + key));
        const float now = max_lanes(top);
        const float correction = now == largest ? 1.0F : Kokkos::exp2(largest - now);
        Vector<float> sum(0.0F);
        for (std::int64_t key = begin; key < end; key += lanes) {
            const auto weight = exp2(load(scores + key) - Vector<float>(now));
            sum = sum + weight;
            simd::simd_unchecked_store(weight, scores + key, simd::simd_flag_default);
        }
        largest = now;
        total = total * correction + sum_lanes(sum);
        return correction;
    }

    KOKKOS_FORCEINLINE_FUNCTION void add_values(const float* weights, const float* correction,
                                                std::int64_t low, std::int64_t high) const {
        for (std::int64_t d = 0; d < p.value_dim; d += columns) {
            MicroTile tile;
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NR; ++j)
                tile.sums[i][j] =
                load(scratch.sums.sums(local_row + i) + d + j * lanes) * Vector<float>(correction[i]);
            tile.accumulate(WeightRows{weights + low}, scratch.v + d * p.block_keys + low * columns,
                            high - low);
            RIDGE_UNROLL for (int i = 0; i < MR; ++i) RIDGE_UNROLL for (int j = 0; j < NR; ++j)
                simd::simd_unchecked_store(tile.sums[i][j], scratch.sums.sums(local_row + i) + d + j * lanes,
                                           simd::simd_flag_default);
        }
    }
};

/// Takes row blocks, the ones that see most first.
template <int MR, int NR>
struct FlashWorker {
    static constexpr int columns = NR * lanes;
    FlashProblem p;

    KOKKOS_FUNCTION void operator()(const std::int64_t worker) const { work(worker, PackingTeam{}); }

    template <typename Team>
    KOKKOS_FUNCTION void work(const std::int64_t worker, const Team& team) const {
        FlashScratch scratch;
        FlashScratch::layout(p, columns, p.scratch + worker * p.scratch_floats, &scratch);
        for (std::int64_t item = first_item(worker); item < p.items(); item = item_after(item))
            row_block(item, scratch, team);
    }

  private:
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t first_item(std::int64_t worker) const {
        return p.next_item != nullptr ? Kokkos::atomic_fetch_add(p.next_item, std::int64_t{1}) : worker;
    }
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t item_after(std::int64_t item) const {
        return p.next_item != nullptr ? Kokkos::atomic_fetch_add(p.next_item, std::int64_t{1})
                                      : item + p.workers;
    }

    template <typename Team>
    KOKKOS_FUNCTION void row_block(std::int64_t item, const FlashScratch& scratch, const Team& team) const {
        const std::int64_t split = item % p.splits, head = item / p.splits % p.layout.kv_heads;
        const std::int64_t sequence = item / p.splits / p.layout.kv_heads % p.batch;
        const std::int64_t order = item / p.splits / p.layout.kv_heads / p.batch;
        const std::int64_t first_row = (p.row_blocks() - 1 - order) * p.block_rows;
        const std::int64_t rows = Kokkos::min(p.block_rows, p.layout.rows() - first_row);
        const std::int64_t begin = p.mask.first(first_row), end = p.mask.last(first_row + rows - 1) + 1;
        const std::int64_t last = begin + (end - begin) * (split + 1) / p.splits;
        for (std::int64_t row = team.rank * MR; row < rows; row += team.size * MR)
            start_rows(sequence, head, first_row, row, scratch);
        for (std::int64_t key = begin + (end - begin) * split / p.splits; key < last; key += p.block_keys) {
            const std::int64_t keys = Kokkos::min(p.block_keys, last - key);
            team.barrier();
            pack_block(p.kv, {p.cache, sequence, head, key, keys}, scratch.k, p.key_dim, columns, team);
            pack_values(p.kv, {p.cache, sequence, head, key, keys}, scratch.v, p.value_dim, p.block_keys,
                        columns, team);
            team.barrier();
            const CacheBlock next{p.cache, sequence, head, key + keys,
                                  Kokkos::min(p.block_keys, last - key - keys)};
            for (std::int64_t row = team.rank * MR; row < rows; row += team.size * MR) {
                prefetch_part(next, row / MR, (rows + MR - 1) / MR);
                FlashRows<MR, NR>{p, scratch, first_row + row, key, keys, row}.run();
            }
        }
        const std::int64_t partial =
            ((sequence * p.splits + split) * p.layout.kv_heads + head) * p.layout.rows();
        for (std::int64_t row = team.rank * MR; row < rows; row += team.size * MR)
            for (std::int64_t i = row; i < Kokkos::min(row + MR, rows); ++i)
                finish_row(i, p.layout.outside(sequence, head, first_row + i), partial + first_row + i,
                           scratch);
    }

    KOKKOS_FUNCTION void start_rows(std::int64_t sequence, std::int64_t head, std::int64_t first_row,
                                    std::int64_t row, const FlashScratch& scratch) const {
        std::int64_t rows[static_cast<std::size_t>(MR)];
        for (int i = 0; i < MR; ++i) {
            scratch.sums.clear(row + i);
            rows[i] = p.layout.outside(sequence, head, Kokkos::min(first_row + row + i, p.layout.rows() - 1));
        }
        p.ends.template load_queries<MR>(rows, p.key_dim, scratch.q + row * p.key_dim);
    }

    KOKKOS_FUNCTION void finish_row(std::int64_t row, std::int64_t outside, std::int64_t partial,
                                    const FlashScratch& scratch) const {
        const float* sums = scratch.sums.sums(row);
        if (p.splits == 1)
            return p.ends.store_output(sums, p.ends.factor / scratch.sums.total(row), outside, p.value_dim);
        for (std::int64_t d = 0; d < p.value_dim; ++d) p.partial.sums(partial)[d] = sums[d];
        p.partial.largest(partial) = scratch.sums.largest(row);
        p.partial.total(partial) = scratch.sums.total(row);
    }
};

}  // namespace ridge::operators
