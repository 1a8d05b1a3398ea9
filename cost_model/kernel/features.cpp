// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

constexpr const char* outermost = "DRAM";

double tiles(std::int64_t extent, std::int64_t tile) {
    return std::ceil(static_cast<double>(extent) / static_cast<double>(tile));
}

std::optional<std::int64_t> tile_size(const KernelConfig& config, const std::string& name) {
    const auto found = config.values().find(name);
    if (found == config.values().end()) return std::nullopt;
    const auto* value = std::get_if<std::int64_t>(&found->second);
    return value && *value > 0 ? std::optional(*value) : std::nullopt;
}

double padded_over(std::int64_t extent, std::optional<std::int64_t> tile) {
    return tile ? tiles(extent, *tile) * static_cast<double>(*tile) / static_cast<double>(extent) : 1.0;
}

double count_or_one(std::int64_t extent, std::optional<std::int64_t> tile) {
    return tile ? tiles(extent, *tile) : 1.0;
}

constexpr std::int64_t accumulator_bytes = 4;  // fp32 or int32

// Elements of a vector register; 1 where the device has none that is known, so that nr counts columns.
std::int64_t lanes(const Device& device) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> vector_bytes = {
        {{"avx512f", 64}, {"avx2", 32}, {"avx", 32}, {"neon", 16}}};
    for (const auto& [set, bytes] : vector_bytes)
        if (std::ranges::find(device.instruction_sets, set) != device.instruction_sets.end())
            return bytes / accumulator_bytes;
    return 1;
}

// Register tile of the result: mr rows, nr vectors of columns.
struct Tile {
    std::optional<std::int64_t> rows, columns;
};

Tile register_tile(const KernelConfig& config, const Device& device) {
    auto columns = tile_size(config, "nr");
    if (columns) *columns *= lanes(device);
    return {tile_size(config, "mr"), columns};
}

// Rows and columns that register tiles add at the edges.
double gemm_padding(const operators::GemmCall& call, const Tile& tile) {
    return padded_over(call.m, tile.rows) * padded_over(call.n, tile.columns);
}

// How many parts the units cut rows and columns of tiles into ("partition" of a configuration); none: tiles
// are dealt out one by one.
std::optional<std::pair<double, double>> unit_grid(const KernelConfig& config, std::int64_t units) {
    const auto found = config.values().find("partition");
    const auto* side = found == config.values().end() ? nullptr : std::get_if<std::string>(&found->second);
    if (!side) return std::nullopt;
    const auto all = static_cast<double>(units);
    if (*side == "m") return std::pair(all, 1.0);
    if (*side == "n") return std::pair(1.0, all);
    double rows = std::floor(std::sqrt(all));
    while (std::fmod(all, rows) > 0) rows -= 1;
    return std::pair(rows, all / rows);
}

// The busiest unit's tiles times the units, over all tiles.
double gemm_quantisation(const operators::GemmCall& call, const KernelConfig& config, const Tile& tile,
                         std::int64_t units) {
    if (units < 2 || (!tile.rows && !tile.columns)) return 1.0;
    const double rows = count_or_one(call.m, tile.rows), columns = count_or_one(call.n, tile.columns);
    const auto all = static_cast<double>(units);
    const auto grid = unit_grid(config, units);
    const double busiest = grid ? std::ceil(rows / grid->first) * std::ceil(columns / grid->second)
                                : std::ceil(rows * columns / all);
    return busiest * all / (rows * columns);
}

// Traffic with the cache behind DRAM: A is read again for every block of columns, W for every block of rows,
// and the partial sums of C are read and written for every block of k but the first.
double gemm_cache_bytes(const operators::GemmCall& call, const KernelConfig& config, const Work& work) {
    const double columns = count_or_one(call.n, tile_size(config, "nc"));
    const double rows = count_or_one(call.m, tile_size(config, "mc"));
    const double depth = count_or_one(call.k, tile_size(config, "kc"));
    return work.traffic[0].read_bytes * columns + work.traffic[1].read_bytes * rows +
           work.traffic[2].written_bytes * (2.0 * depth - 1.0);
}

