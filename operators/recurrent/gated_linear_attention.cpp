// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>

#include "operators/element_types.hpp"
#include "operators/elementwise.hpp"
#include "operators/error_bound.hpp"
#include "operators/gemm/tile.hpp"
#include "operators/random.hpp"
#include "operators/recurrent/recurrent_kernels.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_q, input_k, input_g, input_v, input_s };
enum Output : std::size_t { output_o, output_s };

struct Shape {
    std::int64_t batch, heads, length, keys, values;
    explicit Shape(const OperatorCall& call)
        : batch(call.dimension("batch")),
          heads(call.dimension("heads")),
          length(call.dimension("length")),
          keys(call.dimension("key_dim")),
          values(call.dimension("value_dim")) {}
};

Precision state_precision(Precision precision) {
    return precision == Precision::fp64 ? Precision::fp64 : Precision::fp32;
}

// Value elements that one checked row has, so that its reference need not carry the whole state of a head.
std::int64_t checked_values(std::int64_t values) { return std::gcd(values, std::int64_t{16}); }

double draw_gate(std::uint64_t bits, Precision) { return 0.9 + 0.1 * unit_interval(bits); }

/// Some columns of the state of one head: values, and the most that a right kernel's may miss them by.
struct StateColumns {
    std::vector<double> values, errors;  // keys × width
};

// S := g·S + k·v: the product rounds once, the sum once.
void advance(StateColumns& state, std::span<const double> v, std::size_t key, double gate, double k,
             double u) {
    for (std::size_t j = 0; j < v.size(); ++j) {
        const std::size_t at = key * v.size() + j;
        const double input = k * v[j];
        state.values[at] = gate * state.values[at] + input;
        state.errors[at] =
            gate * state.errors[at] * (1.0 + u) + (std::abs(input) + std::abs(state.values[at])) * u;
    }
}

// Columns [first, first + width) of a head's state after `tokens` tokens.
StateColumns carry(const TensorOperands& operands, std::int64_t sequence, std::int64_t head,
                   std::int64_t first, std::int64_t width, std::int64_t tokens) {
    const Shape shape(operands.call());
    const double u = unit_roundoff(state_precision(operands.call().operand("x").precision));
    StateColumns state;
    state.values.resize(static_cast<std::size_t>(shape.keys * width));
    state.errors.assign(state.values.size(), 0.0);
    for (std::int64_t i = 0; i < shape.keys; ++i)
        for (std::int64_t j = 0; j < width; ++j)
            state.values[static_cast<std::size_t>(i * width + j)] =
                operands.at(input_s, (sequence * shape.heads + head) * shape.keys + i, first + j);
    std::vector<double> v(static_cast<std::size_t>(width));
    for (std::int64_t t = 0; t < tokens; ++t) {
        const std::int64_t row = (sequence * shape.length + t) * shape.heads + head;
        for (std::int64_t j = 0; j < width; ++j)
            v[static_cast<std::size_t>(j)] = operands.at(input_v, row, first + j);
        for (std::int64_t i = 0; i < shape.keys; ++i)
            advance(state, v, static_cast<std::size_t>(i), operands.at(input_g, row, i),
                    operands.at(input_k, row, i), u);
    }
    return state;
}

void state_reference(const TensorOperands& operands, const RowReference& row) {
    const Shape shape(operands.call());
    const auto width = static_cast<std::int64_t>(row.values.size()), parts = shape.values / width;
    const std::int64_t key = row.row / parts % shape.keys, head = row.row / parts / shape.keys;
    const auto state =
        carry(operands, head / shape.heads, head % shape.heads, row.row % parts * width, width, shape.length);
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const std::size_t at = static_cast<std::size_t>(key * width) + j;
        row.values[j] = state.values[at];
        row.bounds[j] =
            state.errors[at] +
            rounding_error(state_precision(operands.call().operand("x").precision), state.values[at]);
    }
}

// A product and a sum for each key, and the scale.
void output_reference(const TensorOperands& operands, const RowReference& row) {
    const Shape shape(operands.call());
    const auto precision = operands.call().operand("x").precision;
    const auto width = static_cast<std::int64_t>(row.values.size()), parts = shape.values / width;
    const std::int64_t token = row.row / parts, sequence = token / shape.heads / shape.length;
    const auto state = carry(operands, sequence, token % shape.heads, row.row % parts * width, width,
                             token / shape.heads % shape.length + 1);
    const double scale = 1.0 / std::sqrt(static_cast<double>(shape.keys));
    const double relative = summation_error(precision, 2.0 * static_cast<double>(shape.keys) + 4.0);
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        double sum = 0, magnitude = 0, carried = 0;
        for (std::int64_t i = 0; i < shape.keys; ++i) {
            const double q = operands.at(input_q, token, i);
            const std::size_t at = static_cast<std::size_t>(i * width) + j;
            sum += q * state.values[at];
            magnitude += std::abs(q) * (std::abs(state.values[at]) + state.errors[at]);
            carried += std::abs(q) * state.errors[at];
        }
        const double error = scale * (carried + relative * magnitude);
        row.values[j] = scale * sum;
        row.bounds[j] = error + rounding_error(precision, std::abs(scale * sum) + error);
    }
}

