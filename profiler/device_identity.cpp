// SPDX-License-Identifier: Apache-2.0
#include "profiler/device_identity.hpp"

#include <Kokkos_Core.hpp>

namespace ridge::profiler {

#if defined(KOKKOS_ENABLE_CUDA)
namespace {

Device cuda_device() {
    const auto& found = Kokkos::Cuda().cuda_device_prop();
    int clock_khz = 0;
    cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, Kokkos::Cuda().cuda_device());
    Device device;
    device.name = found.name;
    device.id = slug(device.name);
    device.vendor = "NVIDIA";
    device.kind = "gpu";
    device.units = found.multiProcessorCount;
    device.clock_hz = clock_khz * 1e3;
    device.memory_bytes = static_cast<double>(found.totalGlobalMem);
    device.caches = {{"L1", static_cast<double>(found.sharedMemPerMultiprocessor), 1},
                     {"L2", static_cast<double>(found.l2CacheSize), 0}};
    device.instruction_sets = {"sm_" + std::to_string(10 * found.major + found.minor)};
    device.sources = {"found by the CUDA runtime"};
    return device;
}

}  // namespace

Device found_device() { return cuda_device(); }
#else
Device found_device() { return clocked_host_device(); }
#endif

}  // namespace ridge::profiler
