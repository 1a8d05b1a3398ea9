// SPDX-License-Identifier: Apache-2.0
#include "profiler/machine_state.hpp"

#include <sched.h>

#include <array>
#include <cstdlib>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "profiler/energy.hpp"
#include "profiler/host_timer.hpp"
#include "profiler/system_files.hpp"

namespace ridge::profiler {
namespace {

using Path = std::filesystem::path;

/// A value, or why there is none.
struct Reading {
    Json value;
    std::string reason;
};

Reading unreadable(std::string reason) { return {nullptr, std::move(reason)}; }

Reading text_of(const Path& root, const char* file) {
    const auto text = read_text(root / file);
    return text ? Reading{*text, ""} : unreadable("/" + std::string(file) + " cannot be read");
}

Reading cpuinfo(const Path& root, const char* key) {
    const auto fields = parse_fields(read_text(root / "proc/cpuinfo").value_or(""));
    const auto found = fields.find(key);
    if (found == fields.end()) return unreadable("/proc/cpuinfo has no '" + std::string(key) + "'");
    return {found->second, ""};
}

Reading memory(const Path& root, const char* name) {
    const auto bytes = memory_field(root, name);
    return bytes ? Reading{*bytes, ""} : unreadable("/proc/meminfo has no '" + std::string(name) + "'");
}

Reading cpu_model(const Path& root) { return cpuinfo(root, "model name"); }
Reading cpu_family(const Path& root) { return cpuinfo(root, "cpu family"); }
Reading cpu_model_number(const Path& root) { return cpuinfo(root, "model"); }
Reading cpu_stepping(const Path& root) { return cpuinfo(root, "stepping"); }
Reading microcode(const Path& root) { return cpuinfo(root, "microcode"); }
Reading memory_bytes(const Path& root) { return memory(root, "MemTotal"); }
Reading memory_available(const Path& root) { return memory(root, "MemAvailable"); }
Reading kernel(const Path& root) { return text_of(root, "proc/sys/kernel/osrelease"); }

Reading governor(const Path& root) {
    const auto text = read_text(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    if (text) return {*text, ""};
    return unreadable(
        "/sys/devices/system/cpu/cpu0/cpufreq is not there: frequency is left to the hardware or the "
        "hypervisor");
}

Reading cores_online(const Path& root) {
    const auto text = read_text(root / "sys/devices/system/cpu/online");
    const auto cpus = text ? parse_cpu_list(*text) : std::vector<int>{};
    return cpus.empty() ? unreadable("/sys/devices/system/cpu/online cannot be read")
                        : Reading{cpus.size(), ""};
}

Reading threads_per_core(const Path& root) {
    const auto text = read_text(root / "sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
    const auto cpus = text ? parse_cpu_list(*text) : std::vector<int>{};
    return cpus.empty() ? unreadable("/sys/devices/system/cpu/cpu0/topology cannot be read")
                        : Reading{cpus.size(), ""};
}

Reading numa_nodes(const Path& root) {
    const auto text = read_text(root / "sys/devices/system/node/online");
    const auto nodes = text ? parse_cpu_list(*text) : std::vector<int>{};
    return nodes.empty() ? unreadable("/sys/devices/system/node/online cannot be read")
                         : Reading{nodes.size(), ""};
}

Reading caches(const Path& root) {
    Json list = Json::array();
    for (const auto& cache : read_caches(root))
        list.push_back({{"name", cache.name}, {"bytes", cache.bytes}, {"shared_by", cache.shared_by}});
    return list.empty() ? unreadable("neither /sys/devices/system/cpu/cpu0/cache nor CPUID tells")
                        : Reading{list, ""};
}

// "always [madvise] never": the word in brackets holds.
Reading huge_pages(const Path& root) {
    const auto text = read_text(root / "sys/kernel/mm/transparent_hugepage/enabled").value_or("");
    const auto open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open)
        return unreadable("/sys/kernel/mm/transparent_hugepage/enabled cannot be read");
    return {text.substr(open + 1, close - open - 1), ""};
}

Reading hypervisor(const Path& root) {
    const auto flags = parse_fields(read_text(root / "proc/cpuinfo").value_or(""));
    const auto found = flags.find("flags");
    if (found == flags.end()) return unreadable("/proc/cpuinfo has no 'flags'");
    return {(" " + found->second + " ").find(" hypervisor ") != std::string::npos, ""};
}

Reading load_average(const Path& root) {
    const auto text = read_text(root / "proc/loadavg");
    if (!text) return unreadable("/proc/loadavg cannot be read");
    return {parse_number(words(*text).front(), "/proc/loadavg"), ""};
}

// Of all threads together: a pinned one shows only its own core.
Reading affinity(const Path& root) {
    std::set<std::size_t> allowed;
    std::error_code error;
    for (const auto& task : std::filesystem::directory_iterator(root / "proc/self/task", error)) {
        cpu_set_t set;
        CPU_ZERO(&set);
        const auto thread =
            static_cast<pid_t>(parse_integer(task.path().filename().string(), "/proc/self/task"));
        if (sched_getaffinity(thread, sizeof set, &set) != 0) continue;
        for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &set)) allowed.insert(cpu);
    }
    if (allowed.empty()) return unreadable("sched_getaffinity tells of no thread in /proc/self/task");
    return {Json(allowed), ""};
}

Reading variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? Reading{value, ""} : unreadable(std::string(name) + " is not set");
}
Reading proc_bind(const Path&) { return variable("OMP_PROC_BIND"); }
Reading places(const Path&) { return variable("OMP_PLACES"); }

Reading clock(const Path&) {
    const auto hz = measure_clock_hz();
    return hz ? Reading{*hz, ""} : unreadable("not written for this instruction set");
}

Reading energy_counter(const Path& root) {
    const EnergyCounter counter(root);
    return counter.readable() ? Reading{"rapl", ""} : unreadable(counter.reason());
}

Reading run_queue_wait(const Path&) {
    return host_timer().waited_s ? Reading{"schedstat", ""}
                                 : unreadable("/proc/self/task/*/schedstat cannot be read");
}

struct Key {
    const char* name;
    Reading (*read)(const Path& root);
};

constexpr std::array keys = {
    Key{"cpu_model", cpu_model},
    Key{"cpu_family", cpu_family},
    Key{"cpu_model_number", cpu_model_number},
    Key{"cpu_stepping", cpu_stepping},
    Key{"microcode", microcode},
    Key{"hypervisor", hypervisor},
    Key{"cores_online", cores_online},
    Key{"threads_per_core", threads_per_core},
    Key{"numa_nodes", numa_nodes},
    Key{"affinity", affinity},
    Key{"omp_proc_bind", proc_bind},
    Key{"omp_places", places},
    Key{"governor", governor},
    Key{"clock_hz", clock},
    Key{"caches", caches},
    Key{"memory_bytes", memory_bytes},
    Key{"memory_available_bytes", memory_available},
    Key{"transparent_huge_pages", huge_pages},
    Key{"kernel", kernel},
    Key{"load_average_1min", load_average},
    Key{"energy_counter", energy_counter},
    Key{"run_queue_wait", run_queue_wait},
};

}  // namespace

Json read_machine_state(const Path& root) {
    Json out = Json::object(), missing = Json::object();
    for (const auto& [name, read] : keys) {
        auto reading = read(root);
        if (reading.reason.empty())
            out[name] = std::move(reading.value);
        else
            missing[name] = reading.reason;
    }
    out["unreadable"] = missing;
    return out;
}

}  // namespace ridge::profiler