void reference(const TensorOperands& operands, const RowReference& row) {
    row.output == output_o ? output_reference(operands, row) : state_reference(operands, row);
}

template <typename T>
struct AttentionProblem {
    using C = Compute<T>;
    const T *q, *k, *g;  ///< batch × length × heads × keys
    const T* v;          ///< batch × length × heads × values
    const C* s;          ///< batch × heads × keys × values
    T* o;
    C* s_out;
    C* packed;  ///< [head][block of keys][token][q, k, g][key of the block]
    C* local;   ///< [task][token][v, o][value]
    std::int64_t heads, length, keys, values;
    bool past_caches;

    /// Row of token `t` of head `head` (of all sequences).
    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t token(std::int64_t head, std::int64_t t) const {
        return (head / heads * length + t) * heads + head % heads;
    }
};

/// Queries, keys and gates of a block of KB keys side by side, widened, with zeros beyond the last key: the
/// tokens of one head lie so far apart in memory that few of them find room in a cache together.
template <typename T, int KB>
struct PackKeys {
    AttentionProblem<T> p;
    std::int64_t blocks;

    KOKKOS_FUNCTION void operator()(const std::int64_t task, const int) const {
        const std::int64_t block = task % blocks, t = task / blocks % p.length,
                           head = task / blocks / p.length;
        const std::int64_t from = p.token(head, t) * p.keys + block * KB;
        const auto count = static_cast<int>(Kokkos::min<std::int64_t>(KB, p.keys - block * KB));
        auto* to = p.packed + ((head * blocks + block) * p.length + t) * 3 * KB;
        for (int i = 0; i < KB; ++i) {
            to[i] = i < count ? to_float(p.q[from + i]) : 0;
            to[KB + i] = i < count ? to_float(p.k[from + i]) : 0;
            to[2 * KB + i] = i < count ? to_float(p.g[from + i]) : 0;
        }
    }
};

/// NV vectors of the value elements of one head. A block of KB keys at a time holds its part of the state in
/// registers while all tokens go past; the outputs of the keys before are added to in memory.
template <typename T, int KB, int NV>
struct CarryState {
    using C = Compute<T>;
    static constexpr int width = lanes_of<T>;
    static constexpr std::int64_t columns = NV * width;
    AttentionProblem<T> p;
    std::int64_t blocks;

    KOKKOS_FUNCTION void operator()(const std::int64_t task, const int) const {
        const std::int64_t tiles = (p.values + columns - 1) / columns;
        const std::int64_t head = task / tiles, first = task % tiles * columns;
        C* local = p.local + task * p.length * 2 * columns;
        begin(head, first, local);
        for (std::int64_t block = 0; block < blocks; ++block) carry(head, first, block, local);
        finish(head, first, local);
    }

    KOKKOS_FORCEINLINE_FUNCTION int valid(std::int64_t first, int j) const {
        const std::int64_t left = p.values - first - j * width;
        return static_cast<int>(Kokkos::max<std::int64_t>(0, Kokkos::min<std::int64_t>(width, left)));
    }

    KOKKOS_FORCEINLINE_FUNCTION void begin(std::int64_t head, std::int64_t first, C* local) const {
        for (std::int64_t t = 0; t < p.length; ++t)
            for (int j = 0; j < NV; ++j) {
                C* to = local + t * 2 * columns + j * width;
                const T* from = p.v + p.token(head, t) * p.values + first + j * width;
                simd::simd_unchecked_store(load_up_to(from, valid(first, j)), to, simd::simd_flag_default);
                simd::simd_unchecked_store(Vector<C>(C(0)), to + columns, simd::simd_flag_default);
            }
    }

    KOKKOS_FORCEINLINE_FUNCTION void finish(std::int64_t head, std::int64_t first, const C* local) const {
        const Vector<C> scale(C(1) / Kokkos::sqrt(static_cast<C>(p.keys)));
        for (std::int64_t t = 0; t < p.length; ++t)
            for (int j = 0; j < NV; ++j)
                store_up_to(p.o + p.token(head, t) * p.values + first + j * width,
                            load(local + (t * 2 + 1) * columns + j * width) * scale, valid(first, j), false);
    }

    KOKKOS_FORCEINLINE_FUNCTION void carry(std::int64_t head, std::int64_t first, std::int64_t block,
                                           C* local) const {
        constexpr std::int64_t keys_ahead = 8;
        Vector<C> state[static_cast<std::size_t>(KB)][static_cast<std::size_t>(NV)];
        const std::int64_t at = (head * p.keys + block * KB) * p.values + first;
        const auto count = static_cast<int>(Kokkos::min<std::int64_t>(KB, p.keys - block * KB));
        RIDGE_UNROLL for (int i = 0; i < KB; ++i) RIDGE_UNROLL for (int j = 0; j < NV; ++j) {
            const C* from = p.s + at + i * p.values + j * width;
            prefetch(from + keys_ahead * p.values);
            state[i][j] = i < count ? load_up_to(from, valid(first, j)) : Vector<C>(C(0));
        }
        const C* keys = p.packed + (head * blocks + block) * p.length * 3 * KB;
        for (std::int64_t t = 0; t < p.length; ++t)
            one_token(state, keys + t * 3 * KB, local + t * 2 * columns);
        for (int i = 0; i < count; ++i)
            RIDGE_UNROLL for (int j = 0; j < NV; ++j) store_up_to(
                p.s_out + at + i * p.values + j * width, state[i][j], valid(first, j), p.past_caches);
    }