double read_share_of(const Work& work) { return work.bytes() > 0 ? work.read_bytes() / work.bytes() : 0.0; }

struct Cache {
    std::string name;
    double bytes = 0;  // of all instances
    double rate = 0;
};

// Caches with a known bandwidth, outermost (largest) first.
std::vector<Cache> usable_caches(const Device& device, const Ceilings& ceilings, double read_share) {
    std::vector<Cache> out;
    for (const auto& cache : device.caches) {
        const auto* ceiling = bandwidth_ceiling(ceilings, cache.name, read_share);
        if (!ceiling) continue;
        const double instances = cache.shared_by > 0
                                     ? std::max(1.0, std::floor(static_cast<double>(device.units) /
                                                                static_cast<double>(cache.shared_by)))
                                     : 1.0;
        out.push_back({cache.name, cache.bytes * instances, ceiling->rate});
    }
    std::ranges::sort(out, std::greater<>{}, &Cache::bytes);
    return out;
}

// Where the operands of a warm call lie: the smallest level that holds them all.
const Cache* home_of(const std::vector<Cache>& caches, double bytes) {
    const Cache* home = nullptr;
    for (const auto& cache : caches)
        if (cache.bytes >= bytes) home = &cache;
    return home;
}

// Only what comes from memory passes the outermost cache; operands that a cache holds are there already.
void add_cache_level(Features& features, const operators::GemmCall& call, const KernelConfig& config,
                     const Work& work, const std::vector<Cache>& caches) {
    if (caches.empty() || features.levels.front().name != outermost) return;
    const double bytes = gemm_cache_bytes(call, config, work);
    features.levels.push_back({caches.front().name, bytes, bytes / caches.front().rate});
}

}  // namespace

std::optional<HomeLevel> home_level(const Work& work, CacheState cache, const Device& device,
                                    const Ceilings& ceilings) {
    const double share = read_share_of(work);
    std::string level = outermost;
    if (cache == CacheState::warm) {
        const auto caches = usable_caches(device, ceilings, share);
        if (const auto* home = home_of(caches, work.bytes())) level = home->name;
    }
    const auto* ceiling = bandwidth_ceiling(ceilings, level, share);
    return ceiling ? std::optional(HomeLevel{level, *ceiling}) : std::nullopt;
}

Features make_features(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                       const Device& device, const Ceilings& ceilings) {
    const auto work = operators::work(call);
    const auto caches = usable_caches(device, ceilings, read_share_of(work));
    Features out;
    out.compute = work.compute;
    const auto home = home_level(work, cache, device, ceilings);
    if (!home)
        throw InputError(
            "device '" + device.id +
            "': memory_bandwidth_bytes_per_s is not known, neither measured nor from a data sheet");
    out.levels.push_back({home->name, work.bytes(), work.bytes() / home->ceiling.rate});
    out.provenance = home->ceiling.provenance;
    if (call.op == "gemm") {
        const auto gemm = operators::GemmCall::from(call);
        const auto tile = register_tile(config, device);
        out.padding = gemm_padding(gemm, tile);
        out.quantisation = gemm_quantisation(gemm, config, tile, device.units);
        add_cache_level(out, gemm, config, work, caches);
    }
    if (work.flop <= 0) return out;
    const auto ceiling = compute_ceiling(ceilings, work.compute);
    if (!ceiling)
        throw InputError(
            "device '" + device.id + "': peak_flops of " + std::string(name(work.compute)) +
            " is not known, neither measured nor from a data sheet, nor that of a wider precision");
    out.compute = ceiling->precision;
    out.compute_s = work.flop * out.padding * out.quantisation / ceiling->ceiling.rate;
    if (ceiling->ceiling.provenance != Provenance::measured) out.provenance = Provenance::specified;
    return out;
}

}  // namespace ridge::cost_model
