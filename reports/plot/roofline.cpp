// SPDX-License-Identifier: Apache-2.0
#include "reports/plot/roofline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "core/units.hpp"
#include "reports/call_table.hpp"

namespace ridge::reports::plot {
namespace {

// Lines run far beyond what anyone zooms to; layout() clips them.
constexpr double far_left = 1e-9, far_right = 1e12;

struct PrecisionRow {
    Precision precision;
    PrecisionStyle style;
};
constexpr std::array<PrecisionRow, all_precisions.size()> styles = {{
    {Precision::fp64, {Role::series_7, Shape::pentagon}},
    {Precision::fp32, {Role::series_1, Shape::circle}},
    {Precision::tf32, {Role::series_6, Shape::plus}},
    {Precision::bf16, {Role::series_2, Shape::square}},
    {Precision::fp16, {Role::series_5, Shape::diamond}},
    {Precision::fp8_e4m3, {Role::series_4, Shape::triangle_down}},
    {Precision::fp8_e5m2, {Role::series_4, Shape::cross}},
    {Precision::int32, {Role::series_7, Shape::plus}},
    {Precision::int8, {Role::series_3, Shape::triangle_up}},
    {Precision::int4, {Role::series_6, Shape::triangle_down}},
    {Precision::fp4_e2m1, {Role::series_6, Shape::cross}},
    {Precision::fp8_e8m0, {Role::series_4, Shape::plus}},
}};

bool is_compute(const Roof& roof) { return roof.probe.kind == RoofProbe::Kind::compute; }
bool is_specified(const Roof& roof) { return roof.provenance == Provenance::specified; }

// What a line stands for: a precision or a memory level, measured or specified.
std::string group_of(const Roof& roof) {
    const auto what = is_compute(roof) ? std::string(name(roof.probe.precision)) : roof.probe.level;
    return std::string(is_compute(roof) ? "compute " : "bandwidth ") + what +
           (is_specified(roof) ? " specified" : " measured");
}

// The highest of each group of scope "device".
std::vector<Roof> best_roofs(const std::vector<Roof>& roofs) {
    std::map<std::string, Roof> best;
    for (const auto& roof : roofs) {
        if (roof.probe.scope != "device" || roof.rate <= 0) continue;
        const auto [found, added] = best.emplace(group_of(roof), roof);
        if (!added && roof.rate > found->second.rate) found->second = roof;
    }
    std::vector<Roof> out;
    for (const auto& [group, roof] : best) out.push_back(roof);
    return out;
}

std::set<Precision> wanted_precisions(const RooflineInput& input) {
    std::set<Precision> out;
    for (const auto& call : input.calls) out.insert(call.compute);
    return out;
}

std::vector<Roof> shown_roofs(const RooflineInput& input) {
    auto roofs = best_roofs(input.roofs);
    const auto wanted = wanted_precisions(input);
    const auto has_roof = [&](const Roof& roof) {
        return is_compute(roof) && wanted.contains(roof.probe.precision);
    };
    if (!std::ranges::any_of(roofs, has_roof)) return roofs;
    std::erase_if(roofs, [&](const Roof& roof) { return is_compute(roof) && !has_roof(roof); });
    return roofs;
}

double highest(const std::vector<Roof>& roofs, bool compute) {
    double out = 0;
    for (const auto& roof : roofs)
        if (is_compute(roof) == compute) out = std::max(out, roof.rate);
    return out;
}

// The highest roof of the other kind that a roof is drawn up to: of its own provenance where there is one.
double partner(const Roof& roof, const std::vector<Roof>& all) {
    std::vector<Roof> same;
    std::ranges::copy_if(all, std::back_inserter(same),
                         [&](const Roof& one) { return one.provenance == roof.provenance; });
    const double found = highest(same, !is_compute(roof));
    return found > 0 ? found : highest(all, !is_compute(roof));
}

std::string rate_text(const Roof& roof, double rate) {
    if (!is_compute(roof)) return quantity(rate, "B/s");
    return quantity(rate, is_integer(roof.probe.precision) ? "OP/s" : "FLOP/s");
}

std::string label_of(const Roof& roof) {
    const auto what = is_compute(roof) ? std::string(name(roof.probe.precision)) : roof.probe.level;
    const auto mix = roof.probe.mix.empty() || is_specified(roof) ? "" : " " + roof.probe.mix;
    return what + mix + "  " + rate_text(roof, roof.rate) + (is_specified(roof) ? "  (specified)" : "");
}

std::vector<TooltipRow> roof_rows(const Roof& roof) {
    std::vector<TooltipRow> rows = {{"", label_of(roof)}, {"Provenance", std::string(name(roof.provenance))}};
    if (!is_specified(roof)) {
        rows.push_back(
            {"95 % interval", rate_text(roof, roof.rate_low) + " … " + rate_text(roof, roof.rate_high)});
        rows.push_back({"Samples", std::to_string(roof.samples.size())});
    }
    if (roof.probe.working_set_bytes > 0)
        rows.push_back({"Working set", capacity(static_cast<double>(roof.probe.working_set_bytes))});
    if (!roof.source.empty()) rows.push_back({"Source", roof.source});
    return rows;
}

Role colour_of(const Roof& roof) {
    return is_compute(roof) ? style_of(roof.probe.precision).colour : Role::series_8;
}

struct Ends {
    double left, right;
};

// A bandwidth line ends where it meets the highest compute roof, a compute line begins at the steepest
// bandwidth line.
Ends ends_of(const Roof& roof, const std::vector<Roof>& all) {
    const double other = partner(roof, all);
    if (is_compute(roof)) return {other > 0 ? roof.rate / other : far_left, far_right};
    return {far_left, other > 0 ? other / roof.rate : far_right};
}

Spot on_roof(const Roof& roof, double rate, double intensity) {
    return {intensity, is_compute(roof) ? rate : rate * intensity};
}

void add_roof(Scene& scene, const Roof& roof, const std::vector<Roof>& all) {
    const auto [left, right] = ends_of(roof, all);
    if (!is_specified(roof) && roof.rate_high > roof.rate_low)
        scene.bands.push_back({{on_roof(roof, roof.rate_low, left), on_roof(roof, roof.rate_low, right),
                                on_roof(roof, roof.rate_high, right), on_roof(roof, roof.rate_high, left)},
                               colour_of(roof)});
    scene.lines.push_back({.id = "roof:" + group_of(roof),
                           .label = label_of(roof),
                           .from = on_roof(roof, roof.rate, left),
                           .to = on_roof(roof, roof.rate, right),
                           .colour = colour_of(roof),
                           .width = is_specified(roof) ? 1.4 : 2.0,
                           .dashed = is_specified(roof),
                           .rows = roof_rows(roof)});
}

const Roof* dram(const std::vector<Roof>& roofs) {
    const Roof* out = nullptr;
    for (const auto& roof : roofs)
        if (!is_compute(roof) && roof.probe.level == "DRAM" && (!out || !is_specified(roof))) out = &roof;
    return out;
}

// Where a device turns from memory-bound to compute-bound; both roofs of the same provenance.
void add_ridge_points(Scene& scene, const std::vector<Roof>& roofs) {
    const auto* memory = dram(roofs);
    if (!memory) return;
    for (const auto& roof : roofs) {
        if (!is_compute(roof) || roof.provenance != memory->provenance) continue;
        const double intensity = roof.rate / memory->rate;
        Point point;
        point.id = "ridge:" + std::string(name(roof.probe.precision));
        point.at = {intensity, roof.rate};
        point.low = point.high = roof.rate;
        point.colour = colour_of(roof);
        point.shape = Shape::diamond;
        point.hollow = point.decoration = true;
        point.rows = {{"", "Ridge point of " + std::string(name(roof.probe.precision)) + " and DRAM"},
                      {"Intensity", significant(intensity) + " FLOP/B"},
                      {"Provenance", std::string(name(roof.provenance))}};
        scene.points.push_back(std::move(point));
    }
}

Point point_of(const CallResult& result) {
    const auto& summary = *result.best.summary;
    const auto style = style_of(result.compute);
    Point point;
    point.id = point_id(result.number);
    point.label = std::to_string(result.number);
    point.at = {result.work.intensity(), result.flop_rate()};
    point.low = result.work.flop / summary.interval.high;
    point.high = result.work.flop / summary.interval.low;
    point.colour = style.colour;
    point.shape = style.shape;
    point.hollow = result.sparse;
    point.flagged = result.above_roof();
    point.rows = call_tooltip(result);
    return point;
}

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = 0;
    void include(double value) { low = std::min(low, value), high = std::max(high, value); }
    [[nodiscard]] bool empty() const { return high <= 0; }
};

// Room for what is drawn: the points, the ridge points, and the top of the roofs.
void set_axes(Scene& scene, const std::vector<Roof>& roofs) {
    Range x, y;
    for (const auto& point : scene.points) x.include(point.at.x), y.include(point.at.y);
    // Bandwidths alone are shown around an intensity of 1, where FLOP/s and bytes/s are the same number.
    const bool any_compute = highest(roofs, true) > 0;
    for (const auto& roof : roofs)
        if (is_compute(roof) || !any_compute) y.include(roof.rate);
    if (x.empty()) x.include(1);
    if (y.empty()) y.include(1);
    scene.x = rounded_outwards({"Arithmetic intensity (FLOP per byte of DRAM traffic)", Scale::logarithmic,
                                x.low / 2.2, x.high * 2.5, false});
    scene.y = rounded_outwards(
        {"Performance (FLOP/s; OP/s for integers)", Scale::logarithmic, y.low / 2.2, y.high * 1.6, true});
}

void set_legend(Scene& scene, const RooflineInput& input) {
    using Mark = LegendEntry::Mark;
    for (const auto precision : wanted_precisions(input)) {
        const auto style = style_of(precision);
        scene.legend.push_back({std::string(name(precision)), Mark::point, style.colour, style.shape, false});
    }
    const auto add_if = [&](bool present, const char* text, Mark mark, Role colour, Shape shape,
                            bool hollow) {
        if (present) scene.legend.push_back({text, mark, colour, shape, hollow});
    };
    const auto& points = scene.points;
    add_if(std::ranges::any_of(points, [](const Point& p) { return p.hollow && !p.decoration; }),
           "hollow: sparse", Mark::point, Role::text, Shape::circle, true);
    add_if(std::ranges::any_of(points, &Point::flagged), "above its roof", Mark::ring, Role::text,
           Shape::circle, false);
    add_if(std::ranges::any_of(points, &Point::decoration), "ridge point", Mark::point, Role::text,
           Shape::diamond, true);
    add_if(std::ranges::any_of(scene.lines, [](const Line& l) { return !l.dashed; }), "measured roof",
           Mark::line, Role::series_8, Shape::circle, false);
    add_if(!scene.bands.empty(), "its 95 % interval", Mark::band, Role::series_8, Shape::circle, false);
    add_if(std::ranges::any_of(scene.lines, &Line::dashed), "specified ceiling", Mark::dashed, Role::series_8,
           Shape::circle, false);
}

std::string description_of(const Scene& scene, const RooflineInput& input) {
    const auto drawn =
        std::ranges::count_if(scene.points, [](const Point& point) { return !point.decoration; });
    const auto flagged = std::ranges::count_if(scene.points, &Point::flagged);
    std::string out = "Roofline chart of " + input.device + ", logarithmic axes, with " +
                      std::to_string(scene.lines.size()) + " roofs and " + std::to_string(drawn) +
                      " measured calls.";
    for (const auto& line : scene.lines) out += " " + line.label + ".";
    if (flagged > 0) out += " " + std::to_string(flagged) + " calls lie above their roof.";
    return out + " The table of calls has the same numbers.";
}

}  // namespace

