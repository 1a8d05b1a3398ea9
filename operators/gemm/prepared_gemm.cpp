// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/prepared_gemm.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/text.hpp"
#include "operators/element.hpp"
#include "operators/error_bound.hpp"
#include "operators/gemm/packing.hpp"
#include "operators/gemm/variants.hpp"
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
    if (precision == Precision::int32) return static_cast<double>(element<std::int32_t>(data, i));
    return with_element(precision, [&](auto zero) {
        return static_cast<double>(to_float(element<decltype(zero)>(data, i)));
    });
}

// Bytes of a value that no right result has: not a number in every float format, and 0x80808080 as an
// integer, which is below -127² · longest_int8_sum.
constexpr unsigned char float_poison = 0xFF, integer_poison = 0x80;

// Of the int32 accumulation, so that it neither overflows nor reaches the poison.
constexpr std::int64_t longest_int8_sum = 132600;
static_assert(127 * 127 * longest_int8_sum < 0x7F7F7F7F);

// Scales of rows; nothing for other formats.
Buffer upload_row_scales(const RandomMatrix& matrix) {
    if (!matrix.format().row_scale) return {};
    std::vector<float> scales;
    for (std::int64_t row = 0; row < matrix.rows(); ++row) scales.push_back(matrix.scale(row, 0));
    Buffer out(scales.size() * sizeof(float));
    out.upload(scales.data());
    return out;
}

Buffer upload_extra(const GemmOperands& operands) {
    if (operands.call().epilogue == Epilogue::none) return {};
    return upload_rows(operands.extra(), operands.extra().element_bytes());
}

Buffer upload_starts(std::span<const std::int64_t> starts) {
    Buffer out(starts.size_bytes());
    out.upload(starts.data());
    return out;
}

}  // namespace

PreparedGemm::PreparedGemm(const GemmOperands& operands)
    : operands_(operands),
      output_(output_bytes(operands.call())),
      row_scale_(upload_row_scales(operands.activations())),
      column_scale_(upload_row_scales(operands.weights())),
      extra_(upload_extra(operands)),
      row_starts_(upload_starts(operands.row_starts())) {}

MatrixRows PreparedGemm::matrix_rows(std::int64_t mr, std::int64_t panels) const {
    const auto starts = operands_.row_starts();
    std::int64_t most = 0;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) most = std::max(most, starts[i + 1] - starts[i]);
    return {.starts = row_starts_.as<std::int64_t>(),
            .panels = panels / call().matrices,
            .row_tiles = (most + mr - 1) / mr};
}

Result PreparedGemm::result() const {
    Result out = {.data = output_.as<void>(),
                  .row_length = call().n,
                  .format = output_format(call()),
                  .row_scale = row_scale_.as<float>(),
                  .column_scale = column_scale_.as<float>(),
                  .epilogue = call().epilogue,
                  .extra = extra_.as<void>()};
    if (extra_.bytes() > 0 && operands_.extra().rows() > 1) out.extra_row_length = call().n;
    out.finishes = out.row_scale != nullptr || out.column_scale != nullptr || out.extra != nullptr ||
                   out.format == Output::fp16;
    return out;
}

std::vector<MemoryRegion> PreparedGemm::with_result(std::vector<MemoryRegion> regions) const {
    for (const auto* buffer : {&output_, &row_scale_, &column_scale_, &extra_})
        regions.push_back(buffer->region());
    return regions;
}

void PreparedGemm::poison_output() {
    const Kokkos::View<unsigned char*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>> bytes(
        output_.as<unsigned char>(), output_.bytes());
    Kokkos::deep_copy(bytes, is_integer(call().c.precision) ? integer_poison : float_poison);
}

double PreparedGemm::error_over_bound() {
    if constexpr (device_is_host) {
        return gemm_error_over_bound(operands_, output_.as<void>());
    } else {
        std::vector<std::byte> result(output_.bytes());
        output_.download(result.data());
        return gemm_error_over_bound(operands_, result.data());
    }
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

std::optional<std::string> unsupported(const GemmCall& call, const protocol::ImplementationInfo& info) {
    if (std::ranges::find(info.formats, format_text(call.call())) == info.formats.end())
        return info.name + " runs " + join(info.formats, "; ") + ", not " + format_text(call.call());
    const std::string kind(name(call.sparsity.kind));
    if (std::ranges::find(info.sparsities, kind) == info.sparsities.end())
        return info.name + " runs weights that are " + join(info.sparsities, ", ") + ", not " +
               call.sparsity.text();
    if (is_integer(call.a.precision) && call.k > longest_int8_sum)
        return "k above " + std::to_string(longest_int8_sum) + " may overflow the int32 accumulation";
    return std::nullopt;
}

}  // namespace ridge::operators
