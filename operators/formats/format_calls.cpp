// SPDX-License-Identifier: Apache-2.0
#include "operators/formats/format_calls.hpp"

#include "core/error.hpp"
#include "operators/elementwise.hpp"

namespace ridge::operators {
namespace {

[[noreturn]] void fail(const OperatorCall& call, const std::string& why) {
    throw InputError("operator call '" + call.text() + "': " + why);
}

void check_float(const OperatorCall& call, const char* operand) {
    const auto& format = call.operand(operand);
    if (is_integer(format.precision) || format.precision == Precision::tf32 || format.is_scaled())
        fail(call, std::string(operand) + " is " + format.text() +
                       ", should be fp64, fp32, bf16, fp16, fp8_e4m3 or fp8_e5m2 without scales");
}

void check_cast(const OperatorCall& call) {
    check_elementwise(call);
    check_float(call, "x");
    check_float(call, "y");
    if (call.operand("x") == call.operand("y"))
        fail(call, "x and y are both " + call.operand("x").text() + "; a cast changes the format");
}

void check_quantised(const OperatorCall& call, const char* quantised, const char* other) {
    check_elementwise(call);
    check_float(call, other);
    const auto& format = call.operand(quantised);
    const auto n = call.dimension("n");
    if (!format.is_scaled())
        fail(call, std::string(quantised) + " is " + format.text() +
                       ", should have scales, as int8:row, int8:g128 or int4:g32");
    if (format.precision == Precision::fp4_e2m1 && n % 2 != 0)
        fail(call, "n is " + std::to_string(n) + ", should be even, since two fp4_e2m1 share a byte");
    if (format.zero_points) fail(call, "formats with zero points are for weights packed beforehand");
    if (format.group_size > 0 && n % format.group_size != 0)
        fail(call, "n is " + std::to_string(n) + ", should be a multiple of the group of " +
                       std::to_string(format.group_size));
    if (format.precision == Precision::int4 && n % 2 != 0)
        fail(call, "n is " + std::to_string(n) + ", should be even, since two int4 share a byte");
}
void check_quantise(const OperatorCall& call) { check_quantised(call, "y", "x"); }
void check_dequantise(const OperatorCall& call) { check_quantised(call, "x", "y"); }

double scale_bytes(const OperatorCall& call, const NumberFormat& format) {
    return element_count(call, {"rows"}) *
           static_cast<double>(ScaleGroups::of(format, call.dimension("n")).count) *
           storage_bits(scale_precision(format)) / 8.0;
}

double element_bytes(const OperatorCall& call, const NumberFormat& format) {
    return storage_bits(format.precision) * element_count(call, {"rows", "n"}) / 8.0;
}

Work cast_work(const OperatorCall& call) {
    return elementwise_work(call, 0.0,
                            {{"x", element_bytes(call, call.operand("x")), 0.0},
                             {"y", 0.0, element_bytes(call, call.operand("y"))}});
}

// Magnitude, compare; scale, round.
Work quantise_work(const OperatorCall& call) {
    const auto& y = call.operand("y");
    return elementwise_work(call, 4.0 * element_count(call, {"rows", "n"}),
                            {{"x", element_bytes(call, call.operand("x")), 0.0},
                             {"y", 0.0, element_bytes(call, y)},
                             {"scales", 0.0, scale_bytes(call, y)}});
}

Work dequantise_work(const OperatorCall& call) {
    const auto& x = call.operand("x");
    auto work = elementwise_work(call, element_count(call, {"rows", "n"}),
                                 {{"x", element_bytes(call, x), 0.0},
                                  {"scales", scale_bytes(call, x), 0.0},
                                  {"y", 0.0, element_bytes(call, call.operand("y"))}});
    work.compute = call.operand("y").precision;
    return work;
}

Work transpose_work(const OperatorCall& call) {
    const double bytes = element_bytes(call, call.operand("x"));
    return elementwise_work(call, 0.0, {{"x", bytes, 0.0}, {"y", 0.0, bytes}});
}

}  // namespace

ScaleGroups ScaleGroups::of(const NumberFormat& format, std::int64_t n) {
    const std::int64_t size = format.group_size > 0 ? format.group_size : n;
    return {size, n / size};
}

Precision scale_precision(const NumberFormat& format) {
    return format.group_size > 0 ? format.scale : Precision::fp32;
}

std::vector<OperatorInfo> format_operators() {
    const std::vector<DimensionInfo> matrix = {{"rows", "tokens"}, {"n", "features"}};
    return {{.name = "cast",
             .summary = "change of the number format",
             .formula = "y[i][j] = x[i][j], rounded to the nearest",
             .dimensions = matrix,
             .operands = {{"x", "rows x n", "input"}, {"y", "rows x n", "output"}},
             .check = check_cast,
             .work = cast_work},
            {.name = "quantise",
             .summary = "numbers of few bits with scales found from the values",
             .formula = "scale = max |x| / limit over a row or group; y = x / scale, rounded to the nearest; "
                        "limit 127, 7, or 448 for fp8_e4m3",
             .dimensions = matrix,
             .operands = {{"x", "rows x n", "input"}, {"y", "rows x n", "output, and its scales"}},
             .check = check_quantise,
             .work = quantise_work},
            {.name = "dequantise",
             .summary = "numbers of few bits times their scales",
             .formula = "y[i][j] = scale * x[i][j], the scale that of the row or group",
             .dimensions = matrix,
             .operands = {{"x", "rows x n", "input, and its scales"}, {"y", "rows x n", "output"}},
             .check = check_dequantise,
             .work = dequantise_work},
            {.name = "transpose",
             .summary = "rows become columns",
             .formula = "y[j][i] = x[i][j]",
             .dimensions = {{"rows", "rows of the input"}, {"n", "columns of the input"}},
             .operands = {{"x", "rows x n", "input and output (n x rows)"}},
             .check = check_elementwise,
             .work = transpose_work}};
}

}  // namespace ridge::operators
