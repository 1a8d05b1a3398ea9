// SPDX-License-Identifier: Apache-2.0
#include "core/device.hpp"

#include <cctype>

namespace ridge {
namespace {

Json caches_json(const std::vector<CacheLevel>& caches) {
    Json out = Json::array();
    for (const auto& cache : caches)
        out.push_back({{"name", cache.name}, {"bytes", cache.bytes}, {"shared_by", cache.shared_by}});
    return out;
}

std::vector<CacheLevel> caches_from(const JsonReader& json) {
    std::vector<CacheLevel> out;
    for (const auto& cache : json.items())
        out.push_back(
            {cache.at("name").text(), cache.at("bytes").positive(), cache.count_or("shared_by", 1)});
    return out;
}

std::vector<std::string> texts_from(const JsonReader& json, std::string_view key) {
    std::vector<std::string> out;
    if (const auto list = json.find(key))
        for (const auto& item : list->items()) out.push_back(item.text());
    return out;
}

// A key that is no precision is reported with its file and place, as a wrong value would be.
Precision precision_of(const std::string& key, const JsonReader& rate) {
    try {
        return parse_precision(key);
    } catch (const InputError& error) {
        rate.fail("under the name of a precision: " + std::string(error.what()));
    }
}

}  // namespace

Json Device::json() const {
    Json peaks = Json::object();
    for (const auto& [precision, rate] : peak_flops) peaks[std::string(ridge::name(precision))] = rate;
    Json out = {{"id", id},
                {"name", name},
                {"vendor", vendor},
                {"kind", kind},
                {"units", units},
                {"clock_hz", clock_hz},
                {"peak_flops", peaks},
                {"memory_bytes", memory_bytes},
                {"memory_bandwidth_bytes_per_s", memory_bandwidth_bytes_per_s},
                {"caches", caches_json(caches)}};
    if (tdp_w) out["tdp_w"] = *tdp_w;
    if (!instruction_sets.empty()) out["instruction_sets"] = instruction_sets;
    out["sources"] = sources;
    return out;
}

Device Device::from_json(const JsonReader& json) {
    Device device;
    device.id = json.at("id").text();
    if (device.id.empty() || device.id != slug(device.id))
        json.at("id").fail("lower-case letters, digits, '.' and '-'");
    device.name = json.at("name").text();
    device.vendor = json.at("vendor").text();
    device.kind = json.at("kind").text();
    device.units = json.count_or("units", 0);
    device.clock_hz = json.amount_or("clock_hz", 0);
    if (const auto peaks = json.find("peak_flops"))
        for (const auto& [precision, rate] : peaks->members())
            device.peak_flops[precision_of(precision, rate)] = rate.positive();
    device.memory_bytes = json.amount_or("memory_bytes", 0);
    device.memory_bandwidth_bytes_per_s = json.amount_or("memory_bandwidth_bytes_per_s", 0);
    if (const auto caches = json.find("caches")) device.caches = caches_from(*caches);
    device.tdp_w = json.find_positive("tdp_w");
    device.instruction_sets = texts_from(json, "instruction_sets");
    device.sources = texts_from(json, "sources");
    return device;
}

std::string slug(const std::string& name) {
    std::string out;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || c == '.')
            out += static_cast<char>(std::tolower(byte));
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (!out.empty() && out.back() == '-') out.pop_back();
    return out;
}

}  // namespace ridge
