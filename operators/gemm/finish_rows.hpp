// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/gemm/finish.hpp"
#include "operators/math.hpp"

/// What finish.hpp declares: on a host for finish.cpp alone, on a GPU for every kernel.
namespace ridge::operators {

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<Compute<T>> epilogue_of(Epilogue epilogue, const Vector<Compute<T>>& x,
                                                           const Vector<Compute<T>>& e) {
    using C = Compute<T>;
    constexpr int bits = math::bits_for<T>;
    switch (epilogue) {
        case Epilogue::bias:
        case Epilogue::residual:
            return x + e;
        case Epilogue::bias_gelu: {
            const auto sum = x + e;
            const auto half = sum * Vector<C>(C(0.5));
            return Kokkos::fma(half, math::erf<bits>(sum * Vector<C>(C(0.70710678118654752440))), half);
        }
        case Epilogue::silu_mul:
            return x * math::logistic<bits>(x) * e;
        default:
            return x;
    }
}

template <typename T, typename Sum>
KOKKOS_FUNCTION void finish_row_as(const Result& c, const Sum* sums, std::int64_t row, std::int64_t column,
                                   int count) {
    using C = Compute<T>;
    constexpr int width = lanes_of<T>;
    T* out = static_cast<T*>(c.data) + row * c.row_length + column;
    const T* extra = static_cast<const T*>(c.extra) + row * c.extra_row_length + column;
    for (int j = 0; j < count; j += width) {
        const int part = Kokkos::min(width, count - j);
        Vector<C> x(load(sums + j));
        if constexpr (std::is_same_v<C, float>) {
            if (c.column_scale != nullptr) x = x * load_part(c.column_scale + column + j, part);
            if (c.row_scale != nullptr) x = x * Vector<C>(c.row_scale[row]);
        }
        if (c.epilogue != Epilogue::none) x = epilogue_of<T>(c.epilogue, x, load_part(extra + j, part));
        if (part == width)
            store_pack(out + j, x);
        else
            store_part(out + j, x, part);
    }
}

template <typename Sum>
KOKKOS_FUNCTION void finish_row(const Result& c, const Sum* sums, std::int64_t row, std::int64_t column,
                                int count) {
    if constexpr (std::is_same_v<Sum, double>) {
        finish_row_as<double>(c, sums, row, column, count);
    } else {
        if (c.format == Output::bf16)
            finish_row_as<Bf16>(c, sums, row, column, count);
        else if (c.format == Output::fp16)
            finish_row_as<Fp16>(c, sums, row, column, count);
        else
            finish_row_as<float>(c, sums, row, column, count);
    }
}

}  // namespace ridge::operators
