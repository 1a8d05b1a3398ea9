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
    Gathered<T>& squares;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
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
        prefetch_step<Step>(x + n + j);
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
        for_each_step<T>(n, team, AddSquares<T>{from, squares});
        const auto factor = inverse_root_of_mean<T>(squares.sum(team), n);
        for_each_step<T>(n, team, ScaleByWeights<T>{from, w, y + row * n, n, factor, past_caches});
    }
};

// The sum, stored and squared.
template <typename T>
struct AddAndSquare {
    const T *x, *r;
    T* sum;
    Gathered<T>& squares;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value, second;
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
        prefetch_step<Step>(x + n + j);
        prefetch_step<Step>(r + n + j);
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
        for_each_step<T>(n, team, AddAndSquare<T>{x + at, r + at, sum + at, squares, past_caches});
        const auto factor = inverse_root_of_mean<T>(squares.sum(team), n);
        for_each_step<T>(n, team, AddAndScale<T>{x + at, r + at, w, y + at, n, factor, past_caches});
    }
};

template <typename T>
struct AddUp {
    const T* x;
    Gathered<T>& sum;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) sum.part[p] = sum.part[p] + value[p];
    }
};

template <typename T>
struct AddSquaredDifferences {
    const T* x;
    Pack<T> mean;
    Gathered<T>& squares;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
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
        prefetch_step<Step>(x + n + j);
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
        for_each_step<T>(n, team, AddUp<T>{from, sum});
        const Pack<T> mean(sum.sum(team) / static_cast<C>(n));
        const auto whole = n / lanes_of<T> * lanes_of<T>;
        for_each_step<T>(whole, team, AddSquaredDifferences<T>{from, mean, squares});
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
    Gathered<T>& largest;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) largest.part[p] = Kokkos::max(largest.part[p], value[p]);
    }
};

// Where elements are as exact as the arithmetic, the output keeps the exponentials until their sum is known.
template <typename T>
inline constexpr bool keeps_exponentials = std::is_same_v<T, Compute<T>>;

template <typename T>
struct AddExponentials {
    const T* x;
    T* y;
    Pack<T> largest;
    Gathered<T>& sum;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        step.load(x + j, value);
        for (int p = 0; p < Step::parts; ++p) {
            value[p] = math::exp<math::bits_for<T>>(value[p] - largest);
            sum.part[p] = sum.part[p] + value[p];
        }
        if constexpr (keeps_exponentials<T>) step.store(y + j, value, false);
    }
};

// Other outputs would round them twice: they are computed again.
template <typename T>
struct ScaleExponentials {
    const T* x;
    T* y;
    std::int64_t n;
    Pack<T> largest, factor;
    bool past_caches;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        Packs<Step, T> value;
        prefetch_step<Step>(x + n + j);
        if constexpr (keeps_exponentials<T>) {
            step.load(y + j, value);
            for (int p = 0; p < Step::parts; ++p) value[p] = value[p] * factor;
            step.store(y + j, value, false);
        } else {
            step.load(x + j, value);
            for (int p = 0; p < Step::parts; ++p)
                value[p] = math::exp<math::bits_for<T>>(value[p] - largest) * factor;
            step.store(y + j, value, past_caches);
        }
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
        const T* from = x + row * n;
        const auto whole = n / lanes_of<T> * lanes_of<T>;
        Gathered<T> most(static_cast<C>(to_float(from[0]))), sum(0);
        for_each_step<T>(whole, team, FindLargest<T>{from, most});
        C largest = most.max(team);
        for (std::int64_t j = whole; j < n; ++j)
            largest = Kokkos::max(largest, static_cast<C>(to_float(from[j])));
        const Pack<T> all_largest(largest);
        for_each_step<T>(whole, team, AddExponentials<T>{from, y + row * n, all_largest, sum});
        C total = sum.sum(team);
        for (std::int64_t j = whole; j < n; ++j) {
            const C one = Kokkos::exp(static_cast<C>(to_float(from[j])) - largest);
            if constexpr (keeps_exponentials<T>) y[row * n + j] = one;
            total += one;
        }
        for_each_step<T>(
            n, team,
            ScaleExponentials<T>{from, y + row * n, n, all_largest, Pack<T>(C(1) / total), past_caches});
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
