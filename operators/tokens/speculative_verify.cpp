// SPDX-License-Identifier: Apache-2.0
// Leviathan, Kalman and Matias 2023: what is accepted or drawn is distributed as the target model's tokens.
#include <algorithm>
#include <cmath>
#include <vector>

#include "operators/chunks.hpp"
#include "operators/element_types.hpp"
#include "operators/random.hpp"
#include "operators/tokens/token_kernels.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_p, input_q, input_tokens, input_uniform };

// Share by which a product or a sum may be off before a decision changes; kernels are off by far less.
constexpr double product_margin = 0x1p-20, sum_margin = 0x1p-19;

// At(input, row, column) reads an element of an input.
template <typename At>
class Verification {
  public:
    Verification(const OperatorCall& call, std::int64_t row, const At& at)
        : at_(at), row_(row), drafted_(call.dimension("drafted")), n_(call.dimension("n")) {}

    [[nodiscard]] bool accepts(std::int64_t i, double uniform) const {
        return uniform * of_draft(input_q, i) <= of_draft(input_p, i);
    }
    [[nodiscard]] bool is_clear(std::int64_t i, double uniform) const {
        return accepts(i, uniform * (1.0 - product_margin)) == accepts(i, uniform * (1.0 + product_margin));
    }

    // Running sums of the distribution from which the token behind `accepted` ones is drawn.
    [[nodiscard]] std::vector<double> sums(std::int64_t accepted) const {
        std::vector<double> rest(static_cast<std::size_t>(n_)), target(rest.size());
        double rest_sum = 0, target_sum = 0;
        for (std::size_t j = 0; j < rest.size(); ++j) {
            const auto column = static_cast<std::int64_t>(j);
            const double p = at_(input_p, row_ * (drafted_ + 1) + accepted, column);
            const double q = accepted < drafted_ ? at_(input_q, row_ * drafted_ + accepted, column) : 0.0;
            rest[j] = rest_sum += std::max(p - q, 0.0);
            target[j] = target_sum += p;
        }
        return rest_sum > 0 ? rest : target;
    }

  private:
    [[nodiscard]] double of_draft(std::size_t input, std::int64_t i) const {
        const auto token = static_cast<std::int64_t>(at_(input_tokens, row_, i));
        const std::int64_t rows_each = input == input_p ? drafted_ + 1 : drafted_;
        return at_(input, row_ * rows_each + i, token);
    }
    const At& at_;
    std::int64_t row_, drafted_, n_;
};

std::int64_t drawn(const std::vector<double>& sums, double uniform) {
    const auto found = std::ranges::lower_bound(sums, uniform * sums.back());
    return std::min(found - sums.begin(), static_cast<std::ptrdiff_t>(sums.size()) - 1);
}

void reference(const TensorOperands& operands, const RowReference& row) {
    const auto at = [&](std::size_t input, std::int64_t i, std::int64_t j) {
        return operands.at(input, i, j);
    };
    const Verification verification(operands.call(), row.row, at);
    const auto drafted = operands.call().dimension("drafted");
    std::int64_t accepted = 0;
    while (accepted < drafted && verification.accepts(accepted, at(input_uniform, row.row, accepted)))
        ++accepted;
    row.values[0] = static_cast<double>(accepted);
    row.values[1] =
        static_cast<double>(drawn(verification.sums(accepted), at(input_uniform, row.row, drafted)));
    row.bounds[0] = row.bounds[1] = 0.5;
}

// Attempt after attempt until the decision is clear; in fp32, and within (0, 1).
template <typename Clear>
double clear_uniform(std::uint64_t seed, std::int64_t place, const Clear& clear) {
    constexpr std::int64_t attempts = 64;
    double uniform = 0;
    for (std::int64_t attempt = 0; attempt < attempts; ++attempt) {
        const auto bits = random_bits(seed, 4, place * attempts + attempt);
        uniform = static_cast<double>(static_cast<float>(0x1p-18 + unit_interval(bits) * (1.0 - 0x1p-16)));
        if (clear(uniform)) break;
    }
    return uniform;
}

