// SPDX-License-Identifier: Apache-2.0
#include "cost_model/kernel/features.hpp"

#include <algorithm>
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

// Rows and columns that register tiles of mr × nr add at the edges.
double gemm_padding(const operators::GemmCall& call, const KernelConfig& config) {
    return padded_over(call.m, tile_size(config, "mr")) * padded_over(call.n, tile_size(config, "nr"));
}

// Chunks of equal work (cache blocks of mc × nc) over the units: the busiest does ceil(chunks / units) of
// them.
double gemm_quantisation(const operators::GemmCall& call, const KernelConfig& config, std::int64_t units) {
    const auto mc = tile_size(config, "mc"), nc = tile_size(config, "nc");
    if (units < 2 || (!mc && !nc)) return 1.0;
    const double chunks = count_or_one(call.m, mc) * count_or_one(call.n, nc);
    return std::ceil(chunks / static_cast<double>(units)) * static_cast<double>(units) / chunks;
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

struct Cache {
    std::string name;
    double bytes = 0;  // of all instances
    double rate = 0;
};

// Caches with a known bandwidth, outermost (largest) first.
std::vector<Cache> usable_caches(const Device& device, const Ceilings& ceilings) {
    std::vector<Cache> out;
    for (const auto& cache : device.caches) {
        const auto rate = ceilings.bandwidth.find(cache.name);
        if (rate == ceilings.bandwidth.end()) continue;
        const double instances = cache.shared_by > 0
                                     ? std::max(1.0, std::floor(static_cast<double>(device.units) /
                                                                static_cast<double>(cache.shared_by)))
                                     : 1.0;
        out.push_back({cache.name, cache.bytes * instances, rate->second.rate});
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

Features::Level memory_level(const Work& work, CacheState cache, const std::vector<Cache>& caches,
                             const Device& device, const Ceilings& ceilings) {
    const double bytes = work.bytes();
    if (const auto* home = cache == CacheState::warm ? home_of(caches, bytes) : nullptr)
        return {home->name, bytes, bytes / home->rate};
    const auto* memory = memory_ceiling(ceilings);
    if (!memory)
        throw InputError(
            "device '" + device.id +
            "': memory_bandwidth_bytes_per_s is not known, neither measured nor from a data sheet");
    return {outermost, bytes, bytes / memory->rate};
}

void add_cache_level(Features& features, const operators::GemmCall& call, const KernelConfig& config,
                     const Work& work, const std::vector<Cache>& caches) {
    if (caches.empty() || caches.front().name == features.levels.front().name) return;
    const double bytes = gemm_cache_bytes(call, config, work);
    features.levels.push_back({caches.front().name, bytes, bytes / caches.front().rate});
}

}  // namespace

Features make_features(const OperatorCall& call, const KernelConfig& config, CacheState cache,
                       const Device& device, const Ceilings& ceilings) {
    const auto work = operators::work(call);
    const auto caches = usable_caches(device, ceilings);
    Features out;
    out.compute = work.compute;
    out.levels.push_back(memory_level(work, cache, caches, device, ceilings));
    const auto* memory = memory_ceiling(ceilings);
    out.provenance = memory ? memory->provenance : Provenance::measured;
    if (call.op == "gemm") {
        const auto gemm = operators::GemmCall::from(call);
        out.padding = gemm_padding(gemm, config);
        out.quantisation = gemm_quantisation(gemm, config, device.units);
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
