// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/attention/cache_rows.hpp"
#include "operators/attention/row_sums.hpp"
#include "operators/pack.hpp"

/// Bringing blocks of keys and values into the form in which register tiles read them, and queries and
/// outputs in and out.
namespace ridge::operators {

/// The threads that share a row block: one on a host.
struct PackingTeam {
    static constexpr int rank = 0, size = 1;
    KOKKOS_FORCEINLINE_FUNCTION void barrier() const {}
};

/// `count` positions of one kv head from `first` on.
struct CacheBlock {
    const CacheRows& cache;
    std::int64_t sequence, head, first, count;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t index(std::int64_t key) const {
        return cache.index(sequence, head, first + key);
    }
};

/// A vector of elements from `element` on, zeros behind `columns`, a row's scale applied.
template <typename Format>
KOKKOS_FORCEINLINE_FUNCTION Vector<float> cached_vector(const CacheSide& side, std::int64_t index,
                                                        std::int64_t element, std::int64_t columns) {
    const std::byte* scales = side.scales_of(index);
    const auto value = element + lanes <= columns ? Format::load(side.row(index), scales, element)
                                                  : Format::load_first(side.row(index), scales, element,
                                                                       static_cast<int>(columns - element));
    if constexpr (Format::row_scale)
        return value * Vector<float>(*reinterpret_cast<const float*>(scales));
    else
        return value;
}

/// Brings a row into the cache.
KOKKOS_FORCEINLINE_FUNCTION void prefetch_row(const CacheSide& side, std::int64_t index) {
    constexpr std::int64_t line = 64;
    for (std::int64_t at = 0; at < side.row_bytes; at += line) prefetch_to_second_level(side.row(index) + at);
}

/// Brings the rows of keys and values into the cache that a block's `part` of `parts` has.
KOKKOS_FORCEINLINE_FUNCTION void prefetch_part(const CacheBlock& block, std::int64_t part,
                                               std::int64_t parts) {
    for (std::int64_t key = block.count * part / parts; key < block.count * (part + 1) / parts; ++key) {
        prefetch_row(block.cache.k, block.index(key));
        prefetch_row(block.cache.v, block.index(key));
    }
}

/// Keys as [panel][element][columns of keys]; keys that fill the last panel are zero.
template <typename Format, typename Team>
KOKKOS_FUNCTION void pack_keys(const CacheBlock& block, float* to, std::int64_t key_dim, std::int64_t columns,
                               const Team& team) {
    const std::int64_t squares = (block.count + columns - 1) / columns * columns / lanes;
    for (std::int64_t square = team.rank; square < squares; square += team.size) {
        const std::int64_t first = square * lanes;
        float* out = to + first / columns * columns * key_dim + first % columns;
        for (std::int64_t d = 0; d < key_dim; d += lanes) {
            Vector<float> keys[static_cast<std::size_t>(lanes)];
            for (int i = 0; i < lanes; ++i)
                keys[i] = first + i < block.count
                              ? cached_vector<Format>(block.cache.k, block.index(first + i), d, key_dim)
                              : Vector<float>(0.0F);
            transpose_lanes(keys);
            for (int i = 0; i < lanes && d + i < key_dim; ++i)
                simd::simd_unchecked_store(keys[i], out + (d + i) * columns, simd::simd_flag_default);
        }
    }
}

/// Values as [panel of columns elements][key][columns], `keys` keys apart.
template <typename Format, typename Team>
KOKKOS_FUNCTION void pack_values_of(const CacheBlock& block, float* to, std::int64_t value_dim,
                                    std::int64_t keys, std::int64_t columns, const Team& team) {
    const std::int64_t width = (value_dim + columns - 1) / columns * columns;
    for (std::int64_t key = team.rank; key < block.count; key += team.size) {
        const std::int64_t index = block.index(key);
        for (std::int64_t d = 0; d < width; d += lanes) {
            const auto value = d < value_dim ? cached_vector<Format>(block.cache.v, index, d, value_dim)
                                             : Vector<float>(0.0F);
            simd::simd_unchecked_store(value, to + (d / columns * keys + key) * columns + d % columns,
                                       simd::simd_flag_default);
        }
    }
}

/// Calls f with a cache format's type; for device code, which a format's precision is known to.
template <typename F>
KOKKOS_FORCEINLINE_FUNCTION void with_cached(Precision precision, const F& f) {
    switch (precision) {
        case Precision::bf16:
            return f.template operator()<CachedFloats<Bf16>>();
        case Precision::fp16:
            return f.template operator()<CachedFloats<Fp16>>();
        case Precision::fp8_e4m3:
            return f.template operator()<CachedFp8>();
        case Precision::int8:
            return f.template operator()<CachedInt8>();
        case Precision::int4:
            return f.template operator()<CachedInt4>();
        default:
            return f.template operator()<CachedFloats<float>>();
    }
}

template <typename Team>
struct PackKeys {
    const CacheBlock& block;
    float* to;
    std::int64_t key_dim, columns;
    const Team& team;
    template <typename Format>
    KOKKOS_FORCEINLINE_FUNCTION void operator()() const {
        pack_keys<Format>(block, to, key_dim, columns, team);
    }
};
template <typename Team>
KOKKOS_FUNCTION void pack_block(Precision precision, const CacheBlock& block, float* to, std::int64_t key_dim,
                                std::int64_t columns, const Team& team) {
    with_cached(precision, PackKeys<Team>{block, to, key_dim, columns, team});
}

template <typename Team>
struct PackValues {
    const CacheBlock& block;
    float* to;
    std::int64_t value_dim, keys, columns;
    const Team& team;
    template <typename Format>
    KOKKOS_FORCEINLINE_FUNCTION void operator()() const {
        pack_values_of<Format>(block, to, value_dim, keys, columns, team);
    }
};
template <typename Team>
KOKKOS_FUNCTION void pack_values(Precision precision, const CacheBlock& block, float* to,
                                 std::int64_t value_dim, std::int64_t keys, std::int64_t columns,
                                 const Team& team) {
    with_cached(precision, PackValues<Team>{block, to, value_dim, keys, columns, team});
}

/// Queries and outputs in memory: fp32, bf16 or fp16.
struct QueryEnds {
    const void* q = nullptr;
    void* out = nullptr;
    Precision precision = Precision::fp32;
    float scale = 1.0F;   ///< of queries
    float factor = 1.0F;  ///< of outputs

