// SPDX-License-Identifier: Apache-2.0
#include "core/precision.hpp"

#include <charconv>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge {
namespace {

struct PrecisionRow {
    Precision precision;
    std::string_view name;
    int bits;
    bool integer;
};

constexpr std::array<PrecisionRow, all_precisions.size()> rows = {{
    {Precision::fp64, "fp64", 64, false},
    {Precision::fp32, "fp32", 32, false},
    {Precision::tf32, "tf32", 32, false},
    {Precision::bf16, "bf16", 16, false},
    {Precision::fp16, "fp16", 16, false},
    {Precision::fp8_e4m3, "fp8_e4m3", 8, false},
    {Precision::fp8_e5m2, "fp8_e5m2", 8, false},
    {Precision::int32, "int32", 32, true},
    {Precision::int8, "int8", 8, true},
    {Precision::int4, "int4", 4, true},
    {Precision::fp4_e2m1, "fp4_e2m1", 4, false},
    {Precision::fp8_e8m0, "fp8_e8m0", 8, false},
}};

const PrecisionRow& row(Precision precision) { return rows[static_cast<std::size_t>(precision)]; }

int parse_group(std::string_view part, std::string_view whole) {
    int group = 0;
    const auto* end = part.data() + part.size();
    const bool marked = part.starts_with('g') || part.starts_with('b');
    const auto [rest, error] = std::from_chars(part.data() + (marked ? 1 : 0), end, group);
    if (!marked || error != std::errc{} || rest != end || group <= 0)
        throw InputError("number format '" + std::string(whole) + "': group '" + std::string(part) +
                         "' should be g followed by a positive count, as in int4:g128, or row");
    return group;
}

// What serving stacks store: fp16 beside groups of weights, fp32 for whole rows and for blocks.
Precision usual_scale(const NumberFormat& format) {
    return format.row_scale || format.block_scale ? Precision::fp32 : Precision::fp16;
}

Precision parse_scale(std::string_view part, std::string_view whole) {
    const auto scale = parse_precision(part);
    if (is_integer(scale))
        throw InputError("number format '" + std::string(whole) + "': a scale should be a float, not " +
                         std::string(part));
    return scale;
}

}  // namespace

std::string_view name(Precision precision) { return row(precision).name; }
int storage_bits(Precision precision) { return row(precision).bits; }
bool is_integer(Precision precision) { return row(precision).integer; }

Precision parse_precision(std::string_view text) {
    std::string known;
    for (const auto& candidate : rows) {
        if (candidate.name == text) return candidate.precision;
        known += (known.empty() ? "" : ", ") + std::string(candidate.name);
    }
    throw InputError("unknown precision '" + std::string(text) + "'; known: " + known);
}

std::string NumberFormat::text() const {
    std::string out(name(precision));
    if (group_size > 0) out.append(block_scale ? ":b" : ":g").append(std::to_string(group_size));
    if (row_scale) out += ":row";
    if (is_scaled() && scale != usual_scale(*this)) out.append(":").append(name(scale));
    if (zero_points) out += ":zero";
    return out;
}

double NumberFormat::bits_per_element() const {
    if (group_size == 0) return storage_bits(precision);
    const int shared = storage_bits(scale) + (zero_points ? storage_bits(precision) : 0);
    const double sharing = block_scale ? static_cast<double>(group_size) * group_size : group_size;
    return storage_bits(precision) + shared / sharing;
}

NumberFormat NumberFormat::parse(std::string_view text) {
    const auto parts = split(text, ':');
    NumberFormat format;
    format.precision = parse_precision(parts[0]);
    if (parts.size() == 1) return format;
    format.row_scale = parts[1] == "row";
    if (!format.row_scale) format.group_size = parse_group(parts[1], text);
    format.block_scale = parts[1].starts_with('b');
    format.scale = usual_scale(format);
    auto rest = parts.begin() + 2;
    if (rest != parts.end() && *rest != "zero") format.scale = parse_scale(*rest++, text);
    if (rest != parts.end() && *rest == "zero") format.zero_points = (++rest, true);
    if (rest != parts.end())
        throw InputError("number format '" + std::string(text) +
                         "' should be like bf16, int8:row, int4:g128, int4:g128:fp32 or int4:g128:zero");
    if (format.zero_points && !is_integer(format.precision))
        throw InputError("number format '" + std::string(text) + "': only integers have zero points");
    return format;
}

}  // namespace ridge
