// SPDX-License-Identifier: Apache-2.0
#include "operators/norms/norm_kernels.hpp"

#include "operators/norms/norm_launch.hpp"

namespace ridge::operators {
namespace {

template <typename T>
struct AddSquares {
    const T* x;
    std::int64_t n;
    Gathered<T>& squares;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        prefetch_next_row<0, 2>(x, n, j);
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p)
            squares.part[p] = Kokkos::fma(value[p], value[p], squares.part[p]);
    }
};

template <typename T>
struct ScaleByWeights {
    const T *x, *w;
    T* y;
    std::int64_t n;
    Pack<T> factor;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value, weight;
        prefetch_next_row<1, 2>(x, n, j);
        step.load(x + j, value);
        step.load(w + j, weight);
        for (int p = 0; p < Step::parts; ++p) value[p] = value[p] * factor * weight[p];
        step.store(y + j, value, past_caches);
    }
};

template <typename T>
KOKKOS_FORCEINLINE_FUNCTION Pack<T> inverse_root_of_mean(Compute<T> squares, std::int64_t n) {
    using C = Compute<T>;
    return Pack<T>(C(1) / Kokkos::sqrt(squares / static_cast<C>(n) + static_cast<C>(norm_epsilon)));
}

template <typename T>
struct RmsNorm {
    const T *x, *w;
    T* y;
    std::int64_t n;
    bool past_caches;
    RmsNorm(const TensorKernel& kernel, std::int64_t width, bool past)
        : x(kernel.operands().input(0).data<T>()),
          w(kernel.operands().input(1).data<T>()),
          y(kernel.output(0).data<T>()),
          n(width),
          past_caches(past) {}

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const T* from = x + row * n;
        Gathered<T> squares(0);
        for_each_step<T>(n, team, AddSquares<T>{from, n, squares});
        const auto factor = inverse_root_of_mean<T>(squares.sum(team), n);
        for_each_step<T>(n, team, ScaleByWeights<T>{from, w, y + row * n, n, factor, past_caches});
    }
};

// The sum, stored and squared.
template <typename T>
struct AddAndSquare {
    const T *x, *r;
    T* sum;
    std::int64_t n;
    Gathered<T>& squares;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value, second;
        prefetch_next_row<0, 2>(x, n, j);
        prefetch_next_row<0, 2>(r, n, j);
        step.load(x + j, value);
        step.load(r + j, second);
        for (int p = 0; p < Step::parts; ++p) {
            value[p] = value[p] + second[p];
            squares.part[p] = Kokkos::fma(value[p], value[p], squares.part[p]);
        }
        step.store(sum + j, value, past_caches);
    }
};

// Adds the inputs again, which lie in cache by now: the stored sum is rounded.
template <typename T>
struct AddAndScale {
    const T *x, *r, *w;
    T* y;
    std::int64_t n;
    Pack<T> factor;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value, second, weight;
        prefetch_next_row<1, 2>(x, n, j);
        prefetch_next_row<1, 2>(r, n, j);
        step.load(x + j, value);
        step.load(r + j, second);
        step.load(w + j, weight);
        for (int p = 0; p < Step::parts; ++p) value[p] = (value[p] + second[p]) * factor * weight[p];
        step.store(y + j, value, past_caches);
    }
};

template <typename T>
struct AddRmsNorm {
    const T *x, *r, *w;
    T *sum, *y;
    std::int64_t n;
    bool past_caches;
    AddRmsNorm(const TensorKernel& kernel, std::int64_t width, bool past)
        : x(kernel.operands().input(0).data<T>()),
          r(kernel.operands().input(1).data<T>()),
          w(kernel.operands().input(2).data<T>()),
          sum(kernel.output(0).data<T>()),
          y(kernel.output(1).data<T>()),
          n(width),
          past_caches(past) {}

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const auto at = row * n;
        Gathered<T> squares(0);
        for_each_step<T>(n, team, AddAndSquare<T>{x + at, r + at, sum + at, n, squares, past_caches});
        const auto factor = inverse_root_of_mean<T>(squares.sum(team), n);
        for_each_step<T>(n, team, AddAndScale<T>{x + at, r + at, w, y + at, n, factor, past_caches});
    }
};

