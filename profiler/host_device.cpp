// SPDX-License-Identifier: Apache-2.0
#include "profiler/device_identity.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "profiler/host_timer.hpp"
#include "profiler/system_files.hpp"

namespace ridge::profiler {
namespace {

using Fields = std::map<std::string, std::string>;

// What x86 and ARM kernels name the vector and matrix extensions in cpuinfo.
constexpr std::array known_instruction_sets = {
    "sse4_2",   "avx",      "f16c",     "fma",         "avx2",        "avx_vnni",    "avx512f",
    "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile",
    "amx_int8", "amx_bf16", "amx_fp16", "asimd",       "asimdhp",     "asimddp",     "bf16",
    "i8mm",     "sve",      "sve2",     "sme",         "clflushopt"};

std::string field(const Fields& fields, const std::string& key, const std::string& fallback) {
    const auto found = fields.find(key);
    return found == fields.end() || found->second.empty() ? fallback : found->second;
}

std::string without(std::string text, std::string_view part) {
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part))
        text.erase(at, part.size());
    return text;
}

// "Intel(R) Xeon(R) Processor" is "Intel Xeon Processor"; a clock behind '@' goes.
std::string plain_name(std::string name) {
    for (const std::string_view mark : {"(R)", "(TM)", "(r)", "(tm)"}) name = without(name, mark);
    name = name.substr(0, name.find('@'));
    std::vector<std::string> parts;
    for (const auto word : words(name)) parts.emplace_back(word);
    return join(parts, " ");
}

std::string vendor_of(const Fields& cpu) {
    const auto id = field(cpu, "vendor_id", "");
    if (id == "GenuineIntel") return "Intel";
    if (id == "AuthenticAMD") return "AMD";
    return id.empty() ? "unknown" : id;
}

std::vector<std::string> instruction_sets(const Fields& cpu) {
    const auto flags = field(cpu, "flags", field(cpu, "Features", ""));
    const auto given = words(flags);
    std::vector<std::string> found;
    for (const std::string_view name : known_instruction_sets)
        if (std::ranges::find(given, name) != given.end()) found.emplace_back(name);
    return found;
}

std::int64_t online_cores(const std::filesystem::path& root) {
    const auto list = read_text(root / "sys/devices/system/cpu/online");
    const auto count = list ? parse_cpu_list(*list).size() : 0;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(count));
}

}  // namespace

Device host_device(const std::filesystem::path& root) {
    const auto cpu = parse_fields(read_text(root / "proc/cpuinfo").value_or(""));
    Device device;
    device.name = plain_name(field(cpu, "model name", field(cpu, "CPU implementer", "CPU of unknown model")));
    device.kind = "cpu";
    device.vendor = vendor_of(cpu);
    device.units = online_cores(root);
    device.id = slug(device.name + " " + std::to_string(device.units) + "c");
    device.memory_bytes = memory_field(root, "MemTotal").value_or(0);
    device.caches = read_caches(root);
    device.instruction_sets = instruction_sets(cpu);
    device.sources = {"found in /proc and /sys; clock measured"};
    return device;
}

Device clocked_host_device() {
    auto device = host_device();
    constexpr double step_hz = 1e7;  // of the clock as identity; its exact course is in every measurement
    device.clock_hz = std::round(measure_clock_hz().value_or(0) / step_hz) * step_hz;
    return device;
}

}  // namespace ridge::profiler
