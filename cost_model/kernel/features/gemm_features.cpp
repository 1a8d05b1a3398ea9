// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features/gemm_features.hpp"

#include <algorithm>
#include <cmath>

#include "cost_model/kernel/features.hpp"
#include "cost_model/kernel/features/device_limits.hpp"
#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

// The tile that libraries use most on large shapes; a narrower one for few rows. What they really choose is
// the correction's business.
constexpr double tile_columns = 128, tile_rows = 128, narrow_rows = 64;
constexpr double least_rows = 16;     // of a tensor core's product (NVIDIA PTX ISA, mma.m16n8k16)
constexpr double step_elements = 64;  // of k that one step of the pipeline takes
// Splitting k pays only while each part has several steps left to fill the pipeline.
constexpr double least_split_elements = 512;

struct Grid {
    double rows = 0, columns = 0;  // of tiles, over all matrices
    double waves = 0;              // tiles over units; 0 where the units are not known
    double split = 1;              // parts that k is cut into
};

double rows_of_each(const operators::GemmCall& call) {
    return std::max(1.0, static_cast<double>(call.m) / static_cast<double>(operators::used_matrices(call)));
}

Grid grid_of(const operators::GemmCall& call, std::int64_t units) {
    const auto matrices = static_cast<double>(operators::used_matrices(call));
    const double rows_each = rows_of_each(call);
    Grid grid;
    grid.rows = matrices * std::ceil(rows_each / (rows_each <= narrow_rows ? narrow_rows : tile_rows));
    grid.columns = std::ceil(static_cast<double>(call.n) / tile_columns);
    if (units <= 0) return grid;
    const double tiles = grid.rows * grid.columns;
    grid.waves = tiles / static_cast<double>(units);
    grid.split = std::clamp(std::floor(1 / grid.waves), 1.0,
                            std::max(1.0, static_cast<double>(call.k) / least_split_elements));
    return grid;
}

// Work of whole tiles in whole waves over the product's own: what the arithmetic really executes.
double executed_share(const operators::GemmCall& call, const Grid& grid) {
    const auto matrices = static_cast<double>(operators::used_matrices(call));
    const double rows_each = rows_of_each(call);
    const double height = rows_each <= narrow_rows ? std::max(least_rows, rows_each) : tile_rows;
    const double padded = grid.rows * height * grid.columns * tile_columns;
    const double waves = grid.waves > 1 ? std::ceil(grid.waves) / grid.waves : 1.0;
    return waves * padded / (matrices * rows_each * static_cast<double>(call.n));
}

// Work of the busiest unit, times the units, over the product's own.
double executed_share(const operators::GemmCall& call, const ProductTile& tile, std::int64_t units) {
    const auto matrices = static_cast<double>(operators::used_matrices(call));
    const double rows = rows_of_each(call), columns = static_cast<double>(call.n);
    const double tiles = matrices * std::ceil(rows / tile.rows) * std::ceil(columns / tile.columns);
    const double each = tile.rows * tile.columns / (matrices * rows * columns);
    if (units <= 0) return tiles * each;
    const auto all = static_cast<double>(units);
    const double parts = std::clamp(std::floor(all / tiles), 1.0,
                                    std::max(1.0, static_cast<double>(call.k) / least_split_elements));
    return std::ceil(tiles / all) * all * each / (tile.split ? parts : 1.0);
}

// Of whole tiles' work over the product's own.
double log2_padding(const operators::GemmCall& call, double tile_height, double tile_width) {
    const auto padding = [](double extent, double tile) { return std::ceil(extent / tile) * tile / extent; };
    return std::log2(padding(rows_of_each(call), tile_height) *
                     padding(static_cast<double>(call.n), tile_width));
}

double largest_cache(const Device& device) {
    double out = 0;
    for (const auto& cache : device.caches) out = std::max(out, cache.bytes);
    return out;
}

// Bytes that come from memory. A warm call finds its activations in the cache, and its weights too where some
// copies of them fit: benchmarks and layers in turn use up to five (aiconfigurator's collectors).
double memory_bytes(const operators::GemmCall& call, CacheState cache, double all, const Device& device) {
    if (cache == CacheState::cold) return all;
    constexpr double copies = 5;
    const double weights = std::min(all, operators::weight_bytes(call)), others = all - weights;
    const double held = largest_cache(device);
    return weights * missing_share(copies * weights, held) + others * missing_share(others, held);
}

double tail(const Grid& grid) { return grid.waves > 1 ? std::log2(std::ceil(grid.waves) / grid.waves) : 0.0; }

double log2_of(std::int64_t value) { return std::log2(static_cast<double>(value)); }

}  // namespace

bool is_accelerator_gemm(const OperatorCall& call, const Machine& machine) {
    return operators::is_gemm(call) && machine.device.kind != "cpu";
}

CallFeatures gemm_features(const OperatorCall& call, const KernelConfig&, CacheState cache,
                           const Machine& machine) {
    const auto gemm = operators::GemmCall::from(call);
    const auto bounds = make_features(call, {}, CacheState::cold, machine.device, machine.ceilings);
    const auto grid = grid_of(gemm, machine.device.units);
    CallFeatures out;
    out.regime = "gemm";
    out.latencies.add({"launch", 1});
    out.latencies.add({"step", static_cast<double>(gemm.k) / step_elements / grid.split});
    out.ceilings.add({"compute", bounds.compute_s * executed_share(gemm, grid)});
    for (const auto& tile : product_tiles)
        out.tiles.add(bounds.compute_s * executed_share(gemm, tile, machine.device.units));
    const auto& memory = bounds.levels.front();
    const double from_memory =
        memory.seconds * memory_bytes(gemm, cache, memory.bytes, machine.device) / memory.bytes;
    out.ceilings.add({"DRAM", from_memory});
    // Each operand once, either from here or from memory. What tiles read again grows as the arithmetic does,
    // which libraries choose tiles by: a term of it would be told from "compute" by no call.
    out.ceilings.add({"L2", memory.seconds - from_memory});
    out.axes.add({"m", log2_of(gemm.m)});
    out.axes.add({"n", log2_of(gemm.n)});
    out.axes.add({"k", log2_of(gemm.k)});
    out.axes.add({"matrices", log2_of(gemm.matrices)});
    constexpr std::int64_t aligned_rows = 4;
    out.axes.add({"aligned", gemm.m % aligned_rows == 0 ? 1.0 : 0.0});
    out.axes.add({"tail", tail(grid)});
    const double square = log2_padding(gemm, 64, 64);
    out.axes.add({"tall", log2_padding(gemm, 128, 32) - square});
    out.axes.add({"wide", log2_padding(gemm, 32, 128) - square});
    return out;
}

}  // namespace ridge::cost_model
