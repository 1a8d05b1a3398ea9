// SPDX-License-Identifier: Apache-2.0
#include "operators/chunks.hpp"
#include "operators/collectives/collectives_kernels.hpp"
#include "operators/collectives/exchange.hpp"
#include "operators/element_types.hpp"

/// all_reduce and reduce_scatter.
namespace ridge::operators {
namespace {

/// One step of elements: the sum over arrays `stride` apart, stored `targets` times.
template <typename T>
struct SumArrays {
    const T* x;
    T* y;
    std::int64_t ranks, stride, targets, to_stride;
    bool past_caches;

    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, const std::int64_t at) const {
        typename Step::template Vectors<T> sum, next;
        step.load(x + at, sum);
        for (std::int64_t rank = 1; rank < ranks; ++rank) {
            step.load(x + rank * stride + at, next);
            for (int i = 0; i < Step::parts; ++i) sum[i] = sum[i] + next[i];
        }
        for (std::int64_t target = 0; target < targets; ++target)
            step.store(y + target * to_stride + at, sum, past_caches);
    }
};

/// Every part sums its slice of all arrays at once, in fp32 and always in the same order.
template <typename T>
struct SumSlices {
    const T* x;
    T* y;
    Slices slices;
    std::int64_t to_stride;  ///< between the arrays that are written
    bool whole;              ///< a part's slice is everything
    bool to_all;             ///< its sums go to every part
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t task, const Team& team) const {
        const std::int64_t rank = task / slices.chunks();
        const auto range = slices.range(whole ? 0 : rank, task % slices.chunks());
        for_each_step<T>(
            range.count, team,
            SumArrays<T>{x + range.first, y + range.first + (to_all ? 0 : rank * to_stride), slices.ranks,
                         slices.length, to_all ? slices.ranks : 1, to_stride, past_caches});
    }
};

/// Where parts keep partial sums: in arrays as long as x, or one slice each.
template <typename T>
struct Partials {
    T* data;
    std::int64_t stride;
    bool one_slice;

    [[nodiscard]] KOKKOS_FUNCTION T* at(std::int64_t rank, std::int64_t element, std::int64_t slice) const {
        return data + rank * stride + (one_slice ? element % slice : element);
    }
};

template <typename T>
struct AddTwo {
    const T *a, *b;
    T* y;
    bool past_caches;

    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, const std::int64_t at) const {
        typename Step::template Vectors<T> sum, next;
        step.load(a + at, sum);
        step.load(b + at, next);
        for (int i = 0; i < Step::parts; ++i) sum[i] = sum[i] + next[i];
        step.store(y + at, sum, past_caches);
    }
};

/// Every part adds its own elements to a partial sum of its neighbour's. The slices move on by one part a
/// step: after ranks - 1 steps each part has the sum of its own slice.
template <typename T>
struct RingStep {
    const T* x;
    Partials<const T> from;
    Partials<T> to;
    Slices slices;
    std::int64_t step;
    bool past_caches;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t task, const Team& team) const {
        const std::int64_t ranks = slices.ranks, rank = task / slices.chunks();
        const std::int64_t behind = (rank + ranks - 1) % ranks;
        const std::int64_t part = (rank + 2 * ranks - 2 - step) % ranks;
        const auto range = slices.range(part, task % slices.chunks());
        for_each_step<T>(
            range.count, team,
            AddTwo<T>{from.at(behind, range.first, slices.slice), x + rank * slices.length + range.first,
                      to.at(rank, range.first, slices.slice), past_caches});
    }
};

template <typename T>
struct Arrays {
    const T* x;
    T* y;
    Slices slices;
    RowTuning tuning;
};

/// `partials[i % 2]` is written at step i, `last` at the last step.
template <typename T>
void reduce_in_ring(const Arrays<T>& arrays, const Partials<T> (&partials)[2], const Partials<T>& last) {
    const std::int64_t ranks = arrays.slices.ranks;
    Partials<const T> from{arrays.x, arrays.slices.length, false};
    for (std::int64_t step = 0; step < ranks - 1; ++step) {
        const auto& to = step == ranks - 2 ? last : partials[step % 2];
        const RingStep<T> body{arrays.x, from, to, arrays.slices, step, arrays.tuning.past_caches};
        for_each_row(arrays.slices.tasks(), arrays.tuning, body);
        from = {to.data, to.stride, to.one_slice};
    }
}

