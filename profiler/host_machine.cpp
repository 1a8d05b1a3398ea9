// SPDX-License-Identifier: Apache-2.0
#include "profiler/host_machine.hpp"

#include <Kokkos_Core.hpp>
#include <memory>
#include <type_traits>

#include "core/caches.hpp"
#include "profiler/device_identity.hpp"
#include "profiler/environment.hpp"
#include "profiler/host_timer.hpp"
#include "profiler/memory_probe.hpp"
#include "profiler/roofs/roofs.hpp"
#include "profiler/system_files.hpp"

namespace ridge::profiler {
namespace {

constexpr bool kernels_run_on_host() {
    return std::is_same_v<Kokkos::DefaultExecutionSpace, Kokkos::DefaultHostExecutionSpace>;
}

int kernel_threads() { return Kokkos::DefaultHostExecutionSpace().concurrency(); }

}  // namespace

Machine host_machine(std::map<std::string, std::string> libraries) {
    Machine machine;
    machine.timer = host_timer;
    machine.clock_hz = measure_clock_hz;
    if (kernels_run_on_host()) {
        const auto probe = std::make_shared<MemoryProbe>(last_cache_bytes(found_device()), available_bytes());
        machine.memory_bytes_per_s = [probe] { return probe->read(); };
    }
    machine.available_bytes = [] { return available_bytes(); };
    machine.flush = find_cache_flush(last_cache_bytes(found_device()));
    const ProgramFacts facts{
        .threads = kernel_threads(), .libraries = std::move(libraries), .cache_flush = machine.flush.method};
    machine.describe = [facts] {
        protocol::Description description;
        description.device = found_device();
        description.environment = read_environment(facts);
        description.roofs = roof_probes(description.device, available_bytes());
        return description;
    };
    machine.roof = [](const protocol::RoofRequest& request) {
        return measure_roof(request, host_timer(), available_bytes());
    };
    return machine;
}

}  // namespace ridge::profiler
