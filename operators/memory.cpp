// SPDX-License-Identifier: Apache-2.0
#include "operators/memory.hpp"

#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "core/error.hpp"
#include "core/units.hpp"

namespace ridge::operators {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20;  // of x86-64 and AArch64 with 4 KiB base pages

std::size_t round_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

void* allocate_host(std::size_t bytes) {
    const std::size_t alignment = bytes >= huge_page ? huge_page : cache_line;
    void* data = std::aligned_alloc(alignment, round_up(bytes, alignment));
#if defined(__linux__)
    // Advice only: without huge pages everything works, more slowly.
    if (data != nullptr && alignment == huge_page) madvise(data, round_up(bytes, alignment), MADV_HUGEPAGE);
#endif
    return data;
}

template <typename Memory>
using Bytes = Kokkos::View<std::byte*, Memory, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    if constexpr (device_is_host)
        data_.reset(allocate_host(bytes));
    else
        data_.reset(Kokkos::kokkos_malloc<DeviceMemory>("ridge operand", bytes));
    if (!data_)
        throw EnvironmentError("no memory for " + capacity(static_cast<double>(bytes)) + " of an operand");
    Kokkos::deep_copy(Bytes<DeviceMemory>(as<std::byte>(), bytes), std::byte{0});
}

void Buffer::Free::operator()(void* data) const {
    if constexpr (device_is_host)
        std::free(data);
    else
        Kokkos::kokkos_free<DeviceMemory>(data);
}

void Buffer::upload(const void* host) {
    const Kokkos::View<const std::byte*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>> source(
        static_cast<const std::byte*>(host), bytes_);
    if (bytes_ > 0) Kokkos::deep_copy(Bytes<DeviceMemory>(as<std::byte>(), bytes_), source);
}

void Buffer::download(void* host) const {
    if (bytes_ > 0)
        Kokkos::deep_copy(Bytes<Kokkos::HostSpace>(static_cast<std::byte*>(host), bytes_),
                          Bytes<DeviceMemory>(as<std::byte>(), bytes_));
}

}  // namespace ridge::operators
