// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace ridge {

/// fp8_e8m0, powers of two, is a precision of scales only (OCP Microscaling Formats 1.0).
enum class Precision {
    fp64,
    fp32,
    tf32,
    bf16,
    fp16,
    fp8_e4m3,
    fp8_e5m2,
    int32,
    int8,
    int4,
    fp4_e2m1,
    fp8_e8m0
};

inline constexpr std::array all_precisions = {Precision::fp64,     Precision::fp32,     Precision::tf32,
                                              Precision::bf16,     Precision::fp16,     Precision::fp8_e4m3,
                                              Precision::fp8_e5m2, Precision::int32,    Precision::int8,
                                              Precision::int4,     Precision::fp4_e2m1, Precision::fp8_e8m0};

[[nodiscard]] std::string_view name(Precision precision);

/// Throws InputError naming the known precisions.
[[nodiscard]] Precision parse_precision(std::string_view text);

/// Bits that one element takes in memory; tf32 is stored in 32.
[[nodiscard]] int storage_bits(Precision precision);

[[nodiscard]] bool is_integer(Precision precision);

/// How an operand is stored: its precision, and for quantised operands which elements share a scale.
/// Text: "bf16"; "int4:g128" (an fp16 scale for each 128 elements along k), "int4:g128:fp32",
/// "int4:g128:zero" (a zero point of the operand's own bits beside each scale); "int8:row" (an fp32 scale for
/// each row: a token of activations, an output channel of weights, a head of a cached key); "fp8_e4m3:b128"
/// (an fp32 scale for each block of 128 x 128 weights). NVFP4 is "fp4_e2m1:g16:fp8_e4m3", MXFP4
/// "fp4_e2m1:g32:fp8_e8m0".
struct NumberFormat {
    Precision precision = Precision::fp32;
    int group_size = 0;  ///< elements along k that share a scale, or the side of a block; 0: no such scales
    Precision scale = Precision::fp16;
    bool row_scale = false;
    bool block_scale = false;  ///< blocks of group_size x group_size share a scale
    bool zero_points = false;

    [[nodiscard]] bool is_scaled() const { return group_size > 0 || row_scale; }
    [[nodiscard]] std::string text() const;
    /// Share of group scales and zero points included; scales of rows, whose length a format does not know,
    /// are left out.
    [[nodiscard]] double bits_per_element() const;
    [[nodiscard]] static NumberFormat parse(std::string_view text);
    bool operator==(const NumberFormat&) const = default;
};

}  // namespace ridge