// Skewed as distributions over a vocabulary are; the mean is 1 / 5.
double draw_weight(std::uint64_t bits, Precision) { return std::pow(unit_interval(bits), 4); }

void fill(const OperatorCall& call, std::vector<Tensor>& inputs, std::uint64_t seed) {
    const auto drafted = call.dimension("drafted"), n = call.dimension("n");
    for (const auto input : {input_p, input_q})
        inputs[input].fill([=](std::int64_t row, std::int64_t column) {
            const auto bits = random_bits(seed, input + 1, row * n + column);
            return 5.0 / static_cast<double>(n) * draw_weight(bits, Precision::fp32);
        });
    inputs[input_tokens].fill([=](std::int64_t row, std::int64_t i) {
        return static_cast<double>(random_bits(seed, 3, row * drafted + i) % static_cast<std::uint64_t>(n));
    });
    const std::vector<HostTensor> host(inputs.begin(), inputs.begin() + input_uniform);
    const auto at = [&](std::size_t input, std::int64_t i, std::int64_t j) { return host[input].at(i, j); };
    inputs[input_uniform].fill([&](std::int64_t row, std::int64_t column) {
        const Verification verification(call, row, at);
        const auto number = [&](std::int64_t i) {
            return clear_uniform(seed, row * (drafted + 1) + i,
                                 [&](double uniform) { return verification.is_clear(i, uniform); });
        };
        if (column < drafted) return number(column);
        std::int64_t accepted = 0;
        while (accepted < drafted && verification.accepts(accepted, number(accepted))) ++accepted;
        const auto sums = verification.sums(accepted);
        return clear_uniform(seed, row * (drafted + 1) + drafted, [&](double uniform) {
            return drawn(sums, uniform - sum_margin) == drawn(sums, uniform + sum_margin);
        });
    });
}

template <typename T>
struct AddRest {
    const T *p, *q;  // q: null for p itself
    Vector<Compute<T>>* sum;
    template <typename Step>
    KOKKOS_FORCEINLINE_FUNCTION void operator()(const Step& step, std::int64_t j) const {
        typename Step::template Vectors<T> value, less;
        step.load(p + j, value);
        if (q != nullptr) step.load(q + j, less);
        for (int part = 0; part < Step::parts; ++part) {
            if (q != nullptr)
                value[part] = Kokkos::max(value[part] - less[part], Vector<Compute<T>>(Compute<T>(0)));
            sum[part] = sum[part] + value[part];
        }
    }
};