// Of the differences from a value near the mean, so that mean and variance come of one pass.
template <typename T>
struct AddDifferences {
    const T* x;
    std::int64_t n;
    Pack<T> near;
    Gathered<T>&sum, &squares;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        prefetch_next_row<0, 2>(x, n, j);
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) {
            const auto difference = value[p] - near;
            sum.part[p] = sum.part[p] + difference;
            squares.part[p] = Kokkos::fma(difference, difference, squares.part[p]);
        }
    }
};

template <typename T>
struct CentreAndScale {
    const T *x, *w, *b;
    T* y;
    std::int64_t n;
    Pack<T> mean, factor;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value, weight, bias;
        prefetch_next_row<1, 2>(x, n, j);
        step.load(x + j, value);
        step.load(w + j, weight);
        step.load(b + j, bias);
        for (int p = 0; p < Step::parts; ++p)
            value[p] = Kokkos::fma((value[p] - mean) * factor, weight[p], bias[p]);
        step.store(y + j, value, past_caches);
    }
};

template <typename T>
struct LayerNorm {
    using C = Compute<T>;
    const T *x, *w, *b;
    T* y;
    std::int64_t n;
    bool past_caches;
    LayerNorm(const TensorKernel& kernel, std::int64_t width, bool past)
        : x(kernel.operands().input(0).data<T>()),
          w(kernel.operands().input(1).data<T>()),
          b(kernel.operands().input(2).data<T>()),
          y(kernel.output(0).data<T>()),
          n(width),
          past_caches(past) {}

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        const T* from = x + row * n;
        C squares = 0;
        const C mean = mean_of(from, team, squares);
        const auto factor = inverse_root_of_mean<T>(squares, n);
        for_each_step<T>(n, team,
                         CentreAndScale<T>{from, w, b, y + row * n, n, Pack<T>(mean), factor, past_caches});
    }

  private:
    /// `squares`: the sum of squared differences from the mean.
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION C mean_of(const T* from, const Team& team, C& squares) const {
        C mean = mean_of_first(from);
        // Where the first elements' mean is not near, differences from it are large, and what is made of them
        // has lost digits or is no number: once more, from the mean that they gave.
        if (!is_near(from, team, mean, squares)) is_near(from, team, mean, squares);
        return mean;
    }
    /// Corrects the mean, and whether it was within a deviation.
    template <typename Team>
    KOKKOS_FORCEINLINE_FUNCTION bool is_near(const T* from, const Team& team, C& mean, C& squares) const {
        // Lanes beyond a row's end hold zeros, which are no elements.
        const auto whole = n / lanes_of<T> * lanes_of<T>;
        Gathered<T> sum(0), of_squares(0);
        for_each_step<T>(whole, team, AddDifferences<T>{from, n, Pack<T>(mean), sum, of_squares});
        const C off = (sum.sum(team) + differences_of(from, whole, n, mean)) / static_cast<C>(n);
        const C lost = off * off * static_cast<C>(n);
        squares = Kokkos::max(of_squares.sum(team) + squares_of_rest(from, whole, mean) - lost, C(0));
        mean += off;
        return lost <= squares;
    }
    KOKKOS_FORCEINLINE_FUNCTION C mean_of_first(const T* from) const {
        constexpr std::int64_t most = 16;
        return differences_of(from, 0, Kokkos::min(n, most), C(0)) / static_cast<C>(Kokkos::min(n, most));
    }
    KOKKOS_FORCEINLINE_FUNCTION static C differences_of(const T* from, std::int64_t first, std::int64_t end,
                                                        C value) {
        C sum = 0;
        for (std::int64_t j = first; j < end; ++j) sum += static_cast<C>(to_float(from[j])) - value;
        return sum;
    }
    KOKKOS_FORCEINLINE_FUNCTION C squares_of_rest(const T* from, std::int64_t first, C value) const {
        C sum = 0;
        for (std::int64_t j = first; j < n; ++j) {
            const C difference = static_cast<C>(to_float(from[j])) - value;
            sum += difference * difference;
        }
        return sum;
    }
};

}  // namespace

Implementations make_rmsnorm_implementations() { return norm_implementations<RmsNorm>("rmsnorm"); }
Implementations make_add_rmsnorm_implementations() { return norm_implementations<AddRmsNorm>("add_rmsnorm"); }
Implementations make_layernorm_implementations() { return norm_implementations<LayerNorm>("layernorm"); }

}  // namespace ridge::operators
