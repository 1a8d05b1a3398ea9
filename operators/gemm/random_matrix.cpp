// SPDX-License-Identifier: Apache-2.0
#include "operators/gemm/random_matrix.hpp"

#include <cmath>
#include <cstring>

#include "operators/element.hpp"
#include "operators/random.hpp"

namespace ridge::operators {
namespace {

// An operand's values lie in the stream of its own number, its scales and zero points further on.
constexpr std::uint64_t scale_streams = 64, zero_point_streams = 128;

constexpr int int4_levels = 16, int4_lowest = -8;
constexpr double int8_limit = 127.0;

int draw_int4(std::uint64_t bits) { return static_cast<int>(bits >> 32 & (int4_levels - 1)) + int4_lowest; }

int draw_int8(std::uint64_t bits) {
    return static_cast<int>(std::nearbyint(int8_limit * (2.0 * unit_interval(bits) - 1.0)));
}

template <typename T>
T draw_element(std::uint64_t bits, [[maybe_unused]] bool is_int4) {
    if constexpr (std::is_same_v<T, std::int8_t>)
        return static_cast<T>(is_int4 ? draw_int4(bits) : draw_int8(bits));
    else if constexpr (std::is_same_v<T, double>)
        return 2.0 * unit_interval(bits) - 1.0;
    else
        return from_float<T>(static_cast<float>(2.0 * unit_interval(bits) - 1.0));
}

// Calls `f` with a zero of the type that an element is stored in.
template <typename F>
void with_stored(Precision precision, const F& f) {
    with_element(precision == Precision::int4 ? Precision::int8 : precision, f);
}

}  // namespace

RandomMatrix::RandomMatrix(std::int64_t rows, std::int64_t columns, const NumberFormat& format,
                           std::uint64_t seed, std::uint64_t stream)
    : rows_(rows), columns_(columns), format_(format), seed_(seed), stream_(stream) {}

std::int64_t RandomMatrix::element_bytes() const {
    return format_.precision == Precision::int4 ? 1 : storage_bits(format_.precision) / 8;
}

std::int64_t RandomMatrix::group_length() const {
    return format_.group_size > 0 ? format_.group_size : columns_;
}

template <typename T>
void RandomMatrix::draw(std::int64_t row, T* out) const {
    const bool is_int4 = format_.precision == Precision::int4;
    const std::int64_t first = row * columns_, columns = columns_;
    const auto seed = seed_, stream = stream_;
    for (std::int64_t l = 0; l < columns; ++l)
        out[l] = draw_element<T>(random_bits(seed, stream, first + l), is_int4);
}

void RandomMatrix::erase_masked(std::int64_t row, std::byte* out) const {
    std::vector<std::uint8_t> keeps(static_cast<std::size_t>(columns_), 1);
    mask_(row, keeps);
    const auto bytes = static_cast<std::size_t>(element_bytes());
    const std::int64_t group = group_length();
    for (std::size_t l = 0; l < keeps.size(); ++l)
        if (keeps[l] == 0)
            std::memset(out + l * bytes, zero_point(row, static_cast<std::int64_t>(l) / group), bytes);
}

void RandomMatrix::stored(std::int64_t row, std::byte* out) const {
    with_stored(format_.precision, [&](auto zero) { draw(row, reinterpret_cast<decltype(zero)*>(out)); });
    if (mask_) erase_masked(row, out);
}

std::vector<std::byte> RandomMatrix::stored(std::int64_t row) const {
    std::vector<std::byte> out(static_cast<std::size_t>(columns_ * element_bytes()));
    stored(row, out.data());
    return out;
}

bool RandomMatrix::is_zero(const std::byte* element) const {
    constexpr std::byte zero[sizeof(double)] = {};
    return std::memcmp(element, zero, static_cast<std::size_t>(element_bytes())) == 0;
}

void RandomMatrix::values(std::int64_t row, std::span<double> out) const {
    const auto elements = stored(row);
    with_stored(format_.precision, [&](auto zero) {
        const auto* from = reinterpret_cast<const decltype(zero)*>(elements.data());
        for (std::size_t l = 0; l < out.size(); ++l) out[l] = static_cast<double>(to_float(from[l]));
    });
    if (!format_.is_scaled()) return;
    const std::int64_t group = group_length();
    for (std::int64_t l = 0; l < columns_; l += group) {
        const double factor = static_cast<double>(scale(row, l / group));
        const double zero = zero_point(row, l / group);
        for (auto& value : out.subspan(static_cast<std::size_t>(l), static_cast<std::size_t>(group)))
            value = (value - zero) * factor;
    }
}

float RandomMatrix::scale(std::int64_t row, std::int64_t group) const {
    if (!format_.is_scaled()) return 1.0F;
    const auto bits = random_bits(seed_, stream_ + scale_streams, row * groups() + group);
    const double levels = format_.precision == Precision::int4 ? -int4_lowest : int8_limit;
    const auto drawn = static_cast<float>((0.5 + 0.5 * unit_interval(bits)) / levels);
    return with_element(format_.scale, [&](auto zero) {
        return static_cast<float>(to_float(from_float<decltype(zero)>(drawn)));
    });
}

int RandomMatrix::zero_point(std::int64_t row, std::int64_t group) const {
    if (!format_.zero_points) return 0;
    const auto bits = random_bits(seed_, stream_ + zero_point_streams, row * groups() + group);
    return format_.precision == Precision::int4 ? draw_int4(bits) : draw_int8(bits);
}

}  // namespace ridge::operators
