// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

#include "operators/kernel_table.hpp"
#include "operators/pack.hpp"

/// Loops that kernels of norms and elementwise operators share. A host thread walks whole rows (or a stretch
/// of elements) of its own; on a GPU a team shares a row, neighbouring threads take neighbouring elements.
namespace ridge::operators {

/// The threads that share one row: one on a host.
class HostTeam {
  public:
    static constexpr int rank = 0, size = 1;
    template <typename T>
    [[nodiscard]] T sum(T value) const {
        return value;
    }
    template <typename T>
    [[nodiscard]] T max(T value) const {
        return value;
    }
};

template <typename Member>
class DeviceTeam {
  public:
    KOKKOS_FUNCTION explicit DeviceTeam(const Member& member)
        : rank(member.team_rank()), size(member.team_size()), member_(member) {}
    int rank, size;
    template <typename T>
    [[nodiscard]] KOKKOS_FUNCTION T sum(T value) const {
        member_.team_reduce(Kokkos::Sum<T>(value));
        return value;
    }
    template <typename T>
    [[nodiscard]] KOKKOS_FUNCTION T max(T value) const {
        member_.team_reduce(Kokkos::Max<T>(value));
        return value;
    }

  private:
    const Member& member_;
};

/// How rows and elements are shared out.
struct RowTuning {
    bool one_thread = false;   ///< on a host: in the calling thread, without waking the others
    bool past_caches = false;  ///< results go to memory past the caches
    int team = 128;            ///< threads that share a row on a GPU

    [[nodiscard]] static RowTuning from(const KernelConfig& config);
};

/// The parameters that RowTuning::from reads, as this program's device has them.
[[nodiscard]] ParameterSpace row_space();

/// Calls one(i) for i in [0, count): every thread of a host takes one share of neighbours, and waits for its
/// stores past the caches once, at the end of it.
template <typename One>
void for_each_share(const char* name, std::int64_t count, const RowTuning& tuning, const One& one) {
    using Range =
        Kokkos::RangePolicy<DeviceSpace, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<std::int64_t>>;
    const std::int64_t threads = tuning.one_thread ? 1 : DeviceSpace().concurrency();
    const bool drain = tuning.past_caches;
    const auto share = [=](const std::int64_t thread) {
        const std::int64_t end = count * (thread + 1) / threads;
        for (std::int64_t i = count * thread / threads; i < end; ++i) one(i);
        if (drain) drain_stores();
    };
    if (threads == 1) return share(0);
    Kokkos::parallel_for(name, Range(0, threads), share);
}

template <typename Body, typename Member>
struct RowOfTeam {
    Body body;
    KOKKOS_FUNCTION void operator()(const Member& member) const {
        body(static_cast<std::int64_t>(member.league_rank()), DeviceTeam<Member>(member));
    }
};

/// Calls body(row, team) for every row. Body is a type with a templated call operator that a device can run
/// (nvcc takes no generic lambdas).
template <typename Body>
void for_each_row(std::int64_t rows, const RowTuning& tuning, const Body& body) {
    if constexpr (device_is_host) {
        const auto one = [=](const std::int64_t row) { body(row, HostTeam()); };
        for_each_share("rows", rows, tuning, one);
    } else {
        using Teams = Kokkos::TeamPolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>;
        Kokkos::parallel_for("rows", Teams(static_cast<int>(rows), tuning.team),
                             RowOfTeam<Body, typename Teams::member_type>{body});
    }
}

template <int width, typename Body>
struct PackOfElements {
    Body body;
    std::int64_t n;
    KOKKOS_FUNCTION void operator()(const std::int64_t pack) const {
        const std::int64_t first = pack * width;
        body(first, static_cast<int>(Kokkos::min<std::int64_t>(width, n - first)));
    }
};

/// Calls body(first, count) over `n` elements; count is `width` but for the last ones.
template <int width, typename Body>
void for_each_pack(std::int64_t n, const RowTuning& tuning, const Body& body) {
    const std::int64_t packs = (n + width - 1) / width;
    const PackOfElements<width, Body> one{body, n};
    if constexpr (device_is_host)
        for_each_share("elements", packs, tuning, one);
    else
        Kokkos::parallel_for(
            "elements", Kokkos::RangePolicy<DeviceSpace, Kokkos::IndexType<std::int64_t>>(0, packs), one);
}

/// A whole pack or its first `count` elements; the rest of the lanes is `rest`.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Vector<Compute<T>> load_up_to(const T* from, int count, Compute<T> rest = 0) {
    return count == lanes_of<T> ? load_pack(from) : load_part(from, count, rest);
}

/// A whole pack, past the caches if wanted and the address allows it, or its first `count` elements.
template <typename T>
KOKKOS_FORCEINLINE_FUNCTION void store_up_to(T* to, const Vector<Compute<T>>& value, int count,
                                             bool past_caches) {
    constexpr auto pack_bytes = sizeof(T) * static_cast<std::size_t>(lanes_of<T>);
    if (count != lanes_of<T>)
        store_part(to, value, count);
    else if (past_caches && reinterpret_cast<std::uintptr_t>(to) % pack_bytes == 0)
        store_past_caches(to, value);
    else
        store_pack(to, value);
}

/// Calls body(column, count) for this thread's packs of a row of `n` elements of type T.
template <typename T, typename Team, typename Body>
KOKKOS_FORCEINLINE_FUNCTION void for_each_pack_of_row(std::int64_t n, const Team& team, const Body& body) {
    constexpr int width = lanes_of<T>;
    for (std::int64_t column = std::int64_t{team.rank} * width; column < n;
         column += std::int64_t{team.size} * width)
        body(column, static_cast<int>(Kokkos::min<std::int64_t>(width, n - column)));
}

}  // namespace ridge::operators
