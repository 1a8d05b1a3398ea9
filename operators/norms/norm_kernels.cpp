// SPDX-License-Identifier: Apache-2.0
#include "operators/norms/norm_kernels.hpp"

#include "operators/element_types.hpp"
#include "operators/math.hpp"
#include "operators/norms/row_steps.hpp"

namespace ridge::operators {
namespace {

template <typename T>
using Pack = Vector<Compute<T>>;
template <typename Step, typename T>
using Packs = typename Step::template Vectors<T>;

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

template <typename T>
struct AddUp {
    const T* x;
    std::int64_t n;
    Gathered<T>& sum;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        prefetch_next_row<0, 3>(x, n, j);
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) sum.part[p] = sum.part[p] + value[p];
    }
};

template <typename T>
struct AddSquaredDifferences {
    const T* x;
    std::int64_t n;
    Pack<T> mean;
    Gathered<T>& squares;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        prefetch_next_row<1, 3>(x, n, j);
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) {
            const auto difference = value[p] - mean;
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
        prefetch_next_row<2, 3>(x, n, j);
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
        Gathered<T> sum(0), squares(0);
        for_each_step<T>(n, team, AddUp<T>{from, n, sum});
        const Pack<T> mean(sum.sum(team) / static_cast<C>(n));
        const auto whole = n / lanes_of<T> * lanes_of<T>;
        for_each_step<T>(whole, team, AddSquaredDifferences<T>{from, n, mean, squares});
        const C rest = team.rank == 0 ? squares_of_rest(from, whole, max_lanes(mean)) : C(0);
        const auto factor = inverse_root_of_mean<T>(squares.sum(team) + team.sum(rest), n);
        for_each_step<T>(n, team, CentreAndScale<T>{from, w, b, y + row * n, n, mean, factor, past_caches});
    }

    // Lanes beyond a row's end hold zeros, which are no elements.
    KOKKOS_FORCEINLINE_FUNCTION C squares_of_rest(const T* from, std::int64_t first, C mean) const {
        C sum = 0;
        for (std::int64_t j = first; j < n; ++j) {
            const C difference = static_cast<C>(to_float(from[j])) - mean;
            sum += difference * difference;
        }
        return sum;
    }
};

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

// exp(x - largest) as 2^(x log2(e) - largest log2(e)): the error of the last product is a factor that all
// elements of a row share, so that their quotients do not have it.
template <typename T>
struct Exponential {
    using C = Compute<T>;
    static constexpr C log2_e = static_cast<C>(1.44269504088896340736);
    C shift;
    KOKKOS_FORCEINLINE_FUNCTION explicit Exponential(C largest) : shift(-largest * log2_e) {}
    KOKKOS_FORCEINLINE_FUNCTION Pack<T> operator()(const Pack<T>& x) const {
        return math::exp2<math::bits_for<T>>(Kokkos::fma(x, Pack<T>(log2_e), Pack<T>(shift)));
    }
    KOKKOS_FORCEINLINE_FUNCTION C of_one(T x) const {
        return Kokkos::exp2(Kokkos::fma(static_cast<C>(to_float(x)), log2_e, shift));
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
        const auto whole = n / lanes_of<T> * lanes_of<T>, some = Kokkos::min(whole, most_kept);
        const Exponential<T> exponential(largest_of(from, whole, team));
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

template <template <typename> class Body, typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows");
    const Body<T> body(kernel, call.dimension("n"), tuning.past_caches);
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

template <template <typename> class Body>
std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<Body, decltype(zero)>(*kernel, tuning); });
    return kernel;
}

template <template <typename> class Body>
Implementations norm_implementations(const char* op) {
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare<Body>}));
    return list;
}

}  // namespace

Implementations make_rmsnorm_implementations() { return norm_implementations<RmsNorm>("rmsnorm"); }
Implementations make_add_rmsnorm_implementations() { return norm_implementations<AddRmsNorm>("add_rmsnorm"); }
Implementations make_layernorm_implementations() { return norm_implementations<LayerNorm>("layernorm"); }
Implementations make_softmax_implementations() { return norm_implementations<Softmax>("softmax"); }

}  // namespace ridge::operators
