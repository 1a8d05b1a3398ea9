// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/prepared_gemm.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/text.hpp"
#include "operators/error_bound.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

std::size_t output_bytes(const GemmCall& call) {
    return static_cast<std::size_t>(call.m) * static_cast<std::size_t>(call.n) *
           static_cast<std::size_t>(storage_bits(call.c.precision) / 8);
}

template <typename T>
T element(const void* data, std::size_t i) {
    T value;
    std::memcpy(&value, static_cast<const std::byte*>(data) + i * sizeof(T), sizeof(T));
    return value;
}

double decode(const void* data, std::size_t i, Precision precision) {
    switch (precision) {
        case Precision::bf16:
            return static_cast<double>(from_bf16(element<std::uint16_t>(data, i)));
        case Precision::int32:
            return static_cast<double>(element<std::int32_t>(data, i));
        default:
            return static_cast<double>(element<float>(data, i));
    }
}

// Values that no right result has: NaN in the float formats, and an integer below -127² · longest_int8_sum.
constexpr std::uint16_t bf16_nan = 0x7FC0;
constexpr std::uint32_t fp32_nan = 0x7FC00000;
constexpr std::int32_t int32_poison = std::numeric_limits<std::int32_t>::min();

// Of the int32 accumulation: 127² · k has to stay below 2^31.
constexpr std::int64_t longest_int8_sum = 133144;
static_assert(-127 * 127 * longest_int8_sum > int32_poison);

template <typename T>
std::vector<std::byte> filled(std::size_t size, T value) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i + sizeof(T) <= size; i += sizeof(T)) std::memcpy(&bytes[i], &value, sizeof(T));
    return bytes;
}

std::vector<std::byte> poison(Precision precision, std::size_t size) {
    if (precision == Precision::bf16) return filled(size, bf16_nan);
    if (precision == Precision::int32) return filled(size, int32_poison);
    return filled(size, fp32_nan);
}

}  // namespace

PreparedGemm::PreparedGemm(const GemmOperands& operands)
    : operands_(operands), output_(output_bytes(operands.call())) {}

void PreparedGemm::poison_output() { output_.upload(poison(call().c.precision, output_.bytes()).data()); }

double PreparedGemm::error_over_bound() {
    std::vector<std::byte> result(output_.bytes());
    output_.download(result.data());
    return gemm_error_over_bound(operands_, result.data());
}

double gemm_error_over_bound(const GemmOperands& operands, const void* c) {
    const auto& call = operands.call();
    const auto n = static_cast<std::size_t>(call.n);
    double worst = 0.0;
    for (std::size_t i = 0; i < operands.checked_rows().size(); ++i) {
        const auto reference = operands.reference(i);
        const auto bound = operands.bound(i);
        const std::size_t row = static_cast<std::size_t>(operands.checked_rows()[i]) * n;
        for (std::size_t j = 0; j < n; ++j)
            worst = std::max(worst,
                             error_over_bound(decode(c, row + j, call.c.precision), reference[j], bound[j]));
    }
    return worst;
}

void encode(float value, Precision precision, std::byte* out) {
    if (precision == Precision::bf16) {
        const std::uint16_t bits = to_bf16(value);
        std::memcpy(out, &bits, sizeof bits);
    } else if (precision == Precision::int8) {
        const auto integer = static_cast<std::int8_t>(value);
        std::memcpy(out, &integer, sizeof integer);
    } else {
        std::memcpy(out, &value, sizeof value);
    }
}

std::vector<std::byte> encode_rows(std::span<const float> values, std::int64_t rows, std::int64_t columns,
                                   Precision precision, std::size_t row_bytes) {
    const auto element_bytes = static_cast<std::size_t>(storage_bits(precision) / 8);
    const auto width = static_cast<std::size_t>(columns);
    std::vector<std::byte> out(static_cast<std::size_t>(rows) * row_bytes);
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i)
        for (std::size_t j = 0; j < width; ++j)
            encode(values[i * width + j], precision, &out[i * row_bytes + j * element_bytes]);
    return out;
}

std::optional<std::string> unsupported(const GemmCall& call, const protocol::ImplementationInfo& info) {
    if (std::ranges::find(info.formats, format_text(call.call())) == info.formats.end())
        return info.name + " runs " + join(info.formats, "; ") + ", not " + format_text(call.call());
    const std::string kind(name(call.sparsity.kind));
    if (std::ranges::find(info.sparsities, kind) == info.sparsities.end())
        return info.name + " runs weights that are " + join(info.sparsities, ", ") + ", not " +
               call.sparsity.text();
    if (call.c.precision == Precision::int32 && call.k > longest_int8_sum)
        return "k above " + std::to_string(longest_int8_sum) + " may overflow the int32 accumulation";
    return std::nullopt;
}

}  // namespace ridge::operators