    KOKKOS_FUNCTION void store_output(const float* sums, float by, std::int64_t row,
                                      std::int64_t value_dim) const {
        if (precision == Precision::bf16) return store_as<Bf16>(sums, by, row, value_dim);
        if (precision == Precision::fp16) return store_as<Fp16>(sums, by, row, value_dim);
        store_as<float>(sums, by, row, value_dim);
    }
    /// Queries at rows[0 … MR), scaled, as [element][MR]; writes up to `lanes` floats beyond.
    template <int MR>
    KOKKOS_FUNCTION void load_queries(const std::int64_t* rows, std::int64_t key_dim, float* to) const {
        if (precision == Precision::bf16) return load_as<MR, Bf16>(rows, key_dim, to);
        if (precision == Precision::fp16) return load_as<MR, Fp16>(rows, key_dim, to);
        load_as<MR, float>(rows, key_dim, to);
    }

  private:
    template <int MR, typename T>
    KOKKOS_FORCEINLINE_FUNCTION void load_as(const std::int64_t* rows, std::int64_t key_dim,
                                             float* to) const {
        const T* from = static_cast<const T*>(q);
        if constexpr (MR <= lanes) {
            for (std::int64_t d = 0; d < key_dim; d += lanes) load_square<MR>(from, rows, key_dim, d, to);
        } else {
            for (int i = 0; i < MR; ++i)
                for (std::int64_t d = 0; d < key_dim; ++d)
                    to[d * MR + i] = to_float(from[rows[i] * key_dim + d]) * scale;
        }
    }
    /// Lanes beyond MR are written over by the next element's.
    template <int MR, typename T>
    KOKKOS_FORCEINLINE_FUNCTION void load_square(const T* from, const std::int64_t* rows,
                                                 std::int64_t key_dim, std::int64_t d, float* to) const {
        Vector<float> square[static_cast<std::size_t>(lanes)];
        for (int i = 0; i < lanes; ++i) {
            const T* row = from + rows[i < MR ? i : 0] * key_dim + d;
            const auto value =
                d + lanes <= key_dim ? load_pack(row) : load_part(row, static_cast<int>(key_dim - d));
            square[i] = value * Vector<float>(scale);
        }
        transpose_lanes(square);
        for (int i = 0; i < lanes && d + i < key_dim; ++i)
            simd::simd_unchecked_store(square[i], to + (d + i) * MR, simd::simd_flag_default);
    }
    template <typename T>
    KOKKOS_FORCEINLINE_FUNCTION void store_as(const float* sums, float by, std::int64_t row,
                                              std::int64_t value_dim) const {
        T* to = static_cast<T*>(out) + row * value_dim;
        for (std::int64_t d = 0; d < value_dim; d += lanes) {
            const auto value = load(sums + d) * Vector<float>(by);
            if (d + lanes <= value_dim)
                store_pack(to + d, value);
            else
                store_part(to + d, value, static_cast<int>(value_dim - d));
        }
    }
};

}  // namespace ridge::operators