/// A row is one thread's; blocks are summed in fp32, their sums in fp64.
template <typename T>
struct SpeculativeVerify {
    const T *p, *q;
    const std::int32_t* tokens;
    const float* uniform;
    std::int32_t* result;
    std::int64_t drafted, n;
    static constexpr std::int64_t block = 512;

    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t row, const Team& team) const {
        if (team.rank != 0) return;
        const float* numbers = uniform + row * (drafted + 1);
        std::int64_t accepted = 0;
        while (accepted < drafted && accepts(row, accepted, numbers[accepted])) ++accepted;
        const T* target = p + (row * (drafted + 1) + accepted) * n;
        const T* draft = accepted < drafted ? q + (row * drafted + accepted) * n : nullptr;
        double total = sum(target, draft);
        if (!(total > 0)) {
            draft = nullptr;
            total = sum(target, draft);
        }
        result[2 * row] = static_cast<std::int32_t>(accepted);
        result[2 * row + 1] =
            static_cast<std::int32_t>(draw(target, draft, static_cast<double>(numbers[drafted]) * total));
    }

  private:
    KOKKOS_FORCEINLINE_FUNCTION bool accepts(std::int64_t row, std::int64_t i, float number) const {
        const std::int64_t token = tokens[row * drafted + i];
        const auto of_p = static_cast<float>(to_float(p[(row * (drafted + 1) + i) * n + token]));
        return number * static_cast<float>(to_float(q[(row * drafted + i) * n + token])) <= of_p;
    }
    KOKKOS_FORCEINLINE_FUNCTION double sum_of_block(const T* target, const T* draft,
                                                    std::int64_t first) const {
        using V = Vector<Compute<T>>;
        V sums[2] = {V(Compute<T>(0)), V(Compute<T>(0))};
        for_each_step<T>(Kokkos::min(std::int64_t{block}, n - first), SoloTeam(),
                         AddRest<T>{target + first, draft != nullptr ? draft + first : nullptr, sums});
        return static_cast<double>(sum_lanes(sums[0] + sums[1]));
    }
    KOKKOS_FORCEINLINE_FUNCTION double sum(const T* target, const T* draft) const {
        double total = 0;
        for (std::int64_t first = 0; first < n; first += block) total += sum_of_block(target, draft, first);
        return total;
    }
    // The first index where the running sum reaches `wanted`.
    KOKKOS_FORCEINLINE_FUNCTION std::int64_t draw(const T* target, const T* draft, double wanted) const {
        double running = 0;
        std::int64_t first = 0;
        for (; first + block < n; first += block) {
            const double one = sum_of_block(target, draft, first);
            if (running + one >= wanted) break;
            running += one;
        }
        const std::int64_t last = Kokkos::min(n, first + block) - 1;
        for (std::int64_t j = first; j < last; ++j) {
            const auto of_p = static_cast<double>(to_float(target[j]));
            const auto of_q = draft != nullptr ? static_cast<double>(to_float(draft[j])) : 0.0;
            running += Kokkos::max(of_p - of_q, 0.0);
            if (running >= wanted) return j;
        }
        return last;
    }
};

template <typename T>
void set_launch(TensorKernel& kernel, const RowTuning& tuning) {
    const auto& operands = kernel.operands();
    const auto rows = operands.call().dimension("rows");
    const SpeculativeVerify<T> body{operands.input(input_p).data<T>(),
                                    operands.input(input_q).data<T>(),
                                    operands.input(input_tokens).data<std::int32_t>(),
                                    operands.input(input_uniform).data<float>(),
                                    kernel.output(0).data<std::int32_t>(),
                                    operands.call().dimension("drafted"),
                                    operands.call().dimension("n")};
    kernel.set_launch([=] { for_each_row(rows, tuning, body); });
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto tuning = RowTuning::from(config);
    with_element_of(ScoreElements(), operands.call().operand("x").precision,
                    [&](auto zero) { set_launch<decltype(zero)>(*kernel, tuning); });
    return kernel;
}

}  // namespace

std::unique_ptr<OperandSet> make_speculative_verify_operands(const OperatorCall& call, std::uint64_t seed) {
    const auto rows = call.dimension("rows"), drafted = call.dimension("drafted"), n = call.dimension("n");
    const auto precision = call.operand("x").precision;
    return std::make_unique<TensorOperands>(
        call, seed,
        TensorProblem{
            .inputs = {{"p", precision, rows * (drafted + 1), n},
                       {"q", precision, rows * drafted, n},
                       {"tokens", Precision::int32, rows, drafted},
                       {"uniform", Precision::fp32, rows, drafted + 1}},
            .outputs = {{"result", Precision::int32, rows, 2}},
            .reference = reference,
            .operations_per_row = static_cast<double>(2 * n),
            .fill = [call](std::vector<Tensor>& inputs, std::uint64_t from) { fill(call, inputs, from); }});
}

Implementations make_speculative_verify_implementations() {
    auto space = row_space();
    std::erase_if(space.parameters, [](const auto& parameter) { return parameter.name == "store"; });
    Implementations list;
    list.push_back(make_implementation({.op = "speculative_verify",
                                        .name = "kokkos-rows",
                                        .formats = formats_of("x", ScoreElements()),
                                        .space = space,
                                        .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
