// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/precision.hpp"

namespace ridge {

struct CacheLevel {
    std::string name;            ///< "L1", "L2", "L3"
    double bytes = 0;            ///< of one instance
    std::int64_t shared_by = 1;  ///< units (cores, SMs) that share an instance; 0: all
};

/// A device as specified by its data sheet, or as found by a worker on the machine. SI units.
/// File format: configs/schema/device.schema.json; every figure there carries its source.
struct Device {
    std::string id;  ///< lower case, "h100-sxm"; of a found device derived from its name
    std::string name;
    std::string vendor;
    std::string kind;        ///< "gpu", "cpu", "npu", "fpga"
    std::int64_t units = 0;  ///< SMs, CUs or cores
    double clock_hz = 0;
    std::map<Precision, double> peak_flops;  ///< dense FLOP/s (OP/s for integers); absent where not specified
    double memory_bytes = 0;
    double memory_bandwidth_bytes_per_s = 0;
    std::vector<CacheLevel> caches;
    std::optional<double> tdp_w;
    std::vector<std::string> instruction_sets;  ///< found on CPUs: "avx512f", "avx512_vnni" …
    std::vector<std::string> sources;

    [[nodiscard]] Json json() const;
    [[nodiscard]] static Device from_json(const JsonReader& json);
};

/// Identifier from a name: lower case, runs of other characters become one '-'.
[[nodiscard]] std::string slug(const std::string& name);

}  // namespace ridge