    KOKKOS_FORCEINLINE_FUNCTION void one_token(
        Vector<C> (&state)[static_cast<std::size_t>(KB)][static_cast<std::size_t>(NV)], const C* keys,
        C* local) const {
        Vector<C> v[static_cast<std::size_t>(NV)], o[static_cast<std::size_t>(NV)];
        RIDGE_UNROLL for (int j = 0; j < NV; ++j) {
            v[j] = load(local + j * width);
            o[j] = load(local + columns + j * width);
        }
        RIDGE_UNROLL for (int i = 0; i < KB; ++i) {
            const Vector<C> q(keys[i]), k(keys[KB + i]), g(keys[2 * KB + i]);
            RIDGE_UNROLL for (int j = 0; j < NV; ++j) {
                state[i][j] = Kokkos::fma(g, state[i][j], k * v[j]);
                o[j] = Kokkos::fma(q, state[i][j], o[j]);
            }
        }
        RIDGE_UNROLL for (int j = 0; j < NV; ++j)
            simd::simd_unchecked_store(o[j], local + columns + j * width, simd::simd_flag_default);
    }
};

template <typename T, int KB, int NV>
void launch_tile(TensorKernel& kernel, const RowTuning& tuning) {
    using C = Compute<T>;
    const auto& operands = kernel.operands();
    const Shape shape(operands.call());
    constexpr std::int64_t columns = CarryState<T, KB, NV>::columns;
    const std::int64_t heads = shape.batch * shape.heads, blocks = (shape.keys + KB - 1) / KB,
                       tasks = heads * ((shape.values + columns - 1) / columns);
    const auto workspace = [&](std::int64_t elements) {
        return kernel.add_workspace(static_cast<std::size_t>(elements) * sizeof(C)).template as<C>();
    };
    const AttentionProblem<T> problem{operands.input(input_q).data<T>(),
                                      operands.input(input_k).data<T>(),
                                      operands.input(input_g).data<T>(),
                                      operands.input(input_v).data<T>(),
                                      operands.input(input_s).data<C>(),
                                      kernel.output(output_o).data<T>(),
                                      kernel.output(output_s).data<C>(),
                                      workspace(heads * blocks * shape.length * 3 * KB),
                                      workspace(tasks * shape.length * 2 * columns),
                                      shape.heads,
                                      shape.length,
                                      shape.keys,
                                      shape.values,
                                      tuning.past_caches};
    const std::int64_t packs = heads * blocks * shape.length;
    kernel.set_launch([=] {
        for_each_pack<1>(packs, tuning, PackKeys<T, KB>{problem, blocks});
        for_each_pack<1>(tasks, tuning, CarryState<T, KB, NV>{problem, blocks});
    });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(FloatElements(), operands.call().operand("x").precision, [&](auto zero) {
        using T = decltype(zero);
        if (config.integer("keys") == 8)
            launch_tile<T, 8, 2>(*kernel, tuning);
        else if (config.integer("keys") == 4)
            launch_tile<T, 4, 4>(*kernel, tuning);
        else
            launch_tile<T, 1, 16>(*kernel, tuning);
    });
    return kernel;
}

ParameterSpace space() {
    auto out = row_space();
    out.parameters.push_back(integer_parameter(
        "keys", {8, 4, 1}, "keys whose state is held in registers, by 2, 4 or 16 vectors of values"));
    return out;
}

void fill(std::vector<Tensor>& inputs, std::uint64_t seed) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i].fill_random(seed, i + 1, i == input_g ? draw_gate : draw_uniform);
}

}  // namespace

std::unique_ptr<OperandSet> make_gated_linear_attention_operands(const OperatorCall& call,
                                                                 std::uint64_t seed) {
    const Shape shape(call);
    const auto x = call.operand("x").precision, s = state_precision(call.operand("x").precision);
    const std::int64_t rows = shape.batch * shape.length * shape.heads, width = checked_values(shape.values),
                       parts = shape.values / width, state_rows = shape.batch * shape.heads * shape.keys;
    constexpr double operations_of_a_state = 10.0;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{.inputs = {{"q", x, rows, shape.keys},
                                 {"k", x, rows, shape.keys},
                                 {"g", x, rows, shape.keys},
                                 {"v", x, rows, shape.values},
                                 {"s", s, state_rows, shape.values}},
                      .outputs = {{"o", x, rows * parts, width}, {"s", s, state_rows * parts, width}},
                      .reference = reference,
                      .operations_per_row = operations_of_a_state * static_cast<double>(width) *
                                            element_count(call, {"length", "key_dim"}),
                      .fill = fill});
}

Implementations make_gated_linear_attention_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "gated_linear_attention",
                                        .name = "kokkos-keys",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
