// SPDX-License-Identifier: Apache-2.0
#include "profiler/roofs/compute.hpp"

#include <Kokkos_Core.hpp>
#include <Kokkos_SIMD.hpp>

namespace ridge::profiler {
namespace {

using Space = Kokkos::DefaultExecutionSpace;
using Workers = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;

template <typename T>
using Pack = Kokkos::Experimental::simd<T>;

// One step of a chain. The factor is -1 and the term small, so that values stay normal numbers for ever:
// denormal ones would be timed instead of the units.
struct Fma {
    static constexpr double flop = 2;
    template <typename P>
    KOKKOS_INLINE_FUNCTION static P step(int, const P& value, const P& factor, const P& term) {
        return Kokkos::fma(value, factor, term);
    }
};
struct Add {
    static constexpr double flop = 1;
    template <typename P>
    KOKKOS_INLINE_FUNCTION static P step(int, const P& value, const P&, const P& term) {
        return value + term;
    }
};
struct Mul {
    static constexpr double flop = 1;
    template <typename P>
    KOKKOS_INLINE_FUNCTION static P step(int, const P& value, const P& factor, const P&) {
        return value * factor;
    }
};
struct FmaAdd {  // every other chain
    static constexpr double flop = 1.5;
    template <typename P>
    KOKKOS_INLINE_FUNCTION static P step(int chain, const P& value, const P& factor, const P& term) {
        return chain % 2 == 0 ? Kokkos::fma(value, factor, term) : value + term;
    }
};

template <typename Step, typename T>
KOKKOS_INLINE_FUNCTION T run_chains(std::int64_t iterations, T factor, T term) {
    const Pack<T> factors(factor), terms(term);
    Pack<T> values[chains];
    for (int chain = 0; chain < chains; ++chain) values[chain] = Pack<T>(T(chain + 1));
    for (std::int64_t i = 0; i < iterations; ++i)
        for (int chain = 0; chain < chains; ++chain)
            values[chain] = Step::step(chain, values[chain], factors, terms);
    for (int chain = 1; chain < chains; ++chain) values[0] = values[0] + values[chain];
    return Kokkos::Experimental::reduce(values[0]);
}

// The sum over the workers keeps the arithmetic from being left out; constants from variables keep it from
// being folded.
template <typename Step, typename T>
double run_mix(std::int64_t iterations) {
    const std::int64_t workers = Space().concurrency();
    volatile T factor_source = T(-1), term_source = T(0.3);
    const T factor = factor_source, term = term_source;
    T kept = 0;
    Kokkos::parallel_reduce(
        "compute roof", Workers(0, workers),
        KOKKOS_LAMBDA(std::int64_t, T & sum) { sum += run_chains<Step, T>(iterations, factor, term); }, kept);
    const double steps = static_cast<double>(iterations) * static_cast<double>(workers) * chains;
    return steps * static_cast<double>(Pack<T>::size()) * Step::flop;
}

}  // namespace

std::vector<ComputeMix> compute_mixes() {
    std::vector<ComputeMix> mixes = {
        {"fma", Precision::fp32, run_mix<Fma, float>},
        {"add", Precision::fp32, run_mix<Add, float>},
        {"mul", Precision::fp32, run_mix<Mul, float>},
        {"fma+add", Precision::fp32, run_mix<FmaAdd, float>},
        {"fma", Precision::fp64, run_mix<Fma, double>},
        {"add", Precision::fp64, run_mix<Add, double>},
        {"mul", Precision::fp64, run_mix<Mul, double>},
        {"fma+add", Precision::fp64, run_mix<FmaAdd, double>},
        // A kernel with enough reuse widens its bf16 operands once and multiplies in fp32, at the rate of
        // fp32.
        {"fma-fp32", Precision::bf16, run_mix<Fma, float>},
    };
    for (const auto& mix : avx512_dot_mixes()) mixes.push_back(mix);
    return mixes;
}

}  // namespace ridge::profiler
