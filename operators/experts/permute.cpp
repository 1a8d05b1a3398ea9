// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "operators/copy_row.hpp"
#include "operators/elementwise.hpp"
#include "operators/experts/experts_kernels.hpp"
#include "operators/experts/routing.hpp"
#include "operators/installed_memory.hpp"

namespace ridge::operators {
namespace {

enum Input : std::size_t { input_x, input_indices };
enum Output : std::size_t { output_y, output_positions, output_offsets };

// Everything is copied or counted: nothing may differ at all.
void reference(const Routing& routing, const TensorOperands& operands, const RowReference& row) {
    std::ranges::fill(row.bounds, std::numeric_limits<double>::min());
    for (std::size_t j = 0; j < row.values.size(); ++j) {
        const auto column = static_cast<std::int64_t>(j);
        if (row.output == output_y)
            row.values[j] = operands.at(input_x, routing.token_at(row.row), column);
        else
            row.values[j] =
                row.output == output_positions ? routing.position(row.row, column) : routing.offsets[j];
    }
}

/// Tokens are cut into `parts`. Each counts its copies for every expert; one thread turns counts into the
/// first row of every expert and part; each part then gives its copies their rows in order, and the rows are
/// copied.
struct PermuteProblem {
    const std::byte* x;
    const std::int32_t* experts;  ///< rows × k
    std::byte* y;
    std::int32_t* positions;
    std::int32_t* offsets;
    std::int32_t* next;  ///< parts × expert_count
    std::int64_t rows, k, expert_count, parts, row_bytes;
    bool past_caches;

    [[nodiscard]] KOKKOS_FORCEINLINE_FUNCTION std::int64_t first(std::int64_t part) const {
        return rows * part / parts * k;
    }
};

struct CountCopies {
    PermuteProblem p;
    KOKKOS_FUNCTION void operator()(const std::int64_t part, const int) const {
        std::int32_t* count = p.next + part * p.expert_count;
        for (std::int64_t e = 0; e < p.expert_count; ++e) count[e] = 0;
        for (std::int64_t i = p.first(part); i < p.first(part + 1); ++i) ++count[p.experts[i]];
    }
};

struct PlaceExperts {
    PermuteProblem p;
    KOKKOS_FUNCTION void operator()(const std::int64_t, const int) const {
        std::int32_t row = 0;
        for (std::int64_t e = 0; e < p.expert_count; ++e) {
            p.offsets[e] = row;
            for (std::int64_t part = 0; part < p.parts; ++part) {
                std::int32_t& count = p.next[part * p.expert_count + e];
                const std::int32_t begin = row;
                row += count;
                count = begin;
            }
        }
        p.offsets[p.expert_count] = row;
    }
};

struct PlaceCopies {
    PermuteProblem p;
    KOKKOS_FUNCTION void operator()(const std::int64_t part, const int) const {
        std::int32_t* next = p.next + part * p.expert_count;
        for (std::int64_t i = p.first(part); i < p.first(part + 1); ++i)
            p.positions[i] = next[p.experts[i]]++;
    }
};

struct CopyToken {
    PermuteProblem p;
    template <typename Team>
    KOKKOS_FUNCTION void operator()(const std::int64_t token, const Team& team) const {
        for (std::int64_t slot = 0; slot < p.k; ++slot)
            copy_row(p.y + p.positions[token * p.k + slot] * p.row_bytes, p.x + token * p.row_bytes,
                     p.row_bytes, team, p.past_caches);
    }
};

// Few copies are counted faster by one thread than threads are started.
std::int64_t part_count(std::int64_t rows, std::int64_t k) {
    constexpr std::int64_t copies_of_a_part = 4096, most_parts = 64;
    return std::clamp<std::int64_t>(rows * k / copies_of_a_part, 1, most_parts);
}

std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config) {
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto& call = operands.call();
    const auto tuning = RowTuning::from(config);
    const auto rows = call.dimension("rows"), k = call.dimension("k"), experts = call.dimension("experts");
    const auto parts = part_count(rows, k);
    const auto& next =
        kernel->add_workspace(static_cast<std::size_t>(parts * experts) * sizeof(std::int32_t));
    const PermuteProblem problem{operands.input(input_x).data<std::byte>(),
                                 operands.input(input_indices).data<std::int32_t>(),
                                 kernel->output(output_y).data<std::byte>(),
                                 kernel->output(output_positions).data<std::int32_t>(),
                                 kernel->output(output_offsets).data<std::int32_t>(),
                                 next.as<std::int32_t>(),
                                 rows,
                                 k,
                                 experts,
                                 parts,
                                 operands.input(input_x).spec().row_bytes(),
                                 tuning.past_caches};
    RowTuning counting = tuning;
    counting.one_thread = tuning.one_thread || parts == 1;
    kernel->set_launch([=] {
        for_each_pack<1>(parts, counting, CountCopies{problem});
        for_each_pack<1>(1, RowTuning{.one_thread = true}, PlaceExperts{problem});
        for_each_pack<1>(parts, counting, PlaceCopies{problem});
        for_each_row(rows, tuning, CopyToken{problem});
    });
    return kernel;
}

TensorProblem problem_of(const OperatorCall& call) {
    const auto rows = call.dimension("rows"), n = call.dimension("n"), k = call.dimension("k");
    const auto precision = call.operand("x").precision;
    return {.inputs = {{"x", precision, rows, n}, {"indices", Precision::int32, rows, k}},
            .outputs = {{"y", precision, rows * k, n},
                        {"positions", Precision::int32, rows, k},
                        {"offsets", Precision::int32, 1, call.dimension("experts") + 1}}};
}

}  // namespace

std::unique_ptr<OperandSet> make_permute_operands(const OperatorCall& call, std::uint64_t seed) {
    auto problem = problem_of(call);
    require_memory(call, tensor_bytes(problem));
    const auto routing = std::make_shared<const Routing>(Routing::draw(call, seed));
    problem.reference = [routing](const TensorOperands& operands, const RowReference& row) {
        reference(*routing, operands, row);
    };
    problem.fill = [routing](std::vector<Tensor>& inputs, std::uint64_t of) {
        inputs[input_x].fill_random(of, 1);
        inputs[input_indices].fill(
            [&](std::int64_t token, std::int64_t slot) { return routing->expert(token, slot); });
    };
    return std::make_unique<TensorOperands>(call, seed, std::move(problem));
}

Implementations make_permute_implementations() {
    Implementations list;
    list.push_back(make_implementation(
        {.op = "permute",
         .name = "kokkos-rows",
         .formats = formats_of("x", {Precision::fp32, Precision::bf16, Precision::fp16, Precision::fp64,
                                     Precision::fp8_e4m3, Precision::fp8_e5m2, Precision::int8}),
         .space = row_space(),
         .prepare = prepare}));
    return list;
}

}  // namespace ridge::operators
