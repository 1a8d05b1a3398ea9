// SPDX-License-Identifier: Apache-2.0
#include "core/roof.hpp"

namespace ridge {
namespace {

std::string_view kind_name(RoofProbe::Kind kind) {
    return kind == RoofProbe::Kind::compute ? "compute" : "bandwidth";
}

template <typename Wanted>
const Roof* highest(const std::vector<Roof>& roofs, Wanted wanted) {
    const Roof* best = nullptr;
    for (const auto& roof : roofs)
        if (wanted(roof.probe) && (!best || roof.rate > best->rate)) best = &roof;
    return best;
}

}  // namespace

std::string RoofProbe::text() const {
    std::string out = std::string(kind_name(kind)) + " " + mix + " " + std::string(name(precision));
    if (kind == Kind::bandwidth) out += " " + level;
    return out + " " + scope;
}

Json RoofProbe::json() const {
    Json out = {{"kind", kind_name(kind)}, {"mix", mix}, {"precision", name(precision)}, {"scope", scope}};
    if (kind == Kind::bandwidth) out["level"] = level, out["working_set_bytes"] = working_set_bytes;
    return out;
}

RoofProbe RoofProbe::from_json(const JsonReader& json) {
    RoofProbe probe;
    const auto kind = json.at("kind").text();
    if (kind != "compute" && kind != "bandwidth") json.at("kind").fail("\"compute\" or \"bandwidth\"");
    probe.kind = kind == "compute" ? Kind::compute : Kind::bandwidth;
    probe.mix = json.at("mix").text();
    probe.precision = json.at("precision").parsed(parse_precision);
    probe.scope = json.text_or("scope", "device");
    if (probe.kind == Kind::compute) return probe;
    probe.level = json.at("level").text();
    probe.working_set_bytes = json.at("working_set_bytes").integer();
    if (probe.working_set_bytes <= 0) json.at("working_set_bytes").fail("a number of bytes above 0");
    return probe;
}

const Roof* best_compute_roof(const std::vector<Roof>& roofs, Precision precision) {
    return highest(roofs, [&](const RoofProbe& probe) {
        return probe.kind == RoofProbe::Kind::compute && probe.precision == precision;
    });
}

const Roof* best_bandwidth_roof(const std::vector<Roof>& roofs, const std::string& level) {
    return highest(roofs, [&](const RoofProbe& probe) {
        return probe.kind == RoofProbe::Kind::bandwidth && probe.level == level;
    });
}

const Roof* bandwidth_roof(const std::vector<Roof>& roofs, const std::string& level, const std::string& mix) {
    return highest(roofs, [&](const RoofProbe& probe) {
        return probe.kind == RoofProbe::Kind::bandwidth && probe.level == level && probe.mix == mix;
    });
}

}  // namespace ridge
