// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>

#include "operators/element_types.hpp"
#include "operators/elementwise.hpp"
#include "operators/error_bound.hpp"
#include "operators/gemm/tile.hpp"
#include "operators/math.hpp"
#include "operators/random.hpp"
#include "operators/recurrent/recurrent_kernels.hpp"
#include "operators/rows.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_x, input_delta, input_a, input_b, input_c, input_d, input_h };
enum Output : std::size_t { output_y, output_h };

struct Shape {
    std::int64_t batch, length, channels, states;
    explicit Shape(const OperatorCall& call)
        : batch(call.dimension("batch")),
          length(call.dimension("length")),
          channels(call.dimension("channels")),
          states(call.dimension("state")) {}
};

Precision state_precision(Precision precision) {
    return precision == Precision::fp64 ? Precision::fp64 : Precision::fp32;
}

// Channels that one checked row of the output has, so that its reference need not scan all of them.
std::int64_t checked_channels(std::int64_t channels) { return std::gcd(channels, std::int64_t{64}); }

// Steps between 0.001 and 0.1, as Mamba draws its biases.
double draw_step(std::uint64_t bits, Precision) { return 0.001 + 0.099 * unit_interval(bits); }
// Decays -1 … -16, the range of Mamba's A at 16 states.
double draw_decay(std::uint64_t bits, Precision) { return -1.0 - 15.0 * unit_interval(bits); }

/// A state and the most that a right kernel's may miss it by.
struct Bounded {
    double value = 0, error = 0;
};

// One step of one state: h := exp(δ·a)·h + δ·b·x. The product in the exponent rounds once, which the
// exponential turns into a relative error of |δ·a|·u; the exponential misses by function_error, and three
// products and a sum by u each.
void advance(Bounded& h, double exponent, double input, double u, double exponential_error) {
    const double factor = std::exp(exponent), decayed = factor * h.value;
    const double relative = std::abs(exponent) * u + exponential_error + 2.0 * u;
    h.error = h.error * factor * (1.0 + relative) + std::abs(decayed) * relative + std::abs(input) * 3.0 * u;
    h.value = decayed + input;
    h.error += (std::abs(h.value) + h.error) * u;
}

// The states of a channel before token `tokens`, from the start of its sequence.
std::vector<Bounded> scan(const TensorOperands& operands, std::int64_t sequence, std::int64_t channel,
                          std::int64_t tokens) {
    const Shape shape(operands.call());
    const auto precision = operands.call().operand("x").precision;
    const double u = unit_roundoff(state_precision(precision));
    const double exponential_error = math::function_error(state_precision(precision));
    std::vector<Bounded> h(static_cast<std::size_t>(shape.states));
    for (std::size_t s = 0; s < h.size(); ++s)
        h[s].value = operands.at(input_h, sequence * shape.states + static_cast<std::int64_t>(s), channel);
    for (std::int64_t row = sequence * shape.length; row < sequence * shape.length + tokens; ++row) {
        const double step = operands.at(input_delta, row, channel), x = operands.at(input_x, row, channel);
        for (std::size_t s = 0; s < h.size(); ++s) {
            const auto state = static_cast<std::int64_t>(s);
            advance(h[s], step * operands.at(input_a, state, channel),
                    step * x * operands.at(input_b, row, state), u, exponential_error);
        }
    }
    return h;
}

void state_reference(const TensorOperands& operands, const RowReference& row) {
    const Shape shape(operands.call());
    const auto width = static_cast<std::int64_t>(row.values.size()), parts = shape.channels / width;
    const std::int64_t sequence = row.row / parts / shape.states, state = row.row / parts % shape.states;
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const auto h = scan(operands, sequence, row.row % parts * width + static_cast<std::int64_t>(j),
                            shape.length)[static_cast<std::size_t>(state)];
        row.values[j] = h.value;
        row.bounds[j] =
            h.error + rounding_error(state_precision(operands.call().operand("x").precision), h.value);
    }
}