PrecisionStyle style_of(Precision precision) { return styles[static_cast<std::size_t>(precision)].style; }

std::string point_id(int number) { return "call:" + std::to_string(number); }

int point_number(const std::string& id) {
    constexpr std::string_view prefix = "call:";
    return id.starts_with(prefix) ? std::atoi(id.c_str() + prefix.size()) : 0;
}

std::vector<Roof> specified_roofs(const Device& device) {
    const std::string source = device.sources.empty() ? "data sheet" : device.sources.front();
    std::vector<Roof> out;
    const auto add = [&](RoofProbe probe, double rate) {
        out.push_back({std::move(probe), Provenance::specified, rate, rate, rate, {}, source});
    };
    for (const auto& [precision, rate] : device.peak_flops)
        add({.kind = RoofProbe::Kind::compute, .mix = "", .precision = precision, .level = ""}, rate);
    if (device.memory_bandwidth_bytes_per_s > 0)
        add({.kind = RoofProbe::Kind::bandwidth, .mix = "", .precision = Precision::fp32, .level = "DRAM"},
            device.memory_bandwidth_bytes_per_s);
    return out;
}

Scene roofline_scene(const RooflineInput& input) {
    Scene scene;
    scene.title = "Roofline of " + input.device;
    const auto roofs = shown_roofs(input);
    for (const auto& roof : roofs) add_roof(scene, roof, roofs);
    add_ridge_points(scene, roofs);
    for (const auto& call : input.calls)
        if (call.work.flop > 0) scene.points.push_back(point_of(call));
    set_axes(scene, roofs);
    set_legend(scene, input);
    scene.description = description_of(scene, input);
    return scene;
}

}  // namespace ridge::reports::plot
