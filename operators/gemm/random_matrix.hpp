// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/precision.hpp"

namespace ridge::operators {

/// An operand drawn at random that is never kept: its rows are drawn whenever they are asked for, the same
/// for a seed whatever the number of threads. Floats are uniform in [-1, 1), rounded to the format; integers
/// cover their range; scales of quantised formats make the values lie within about ±1.
class RandomMatrix {
  public:
    /// What an element's place tells apart: an operand's values, scales and zero points.
    RandomMatrix(std::int64_t rows, std::int64_t columns, const NumberFormat& format, std::uint64_t seed,
                 std::uint64_t stream);

    /// Elements of a row for which `keeps` writes 0 become zero.
    using Mask = std::function<void(std::int64_t row, std::span<std::uint8_t> keeps)>;
    void set_mask(Mask mask) { mask_ = std::move(mask); }

    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t columns() const { return columns_; }
    [[nodiscard]] const NumberFormat& format() const { return format_; }
    /// Bytes of one element as stored() writes it.
    [[nodiscard]] std::int64_t element_bytes() const;
    /// Elements that share a scale: a group, or the row.
    [[nodiscard]] std::int64_t group_length() const;
    [[nodiscard]] std::int64_t groups() const { return columns_ / group_length(); }

    /// A row as it is stored: the format's floats, or integers (int4 as int8, from -8 to 7).
    void stored(std::int64_t row, std::byte* out) const;
    [[nodiscard]] std::vector<std::byte> stored(std::int64_t row) const;
    /// Whether an element that stored() wrote is zero as every pruned one is; of formats without zero points.
    [[nodiscard]] bool is_zero(const std::byte* element) const;
    /// A row as what it stands for: (integer - zero point) · scale, exact in fp64.
    void values(std::int64_t row, std::span<double> out) const;
    /// 1 without scales; else representable in the format's scale precision.
    [[nodiscard]] float scale(std::int64_t row, std::int64_t group) const;
    /// 0 without zero points.
    [[nodiscard]] int zero_point(std::int64_t row, std::int64_t group) const;

  private:
    template <typename T>
    void draw(std::int64_t row, T* out) const;
    void erase_masked(std::int64_t row, std::byte* out) const;

    std::int64_t rows_, columns_;
    NumberFormat format_;
    std::uint64_t seed_, stream_;
    Mask mask_;
};

}  // namespace ridge::operators
