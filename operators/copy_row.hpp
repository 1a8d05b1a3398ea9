// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "operators/rows.hpp"

/// Copying rows of bytes as they are, whatever they hold.
namespace ridge::operators {

#if defined(RIDGE_HAS_AVX512)
/// As memcpy, but past the caches; drain_stores() follows the last copy.
inline void copy_past_caches(std::byte* to, const std::byte* from, std::int64_t bytes) {
    constexpr std::int64_t line = 64;
    const auto misaligned = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) % line);
    const std::int64_t head = misaligned == 0 ? 0 : Kokkos::min(bytes, line - misaligned);
    std::memcpy(to, from, static_cast<std::size_t>(head));
    std::int64_t at = head;
    for (; at + line <= bytes; at += line)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to + at), _mm512_loadu_si512(from + at));
    std::memcpy(to + at, from + at, static_cast<std::size_t>(bytes - at));
}
#endif

/// `bytes` bytes; words of 4 where size and addresses allow it.
template <typename Team>
KOKKOS_FUNCTION void copy_row(std::byte* to, const std::byte* from, std::int64_t bytes, const Team& team,
                              [[maybe_unused]] bool past_caches) {
#if defined(RIDGE_HAS_AVX512)
    if (past_caches) return copy_past_caches(to, from, bytes);
#endif
    if constexpr (device_is_host) {
        std::memcpy(to, from, static_cast<std::size_t>(bytes));
    } else {
        const auto all = reinterpret_cast<std::uintptr_t>(to) | reinterpret_cast<std::uintptr_t>(from) |
                         static_cast<std::uintptr_t>(bytes);
        const std::int64_t words = all % 4 == 0 ? bytes / 4 : 0;
        for (std::int64_t i = team.rank; i < words; i += team.size)
            reinterpret_cast<std::uint32_t*>(to)[i] = reinterpret_cast<const std::uint32_t*>(from)[i];
        for (std::int64_t i = words * 4 + team.rank; i < bytes; i += team.size) to[i] = from[i];
    }
}

}  // namespace ridge::operators
