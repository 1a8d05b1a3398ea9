// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cost_model/kernel/features/call_features.hpp"

/// What a device can do at most, for operators that are more than one stream of arithmetic and bytes.
/// Seconds; 0 where the data sheet does not say enough, so that the term does not bound anything.
namespace ridge::cost_model {

/// `flop` at the ceiling of arithmetic in `precision`, or in a wider one. Throws InputError when the device
/// has none.
[[nodiscard]] double compute_seconds(double flop, Precision precision, const Machine& machine);

/// Exponentials on the units' special functions: 16 a clock and unit (NVIDIA CUDA C++ programming guide,
/// "Throughput of native arithmetic instructions", compute capability 8.x to 10.0).
[[nodiscard]] double exponential_seconds(double count, const Machine& machine);

/// Part of a working set that a cache does not hold: none up to 0.7 and all from 1.3 times its size on, since
/// what is used in turn then drives itself out. All of it where there is no cache.
[[nodiscard]] double missing_share(double bytes, double cache_bytes);

/// Bytes that have to come from or go to the outermost memory: all of them when cold; of a warm call what
/// the largest cache does not hold. Throws InputError when the device's memory bandwidth is not known.
[[nodiscard]] double memory_seconds(double bytes, CacheState cache, const Machine& machine);

/// Microseconds of these bytes with memory: what a fit finds the multiple of, as a latency, for passes over
/// operands before and after a kernel proper.
[[nodiscard]] double pass_count(double bytes, const Machine& machine);

/// What the cache that all units share serves in the memory's place, at the memory's bandwidth: data sheets
/// leave the cache's out, and caches are built in proportion to the memory behind them more than to units and
/// clocks. What the cache is faster by is part of the share that a fit finds.
[[nodiscard]] double shared_cache_seconds(double bytes, CacheState cache, const Machine& machine);

/// Between devices: bandwidth ceiling `way` ("link", "pair", "network"; add_links()) in one direction; where
/// it is not known, "link", and without that the memory's, which all that a link carries passes.
[[nodiscard]] double link_seconds(double bytes, const std::string& way, const Machine& machine);

/// Units that work at the same time; 1 where not known.
[[nodiscard]] double unit_count(const Machine& machine);

/// ceil(a / b) of positive numbers.
[[nodiscard]] double parts(double a, double b);

/// log2 of a dimension or count; 0 below 1.
[[nodiscard]] double log2_at_least_1(double value);

/// How much longer whole waves of `blocks` take than an even share: log2(ceil(waves) / waves), at most 3.
[[nodiscard]] double tail_of(double blocks, const Machine& machine);

}  // namespace ridge::cost_model