// `states` products and as many additions beside the errors of the states.
void output_reference(const TensorOperands& operands, const RowReference& row) {
    const Shape shape(operands.call());
    const auto precision = operands.call().operand("x").precision;
    const auto width = static_cast<std::int64_t>(row.values.size()), parts = shape.channels / width;
    const std::int64_t token = row.row / parts, sequence = token / shape.length;
    const double relative = summation_error(precision, 2.0 * static_cast<double>(shape.states + 1));
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const std::int64_t channel = row.row % parts * width + static_cast<std::int64_t>(j);
        const auto h = scan(operands, sequence, channel, token % shape.length + 1);
        double sum = operands.at(input_d, 0, channel) * operands.at(input_x, token, channel);
        double magnitude = std::abs(sum), carried = 0;
        for (std::size_t s = 0; s < h.size(); ++s) {
            const double c = operands.at(input_c, token, static_cast<std::int64_t>(s));
            sum += c * h[s].value;
            magnitude += std::abs(c) * (std::abs(h[s].value) + h[s].error);
            carried += std::abs(c) * h[s].error;
        }
        const double error = carried + relative * magnitude;
        row.values[j] = sum;
        row.bounds[j] = error + rounding_error(precision, std::abs(sum) + error);
    }
}

void reference(const TensorOperands& operands, const RowReference& row) {
    row.output == output_y ? output_reference(operands, row) : state_reference(operands, row);
}

template <typename T>
struct ScanProblem {
    using C = Compute<T>;
    const T *x, *delta, *b, *c;
    const C *a, *d, *h;  ///< a: state × channels; h: batch × state × channels
    T* y;
    C* h_out;
    std::int64_t length, channels, states;
};

/// Vectors of channels that a task takes: rows of memory are read a few cache lines at a time.
inline constexpr int task_vectors = lanes > 1 ? 4 : 1;

/// Some channels of one sequence, `group` of their states at a time kept close; later groups add to the
/// outputs of the earlier ones, so these are kept in fp32 until the last group.
template <typename T, int group>
struct ScanChannels {
    using C = Compute<T>;
    using Channels = Vector<C>[static_cast<std::size_t>(task_vectors)];
    static constexpr int width = lanes_of<T>;
    ScanProblem<T> p;
    C* partial;  ///< batch × length × channels where there are several groups
    bool past_caches;

    /// Of one group of states.
    struct Group {
        Channels h[static_cast<std::size_t>(group)], a[static_cast<std::size_t>(group)];
        std::int64_t first = 0;
    };

    KOKKOS_FUNCTION void operator()(const std::int64_t task, const int) const {
        const std::int64_t tiles = (p.channels + task_vectors * width - 1) / (task_vectors * width);
        const std::int64_t sequence = task / tiles, channel = task % tiles * task_vectors * width;
        for (std::int64_t state = 0; state < p.states; state += group) scan(sequence, channel, state);
    }

    KOKKOS_FORCEINLINE_FUNCTION int count(std::int64_t channel, int j) const {
        const std::int64_t left = p.channels - channel - j * width;
        return static_cast<int>(Kokkos::max<std::int64_t>(0, Kokkos::min<std::int64_t>(width, left)));
    }

    KOKKOS_FORCEINLINE_FUNCTION void scan(std::int64_t sequence, std::int64_t channel,
                                          std::int64_t state) const {
        const auto valid = static_cast<int>(Kokkos::min<std::int64_t>(group, p.states - state));
        const std::int64_t state_row = (sequence * p.states + state) * p.channels + channel;
        Group states;
        states.first = state;
        for (int s = 0; s < valid; ++s)
            for (int j = 0; j < task_vectors; ++j) {
                const std::int64_t at = s * p.channels + j * width;
                states.h[s][j] = load_up_to(p.h + state_row + at, count(channel, j));
                states.a[s][j] = load_up_to(p.a + state * p.channels + channel + at, count(channel, j));
            }
        for (std::int64_t row = sequence * p.length; row < (sequence + 1) * p.length; ++row)
            for (int j = 0; j < task_vectors && count(channel, j) > 0; ++j)
                if (valid == group)
                    token<true>(states, row, channel, j, group);
                else
                    token<false>(states, row, channel, j, valid);
        for (int s = 0; s < valid; ++s)
            for (int j = 0; j < task_vectors; ++j)
                store_up_to(p.h_out + state_row + s * p.channels + j * width, states.h[s][j],
                            count(channel, j), past_caches);
    }

