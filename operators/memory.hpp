// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "operators/implementation.hpp"

namespace ridge::operators {

using DeviceSpace = Kokkos::DefaultExecutionSpace;
using DeviceMemory = DeviceSpace::memory_space;

/// Whether kernels of the default execution space read host memory as it is.
inline constexpr bool device_is_host =
    Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible;

/// Zeroed memory of the device, aligned to 64 bytes; on a host, blocks from 2 MiB up lie on huge pages where
/// the system grants them, so that streaming through weights does not wait for address translation.
class Buffer {
  public:
    Buffer() = default;
    /// Throws EnvironmentError when the memory is not to be had.
    explicit Buffer(std::size_t bytes);

    template <typename T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(data_.get());
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] MemoryRegion region() const { return {data_.get(), bytes_}; }

    void upload(const void* host);  ///< bytes() bytes
    /// Calls `write(std::byte*)` with host memory of bytes() zeroes that become the buffer's content.
    template <typename Write>
    void fill(const Write& write) {
        if constexpr (device_is_host) {
            write(as<std::byte>());
        } else {
            std::vector<std::byte> staged(bytes_);
            write(staged.data());
            upload(staged.data());
        }
    }
    void download(void* host) const;

  private:
    struct Free {
        void operator()(void* data) const;
    };
    std::unique_ptr<void, Free> data_;
    std::size_t bytes_ = 0;
};

}  // namespace ridge::operators
