// SPDX-License-Identifier: Apache-2.0
#include "operators/math.hpp"
#include "operators/norms/norm_kernels.hpp"
#include "operators/norms/norm_launch.hpp"

namespace ridge::operators {
namespace {

template <typename T>
struct FindLargest {
    const T* x;
    std::int64_t n;
    Gathered<T>& largest;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        prefetch_next_row<0, 3>(x, n, j);
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) largest.part[p] = Kokkos::max(largest.part[p], value[p]);
    }
};

// exp(x - largest) as 2^((x - largest) log2(e)). The difference comes first: the largest may be the least
// number that there is, where all of a row is masked.
template <typename T>
struct Exponential {
    using C = Compute<T>;
    static constexpr C log2_e = static_cast<C>(1.44269504088896340736);
    C largest;
    KOKKOS_FORCEINLINE_FUNCTION Pack<T> operator()(const Pack<T>& x) const {
        return math::exp2<math::bits_for<T>>((x - Pack<T>(largest)) * Pack<T>(log2_e));
    }
    KOKKOS_FORCEINLINE_FUNCTION C of_one(T x) const {
        return Kokkos::exp2((static_cast<C>(to_float(x)) - largest) * log2_e);
    }
};

// Elements whose exponentials a host's thread keeps, in the second cache, until their sum is known: the
// output is then written once. A GPU computes them again.
constexpr std::int64_t most_kept = device_is_host ? 16384 : 0;
template <typename T>
using Kept = Compute<T>[static_cast<std::size_t>(most_kept + lanes_of<T>)];

template <typename T, bool keeps>
struct AddExponentials {
    const T* x;
    Compute<T>* kept;
    std::int64_t first, n;
    const Exponential<T>& exponential;
    Gathered<T>& sum;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t after_first) const {
        const auto j = first + after_first;
        Packs<Step, T> value;
        prefetch_next_row<1, 3>(x, n, j);
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) {
            value[p] = exponential(value[p]);
            sum.part[p] = sum.part[p] + value[p];
            if constexpr (keeps)
                simd::simd_unchecked_store(value[p], kept + j + p * lanes_of<T>, simd::simd_flag_default);
        }
    }
};

template <typename T, bool keeps>
struct ScaleExponentials {
    const T* x;
    const Compute<T>* kept;
    T* y;
    std::int64_t first, n;
    const Exponential<T>& exponential;
    Pack<T> factor;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t after_first) const {
        const auto j = first + after_first;
        Packs<Step, T> value;
        prefetch_next_row<2, 3>(x, n, j);
        if constexpr (!keeps) step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) {
            if constexpr (keeps)
                value[p] = load(kept + j + p * lanes_of<T>);
            else
                value[p] = exponential(value[p]);
            value[p] = value[p] * factor;
        }
        step.store(y + j, value, past_caches);
    }
};

template <typename T>
struct Softmax {
    using C = Compute<T>;
    const T* x;
    T* y;
    std::int64_t n;
    bool past_caches;
    Softmax(const TensorKernel& kernel, std::int64_t width, bool past)
        : x(kernel.operands().input(0).data<T>()),
          y(kernel.output(0).data<T>()),
          n(width),
          past_caches(past) {}

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        alignas(64) Kept<T> kept;
        const T* from = x + row * n;
        T* to = y + row * n;
        const auto whole = n / lanes_of<T> * lanes_of<T>, some = Kokkos::min(whole, std::int64_t{most_kept});
        const Exponential<T> exponential{largest_of(from, whole, team)};
        Gathered<T> sum(0);
        for_each_step<T>(some, team, AddExponentials<T, true>{from, kept, 0, n, exponential, sum});
        for_each_step<T>(whole - some, team,
                         AddExponentials<T, false>{from, kept, some, n, exponential, sum});
        C total = sum.sum(team);
        for (std::int64_t j = whole; j < n; ++j) total += exponential.of_one(from[j]);
        const Pack<T> factor(C(1) / total);
        for_each_step<T>(some, team,
                         ScaleExponentials<T, true>{from, kept, to, 0, n, exponential, factor, past_caches});
        for_each_step<T>(
            n - some, team,
            ScaleExponentials<T, false>{from, kept, to, some, n, exponential, factor, past_caches});
    }

    // Lanes beyond a row's end hold zeros, which are no elements.
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION C largest_of(const T* from, std::int64_t whole, const Team& team) const {
        Gathered<T> most(static_cast<C>(to_float(from[0])));
        for_each_step<T>(whole, team, FindLargest<T>{from, n, most});
        C largest = most.max(team);
        for (std::int64_t j = whole; j < n; ++j)
            largest = Kokkos::max(largest, static_cast<C>(to_float(from[j])));
        return largest;
    }
};

}  // namespace

Implementations make_softmax_implementations() { return norm_implementations<Softmax>("softmax"); }

}  // namespace ridge::operators
