// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators/chunks.hpp"
#include "operators/element_types.hpp"

/// What the kernels that reduce a row before they write it have in common: their vectors, what they gather of
/// it, and making a call ready. `Body<T>` is made of (kernel, width of a row, past_caches) and called with
/// (row, team).
namespace ridge::operators {

template <typename T>
using Pack = Vector<Compute<T>>;
template <typename Step, typename T>
using Packs = typename Step::template Vectors<T>;

/// What a thread has gathered of a row, for each part of a step.
template <typename T>
struct Gathered {
    using V = Vector<Compute<T>>;
    V part[2];
    KOKKOS_FORCEINLINE_FUNCTION explicit Gathered(Compute<T> start) : part{V(start), V(start)} {}
    template <typename Team>
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Compute<T> sum(const Team& team) const {
        return team.sum(sum_lanes(part[0] + part[1]));
    }
    template <typename Team>
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION Compute<T> max(const Team& team) const {
        return team.max(max_lanes(Kokkos::max(part[0], part[1])));
    }
};

template <template <typename> class Body, typename T>
void set_norm_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& call = kernel.operands().call();
    const auto rows = call.dimension("rows");
    const Body<T> body(kernel, call.dimension("n"), tuning.past_caches);
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

template <template <typename> class Body>
std::unique_ptr<TensorKernel> prepare_norm(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_norm_launch<Body, decltype(zero)>(*kernel, tuning); });
    return kernel;
}

template <template <typename> class Body>
Implementations norm_implementations(const char* op) {
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare_norm<Body>}));
    return list;
}

}  // namespace ridge::operators
