// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/precision.hpp"
#include "operators/memory.hpp"

/// Matrices of an operator call in the memory of the device: inputs drawn at random in their precision,
/// outputs poisoned and read back. Only the stored form is kept, so a measurement takes little more memory
/// than its operands.
namespace ridge::operators {

struct TensorSpec {
    std::string name;
    Precision precision = Precision::fp32;
    std::int64_t rows = 0, columns = 0;

    /// Rows follow each other without gaps; a row of int4 is rounded up to whole bytes (low half first).
    [[nodiscard]] std::int64_t row_bytes() const;
    [[nodiscard]] std::int64_t bytes() const { return rows * row_bytes(); }
    /// Rows or columns times elements must stay below 2^40; operators check that before.
    [[nodiscard]] std::int64_t elements() const { return rows * columns; }
};

/// Value of an element from 64 random bits.
using Draw = double (*)(std::uint64_t bits, Precision precision);

/// Floats uniform in [-1, 1), integers uniform in their symmetric range (±127, ±7).
[[nodiscard]] double draw_uniform(std::uint64_t bits, Precision precision);

class Tensor {
  public:
    explicit Tensor(TensorSpec spec);

    [[nodiscard]] const TensorSpec& spec() const { return spec_; }
    [[nodiscard]] const Buffer& buffer() const { return buffer_; }
    template <typename T>
    [[nodiscard]] T* data() const {
        return buffer_.as<T>();
    }

    /// Random elements by seed and stream (see random.hpp), each rounded to the precision.
    void fill_random(std::uint64_t seed, std::uint64_t stream, Draw draw = draw_uniform);
    /// Element (row, column) becomes `value(row, column)`, rounded to the precision; runs on several threads.
    void fill(const std::function<double(std::int64_t row, std::int64_t column)>& value);
    /// Every element gets a value that no right result has: not a number, or the integer below the symmetric
    /// range.
    void poison();

  private:
    TensorSpec spec_;
    Buffer buffer_;
};

/// A tensor's elements for the host to read: the device's memory itself where the host reaches it, else a
/// copy.
class HostTensor {
  public:
    explicit HostTensor(const Tensor& tensor);
    [[nodiscard]] double at(std::int64_t row, std::int64_t column) const;

  private:
    TensorSpec spec_;
    std::vector<std::byte> copy_;
    const std::byte* data_ = nullptr;
    std::int64_t row_bytes_ = 0;
};

/// Element `column` of a row that lies at `row`, and storing one.
[[nodiscard]] double decode_element(const std::byte* row, std::int64_t column, Precision precision);
void encode_element(std::byte* row, std::int64_t column, Precision precision, double value);

}  // namespace ridge::operators
