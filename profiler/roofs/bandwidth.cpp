// SPDX-License-Identifier: Apache-2.0
#include "profiler/roofs/bandwidth.hpp"

#include <array>
#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace ridge::profiler {
namespace {

namespace stream = operators::stream;

std::int64_t arrays_of(stream::Pattern pattern) {
    switch (pattern) {
        case stream::Pattern::read:
            return 1;
        case stream::Pattern::copy:
            return 2;
        case stream::Pattern::triad:
            return 3;
    }
    return 1;
}

// Not zeros: hardware may treat lines of zeros better than others.
template <typename T>
void fill_with_ones(operators::Buffer& buffer) {
    const Kokkos::View<T*, operators::DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>> view(
        buffer.as<T>(), buffer.bytes() / sizeof(T));
    Kokkos::deep_copy(view, T(1));
}

operators::Buffer ones(std::size_t bytes, Precision precision) {
    operators::Buffer buffer(bytes);
    if (precision == Precision::fp64)
        fill_with_ones<double>(buffer);
    else
        fill_with_ones<float>(buffer);
    return buffer;
}

std::vector<stream::Tuning> candidates(stream::Pattern pattern) {
    std::vector<stream::Tuning> list = {{.unroll = 8},
                                        {.unroll = 4},
                                        {.unroll = 4, .spread = true},
                                        {.unroll = 4, .spread = true, .prefetch_bytes = 512}};
    if (pattern == stream::Pattern::read || !stream::nontemporal_is_supported()) return list;
    for (std::size_t i = 0, regular = list.size(); i < regular; ++i) {
        list.push_back(list[i]);
        list.back().nontemporal = true;
    }
    return list;
}

double seconds_of(const stream::Pattern pattern, const stream::Arrays& arrays, const stream::Tuning& tuning,
                  std::int64_t passes) {
    const auto start = std::chrono::steady_clock::now();
    stream::run(pattern, arrays, tuning, passes);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::optional<stream::Pattern> access_pattern(std::string_view mix) {
    return stream::pattern_of("stream_" + std::string(mix));
}

BandwidthProbe::BandwidthProbe(stream::Pattern pattern, Precision precision, std::int64_t working_set_bytes)
    : pattern_(pattern) {
    const std::int64_t element_bytes = storage_bits(precision) / 8;
    const std::int64_t n = working_set_bytes / (arrays_of(pattern) * element_bytes);
    if (n < 1)
        throw InputError("roof: a working set of " + std::to_string(working_set_bytes) +
                         " bytes holds no element of each array");
    const auto bytes = static_cast<std::size_t>(n * element_bytes);
    x_ = ones(bytes, precision);
    if (pattern != stream::Pattern::read) y_ = ones(bytes, precision);
    if (pattern == stream::Pattern::triad) z_ = ones(bytes, precision);
    arrays_ = {.x = x_.as<void>(), .z = z_.as<void>(), .y = y_.as<void>(), .n = n, .precision = precision};
}

double BandwidthProbe::run(std::int64_t passes) {
    stream::run(pattern_, arrays_, tuning_, passes);
    return static_cast<double>(passes) * static_cast<double>(arrays_of(pattern_)) *
           static_cast<double>(x_.bytes());
}

void BandwidthProbe::choose_tuning() {
    // As many passes as make even the fastest trial long: one that is short compares how threads start.
    constexpr double trial_s = 0.001;
    constexpr std::int64_t most_passes = std::int64_t{1} << 40;
    double best_s = 0;
    for (std::int64_t passes = 1; best_s < trial_s && passes <= most_passes; passes *= 2)
        best_s = choose_tuning(passes);
}

double BandwidthProbe::choose_tuning(std::int64_t passes) {
    constexpr int trials = 3;
    double best_s = std::numeric_limits<double>::infinity();
    for (int trial = 0; trial < trials; ++trial)
        for (const auto& tuning : candidates(pattern_)) {
            const double elapsed_s = seconds_of(pattern_, arrays_, tuning, passes);
            if (elapsed_s < best_s) best_s = elapsed_s, tuning_ = tuning;
        }
    return best_s;
}

}  // namespace ridge::profiler
