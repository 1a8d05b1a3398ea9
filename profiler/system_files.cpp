// SPDX-License-Identifier: Apache-2.0
#include "profiler/system_files.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "core/text.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ridge::profiler {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

template <typename Number>
std::optional<Number> leading_number(std::string_view text, std::string_view& rest) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<double> read_size(const std::filesystem::path& path) {
    const auto text = read_text(path);
    return text ? parse_size(*text) : std::nullopt;
}

std::optional<CacheLevel> sysfs_cache(const std::filesystem::path& folder) {
    const auto level = read_text(folder / "level"), type = read_text(folder / "type");
    const auto bytes = read_size(folder / "size");
    if (!level || !type || !bytes || *type == "Instruction") return std::nullopt;
    const auto sharing = parse_cpu_list(read_text(folder / "shared_cpu_list").value_or("0"));
    return CacheLevel{"L" + *level, *bytes,
                      std::max<std::int64_t>(1, static_cast<std::int64_t>(sharing.size()))};
}

// Of the control group: memory that the kernel gives back before it refuses any ("inactive_file 4096").
double page_cache_bytes(const std::filesystem::path& root) {
    double bytes = 0;
    const auto text = read_text(root / "sys/fs/cgroup/memory.stat").value_or("");
    for (const auto line : split(text, '\n')) {
        const auto parts = words(line);
        if (parts.size() == 2 && (parts[0] == "inactive_file" || parts[0] == "active_file"))
            bytes += parse_size(parts[1]).value_or(0.0);
    }
    return bytes;
}

#if defined(__x86_64__)
// Intel SDM vol. 2, CPUID leaf 4; AMD has the same under 0x8000001d.
std::vector<CacheLevel> cpuid_caches(unsigned leaf) {
    std::vector<CacheLevel> caches;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    for (unsigned i = 0; __get_cpuid_count(leaf, i, &eax, &ebx, &ecx, &edx) != 0; ++i) {
        const unsigned type = eax & 0x1fu, level = (eax >> 5u) & 0x7u;
        constexpr unsigned no_more = 0, instruction = 2;
        if (type == no_more) break;
        if (type == instruction) continue;
        const double ways = ((ebx >> 22u) & 0x3ffu) + 1.0, partitions = ((ebx >> 12u) & 0x3ffu) + 1.0;
        const double line = (ebx & 0xfffu) + 1.0, sets = ecx + 1.0;
        caches.push_back(
            {"L" + std::to_string(level), ways * partitions * line * sets, ((eax >> 14u) & 0xfffu) + 1});
    }
    return caches;
}
#endif

std::vector<CacheLevel> caches_without_sysfs([[maybe_unused]] const std::filesystem::path& root) {
#if defined(__x86_64__)
    constexpr unsigned intel_leaf = 4, amd_leaf = 0x8000001d;
    if (root != "/") return {};
    auto caches = cpuid_caches(intel_leaf);
    return caches.empty() ? cpuid_caches(amd_leaf) : caches;
#else
    return {};
#endif
}

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (!file || !(content << file.rdbuf())) return std::nullopt;
    const auto all = content.str();
    const auto text = trimmed(all);
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

std::map<std::string, std::string> parse_fields(std::string_view text) {
    std::map<std::string, std::string> fields;
    for (const auto line : split(text, '\n')) {
        if (trimmed(line).empty()) break;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        fields.emplace(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return fields;
}

std::optional<double> parse_size(std::string_view text) {
    std::string_view unit;
    const auto value = leading_number<double>(trimmed(text), unit);
    if (!value || *value <= 0) return std::nullopt;
    unit = trimmed(unit);
    if (unit.empty()) return *value;
    if (unit == "K" || unit == "kB") return *value * 1024;
    if (unit == "M") return *value * 1024 * 1024;
    if (unit == "G") return *value * 1024 * 1024 * 1024;
    return std::nullopt;
}

std::vector<int> parse_cpu_list(std::string_view text) {
    std::vector<int> cpus;
    for (const auto part : split(trimmed(text), ',')) {
        std::string_view rest;
        const auto first = leading_number<int>(part, rest);
        if (!first) return {};
        const auto last = rest.starts_with('-') ? leading_number<int>(rest.substr(1), rest) : first;
        constexpr int most = 1 << 16;
        if (!last || !rest.empty() || *last < *first || *last > most) return {};
        for (int cpu = *first; cpu <= *last; ++cpu) cpus.push_back(cpu);
    }
    return cpus;
}

std::optional<double> memory_field(const std::filesystem::path& root, const std::string& name) {
    const auto text = read_text(root / "proc/meminfo");
    if (!text) return std::nullopt;
    const auto fields = parse_fields(*text);
    const auto found = fields.find(name);
    return found == fields.end() ? std::nullopt : parse_size(found->second);
}

std::optional<std::int64_t> available_bytes(const std::filesystem::path& root) {
    auto available = memory_field(root, "MemAvailable");
    const auto limit = read_size(root / "sys/fs/cgroup/memory.max"),
               used = read_size(root / "sys/fs/cgroup/memory.current");
    if (limit && used) {
        const double held = std::max(0.0, *used - page_cache_bytes(root));
        const double left = std::max(0.0, *limit - held);
        available = std::min(available.value_or(left), left);
    }
    if (!available) return std::nullopt;
    return static_cast<std::int64_t>(*available);
}

std::vector<CacheLevel> read_caches(const std::filesystem::path& root) {
    std::vector<CacheLevel> caches;
    for (int i = 0;; ++i) {
        const auto folder = root / "sys/devices/system/cpu/cpu0/cache" / ("index" + std::to_string(i));
        std::error_code error;
        if (!std::filesystem::exists(folder, error)) break;
        if (const auto cache = sysfs_cache(folder)) caches.push_back(*cache);
    }
    if (caches.empty()) caches = caches_without_sysfs(root);
    std::ranges::sort(caches, {}, &CacheLevel::name);
    return caches;
}

}  // namespace ridge::profiler