/// The parts give each other the slices of y that they have summed: each from the part that did, or from
/// neighbour to neighbour.
template <typename T>
void gather_slices(const Arrays<T>& arrays, bool ring) {
    constexpr auto size = static_cast<std::int64_t>(sizeof(T));
    const auto& slices = arrays.slices;
    const auto array = slices.length * size, slice = slices.slice * size;
    Exchange body{.from = reinterpret_cast<const std::byte*>(arrays.y),
                  .to = reinterpret_cast<std::byte*>(arrays.y),
                  .slices = {slices.ranks, array, slice, slices.chunk * size},
                  .from_part = array,
                  .from_source = slice,
                  .from_target = 0,
                  .to_part = array,
                  .to_source = slice,
                  .first_distance = 1,
                  .last_distance = slices.ranks - 1,
                  .by_source = false,
                  .ring = ring,
                  .past_caches = arrays.tuning.past_caches};
    if (!ring) return for_each_row(body.slices.tasks(), arrays.tuning, body);
    for (std::int64_t distance = 1; distance < slices.ranks; ++distance) {
        body.first_distance = body.last_distance = distance;
        for_each_row(body.slices.tasks(), arrays.tuning, body);
    }
}

template <typename T>
void set_all_reduce(TensorKernel& kernel, const KernelConfig& config) {
    const auto& operands = kernel.operands();
    const auto ranks = operands.call().dimension("ranks"), n = operands.call().dimension("n");
    const auto& algorithm = config.word("algorithm");
    const bool one_shot = algorithm == "one_shot", two_shot = algorithm == "two_shot";
    Arrays<T> arrays{operands.input(0).data<T>(), kernel.output(0).data<T>(),
                     aligned_slices(ranks, n, chunk_elements(config, sizeof(T))), RowTuning::from(config)};
    if (algorithm == "ring") {
        const Partials<T> y{arrays.y, n, false};
        return kernel.set_launch([=] {
            reduce_in_ring(arrays, {y, y}, y);
            gather_slices(arrays, true);
        });
    }
    if (one_shot) arrays.slices.slice = n;
    const SumSlices<T> body{
        arrays.x, arrays.y, arrays.slices, n, one_shot, algorithm == "push", arrays.tuning.past_caches};
    kernel.set_launch([=] {
        for_each_row(arrays.slices.tasks(), arrays.tuning, body);
        if (two_shot) gather_slices(arrays, false);
    });
}

template <typename T>
void set_reduce_scatter(TensorKernel& kernel, const KernelConfig& config) {
    const auto& operands = kernel.operands();
    const auto ranks = operands.call().dimension("ranks"), n = operands.call().dimension("n");
    const std::int64_t piece = n / ranks;
    const Arrays<T> arrays{operands.input(0).data<T>(),
                           kernel.output(0).data<T>(),
                           {ranks, n, piece, chunk_elements(config, sizeof(T))},
                           RowTuning::from(config)};
    if (config.word("algorithm") == "ring") {
        T* received[2] = {nullptr, nullptr};
        for (auto& part : received)
            if (ranks > 2)
                part = kernel.add_workspace(static_cast<std::size_t>(n) * sizeof(T)).template as<T>();
        const Partials<T> even{received[0], piece, true}, odd{received[1], piece, true};
        const Partials<T> y{arrays.y, piece, true};
        return kernel.set_launch([=] { reduce_in_ring(arrays, {even, odd}, y); });
    }
    // The pieces lie in y as the slices do in every x: one array for all parts.
    const SumSlices<T> body{arrays.x, arrays.y, arrays.slices, 0, false, false, arrays.tuning.past_caches};
    kernel.set_launch([=] { for_each_row(arrays.slices.tasks(), arrays.tuning, body); });
}

std::unique_ptr<TensorKernel> prepare_all_reduce(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_all_reduce<decltype(zero)>(*kernel, config); });
    return kernel;
}

std::unique_ptr<TensorKernel> prepare_reduce_scatter(const TensorOperands& operands,
                                                     const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_reduce_scatter<decltype(zero)>(*kernel, config); });
    return kernel;
}

Implementations summing(const std::string& op, TunableParameter algorithm,
                        std::unique_ptr<TensorKernel> (*prepare)(const TensorOperands&,
                                                                 const KernelConfig&)) {
    auto space = row_space();
    space.parameters.push_back(std::move(algorithm));
    space.parameters.push_back(chunk_parameter());
    Implementations list;
    list.push_back(make_implementation({.op = op,
                                        .name = "kokkos-parts",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = std::move(space),
                                        .prepare = prepare}));
    return list;
}

}  // namespace

Implementations make_all_reduce_implementations() {
    return summing(
        "all_reduce",
        word_parameter("algorithm", {"push", "two_shot", "one_shot", "ring"},
                       "a part sums its slice and writes it to all, or sums it and then reads the slices of "
                       "the others, or sums everything, or passes sums on from neighbour to neighbour"),
        prepare_all_reduce);
}

Implementations make_reduce_scatter_implementations() {
    return summing("reduce_scatter",
                   word_parameter("algorithm", {"direct", "ring"},
                                  "a part sums its slice of all arrays, or sums are passed on from neighbour "
                                  "to neighbour"),
                   prepare_reduce_scatter);
}

}  // namespace ridge::operators
