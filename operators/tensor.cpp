// SPDX-License-Identifier: Apache-2.0
#include "operators/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "operators/element.hpp"
#include "operators/host_packing.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

constexpr double int4_limit = 7.0, int8_limit = 127.0;

template <typename T>
double read(const std::byte* row, std::int64_t column) {
    T element;
    std::memcpy(&element, row + column * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
    return static_cast<double>(to_float(element));
}

template <typename T>
void write(std::byte* row, std::int64_t column, double value) {
    T element{};
    if constexpr (std::is_same_v<T, double>)
        element = value;
    else
        element = from_float<T>(static_cast<float>(value));
    std::memcpy(row + column * static_cast<std::int64_t>(sizeof(T)), &element, sizeof(T));
}

double read_int4(const std::byte* row, std::int64_t column) {
    const auto both = std::to_integer<unsigned>(row[column / 2]);
    const int nibble = static_cast<int>(column % 2 == 0 ? both & 15U : both >> 4);
    return nibble < 8 ? nibble : nibble - 16;
}

void write_int4(std::byte* row, std::int64_t column, double value) {
    const auto nibble =
        static_cast<unsigned>(static_cast<int>(std::clamp(std::nearbyint(value), -int4_limit, int4_limit))) &
        15U;
    const auto both = std::to_integer<unsigned>(row[column / 2]);
    row[column / 2] =
        static_cast<std::byte>(column % 2 == 0 ? (both & 0xF0U) | nibble : (both & 0x0FU) | nibble << 4);
}

// The exact integer: fp32 ends at 2^24.
double read_int32(const std::byte* row, std::int64_t column) {
    std::int32_t value = 0;
    std::memcpy(&value, row + column * 4, sizeof value);
    return value;
}

void write_int32(std::byte* row, std::int64_t column, double value) {
    const auto integer = static_cast<std::int32_t>(value);
    std::memcpy(row + column * 4, &integer, sizeof integer);
}

// A byte pattern for each format: all ones is not a number in every float format; 0x80 is -128 in int8,
// below -2^30 in int32, and -8 twice (0x88) in int4.
std::uint8_t poison_byte(Precision precision) {
    if (precision == Precision::int4) return 0x88;
    return is_integer(precision) ? 0x80 : 0xFF;
}

}  // namespace

std::int64_t TensorSpec::row_bytes() const { return (columns * storage_bits(precision) + 7) / 8; }

double draw_uniform(std::uint64_t bits, Precision precision) {
    const double value = 2.0 * unit_interval(bits) - 1.0;
    if (precision == Precision::int4) return std::round(int4_limit * value);
    if (is_integer(precision)) return std::round(int8_limit * value);
    return value;
}

double decode_element(const std::byte* row, std::int64_t column, Precision precision) {
    if (precision == Precision::int4) return read_int4(row, column);
    if (precision == Precision::int32) return read_int32(row, column);
    return with_element(precision, [&](auto zero) { return read<decltype(zero)>(row, column); });
}

void encode_element(std::byte* row, std::int64_t column, Precision precision, double value) {
    if (precision == Precision::int4) return write_int4(row, column, value);
    if (precision == Precision::int32) return write_int32(row, column, value);
    with_element(precision, [&](auto zero) { write<decltype(zero)>(row, column, value); });
}

Tensor::Tensor(TensorSpec spec) : spec_(std::move(spec)), buffer_(static_cast<std::size_t>(spec_.bytes())) {}

void Tensor::fill(const std::function<double(std::int64_t, std::int64_t)>& value) {
    buffer_.fill([&](std::byte* out) {
        Kokkos::parallel_for("fill tensor", HostRange(0, spec_.rows), [&, out](const std::int64_t row) {
            std::byte* to = out + row * spec_.row_bytes();
            for (std::int64_t column = 0; column < spec_.columns; ++column)
                encode_element(to, column, spec_.precision, value(row, column));
        });
    });
}

void Tensor::fill_random(std::uint64_t seed, std::uint64_t stream, Draw draw) {
    const auto precision = spec_.precision;
    const auto columns = spec_.columns, row_bytes = spec_.row_bytes();
    buffer_.fill([&](std::byte* out) {
        // A few rows of their own for each thread, or parts of one row where there is only one.
        constexpr std::int64_t part = 4096;  // even, so that no two parts share a byte of int4
        const std::int64_t parts = (columns + part - 1) / part;
        Kokkos::parallel_for("draw tensor", HostRange(0, spec_.rows * parts), [=](const std::int64_t task) {
            const std::int64_t row = task / parts, first = task % parts * part;
            for (std::int64_t column = first; column < std::min(columns, first + part); ++column)
                encode_element(out + row * row_bytes, column, precision,
                               draw(random_bits(seed, stream, row * columns + column), precision));
        });
    });
}

void Tensor::poison() {
    const Kokkos::View<unsigned char*, DeviceMemory, Kokkos::MemoryTraits<Kokkos::Unmanaged>> bytes(
        data<unsigned char>(), buffer_.bytes());
    if (buffer_.bytes() > 0) Kokkos::deep_copy(bytes, poison_byte(spec_.precision));
}

HostTensor::HostTensor(const Tensor& tensor) : spec_(tensor.spec()), row_bytes_(spec_.row_bytes()) {
    if constexpr (device_is_host) {
        data_ = tensor.data<std::byte>();
    } else {
        copy_.resize(tensor.buffer().bytes());
        tensor.buffer().download(copy_.data());
        data_ = copy_.data();
    }
}

double HostTensor::at(std::int64_t row, std::int64_t column) const {
    return decode_element(data_ + row * row_bytes_, column, spec_.precision);
}

}  // namespace ridge::operators