    template <bool all>
    KOKKOS_FORCEINLINE_FUNCTION void token(Group& states, std::int64_t row, std::int64_t channel, int j,
                                           int valid) const {
        constexpr std::int64_t tokens_ahead = 2;  // rows lie further apart than hardware looks ahead
        const std::int64_t at = row * p.channels + channel + j * width;
        prefetch(p.delta + at + tokens_ahead * p.channels);
        prefetch(p.x + at + tokens_ahead * p.channels);
        const int lanes_here = count(channel, j);
        const auto step = load_up_to(p.delta + at, lanes_here), x = load_up_to(p.x + at, lanes_here);
        const auto input = step * x;
        auto sum = states.first == 0 ? x * load_up_to(p.d + channel + j * width, lanes_here)
                                     : load_up_to(partial + at, lanes_here);
        const std::int64_t projection = row * p.states + states.first;
        RIDGE_UNROLL for (int s = 0; s < group; ++s) {
            if (!all && s >= valid) break;
            const Vector<C> b(C(to_float(p.b[projection + s]))), c(C(to_float(p.c[projection + s])));
            auto& h = states.h[s][j];
            h = Kokkos::fma(math::exp(step * states.a[s][j]), h, input * b);
            sum = Kokkos::fma(c, h, sum);
        }
        if (states.first + group >= p.states)
            store_up_to(p.y + at, sum, lanes_here, past_caches);
        else
            store_up_to(partial + at, sum, lanes_here, false);
    }
};

template <typename T, int group>
void launch_group(TensorKernel& kernel, const ScanProblem<T>& problem, const RowTuning& tuning) {
    const Shape shape(kernel.operands().call());
    Compute<T>* partial = nullptr;
    if (shape.states > group)
        partial = kernel
                      .add_workspace(static_cast<std::size_t>(shape.batch * shape.length * shape.channels) *
                                     sizeof(Compute<T>))
                      .template as<Compute<T>>();
    constexpr std::int64_t width = task_vectors * lanes_of<T>;
    const std::int64_t tasks = shape.batch * ((shape.channels + width - 1) / width);
    const ScanChannels<T, group> body{problem, partial, tuning.past_caches};
    kernel.set_launch([=] { for_each_pack<1>(tasks, tuning, body); });
}

template <typename T>
void set_launch(TensorKernel& kernel, const KernelConfig& config) {
    using C = Compute<T>;
    const auto& operands = kernel.operands();
    const Shape shape(operands.call());
    const ScanProblem<T> problem{operands.input(input_x).data<T>(),
                                 operands.input(input_delta).data<T>(),
                                 operands.input(input_b).data<T>(),
                                 operands.input(input_c).data<T>(),
                                 operands.input(input_a).data<C>(),
                                 operands.input(input_d).data<C>(),
                                 operands.input(input_h).data<C>(),
                                 kernel.output(output_y).data<T>(),
                                 kernel.output(output_h).data<C>(),
                                 shape.length,
                                 shape.channels,
                                 shape.states};
    const auto tuning = RowTuning::from(config);
    launch_group<T, 16>(kernel, problem, tuning);
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    with_element_of(FloatElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, config); });
    return kernel;
}

void fill(std::vector<Tensor>& inputs, std::uint64_t seed) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i].fill_random(seed, i + 1,
                              i == input_delta ? draw_step : (i == input_a ? draw_decay : draw_uniform));
}

}  // namespace

std::unique_ptr<OperandSet> make_selective_scan_operands(const OperatorCall& call, std::uint64_t seed) {
    const Shape shape(call);
    const auto x = call.operand("x").precision, h = state_precision(call.operand("x").precision);
    const std::int64_t rows = shape.batch * shape.length, width = checked_channels(shape.channels),
                       parts = shape.channels / width;
    constexpr double operations_of_a_state = 20.0;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{
            .inputs = {{"x", x, rows, shape.channels},
                       {"delta", x, rows, shape.channels},
                       {"a", h, shape.states, shape.channels},
                       {"b", x, rows, shape.states},
                       {"c", x, rows, shape.states},
                       {"d", h, 1, shape.channels},
                       {"h", h, shape.batch * shape.states, shape.channels}},
            .outputs = {{"y", x, rows * parts, width}, {"h", h, shape.batch * shape.states * parts, width}},
            .reference = reference,
            .operations_per_row =
                operations_of_a_state * static_cast<double>(width) * element_count(call, {"length", "state"}),
            .fill = fill});
}

Implementations make_selective_scan_implementations() {
    Implementations list;
    list.push_back(make_implementation({.op = "selective_scan",
                                        .name = "kokkos-channels",
                                        .formats = formats_of("x", FloatElements()),
                                        .space = row_space(),
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
