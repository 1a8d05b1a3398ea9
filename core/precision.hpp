// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace ridge {

enum class Precision { fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, int32, int8, int4 };

inline constexpr std::array all_precisions = {
    Precision::fp64,     Precision::fp32,     Precision::tf32,  Precision::bf16, Precision::fp16,
    Precision::fp8_e4m3, Precision::fp8_e5m2, Precision::int32, Precision::int8, Precision::int4};

[[nodiscard]] std::string_view name(Precision precision);

/// Throws InputError naming the known precisions.
[[nodiscard]] Precision parse_precision(std::string_view text);

/// Bits that one element takes in memory; tf32 is stored in 32.
[[nodiscard]] int storage_bits(Precision precision);

[[nodiscard]] bool is_integer(Precision precision);

/// How an operand is stored: its precision, and for group-quantised weights the elements that share a scale.
/// Text: "bf16", "int4:g128" (fp16 scales), "int4:g128:fp32".
struct NumberFormat {
    Precision precision = Precision::fp32;
    int group_size = 0;  ///< elements along k that share a scale; 0: no scales
    Precision scale = Precision::fp16;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] double bits_per_element() const;  ///< share of the scale included
    [[nodiscard]] static NumberFormat parse(std::string_view text);
    bool operator==(const NumberFormat&) const = default;
};

}  // namespace ridge
