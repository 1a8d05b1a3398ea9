// SPDX-License-Identifier: Apache-2.0
#include "operators/attention/prepare_decode.hpp"

#include <algorithm>

#include "operators/attention/attention_operands.hpp"
#include "operators/attention/decode.hpp"
#include "operators/attention/query_rows.hpp"
#include "operators/kernel_table.hpp"

namespace ridge::operators {
namespace {

// Beyond it each task's queries and sums leave the cache, and the cache would be read again and again.
constexpr std::int64_t most_queries = 64;

std::int64_t round_up(std::int64_t value, std::int64_t step) { return (value + step - 1) / step * step; }

DecodeProblem describe(const TensorOperands& operands, const AttentionShape& shape,
                       const KernelConfig& config) {
    return {.cache = cache_rows(operands, shape),
            .q = nullptr,
            .partial = {},
            .mask = mask_of(shape),
            .batch = shape.batch,
            .rows = shape.queries * shape.group,
            .key_dim = shape.key_dim,
            .key_stride = round_up(shape.key_dim, PartialRows::tail),
            .value_dim = shape.value_dim,
            .first_position = shape.first_position(),
            .positions = shape.context - shape.first_position(),
            .splits = config.integer("splits"),
            .block = std::min<std::int64_t>(config.integer("block"), most_block_positions),
            .ahead = config.integer("ahead"),
            .heads_per_task = config.word("heads") == "all" ? shape.kv_heads : 1};
}

bool is_quantised(const NumberFormat& format) { return storage_bits(format.precision) < 16; }

void set_launch(TensorKernel& kernel, const AttentionShape& shape, DecodeProblem problem, void* queries) {
    const void* from = kernel.operands().input(AttentionInputs::of(shape).q).data<void>();
    void* to = kernel.output(0).data<void>();
    const float factor = cache_factor(shape.kv);
    const float scale = factor * static_cast<float>(score_scale(shape));
    auto* q = static_cast<float*>(queries);
    problem.q = q;
    const bool quantised = is_quantised(shape.kv);
    kernel.set_launch([=] {
        scale_queries(shape, from, scale, q, problem.key_stride);
        (quantised ? decode_quantised : decode_floats)(shape.kv, problem);
        merge_partials(shape, problem.partial, problem.splits, factor, to);
    });
}

void set_paired_launch(TensorKernel& kernel, const AttentionShape& shape, DecodeProblem problem,
                       void* queries) {
    const void* from = kernel.operands().input(AttentionInputs::of(shape).q).data<void>();
    void* to = kernel.output(0).data<void>();
    auto* q = static_cast<Bf16*>(queries);
    problem.q_pairs = q;
    problem.scale = static_cast<float>(score_scale(shape));
    kernel.set_launch([=] {
        copy_queries(shape, from, q, problem.key_stride);
        order_queries(shape.kv.precision, shape.query_rows(), shape.key_dim, q, problem.key_stride);
        decode_paired(shape.kv, problem);
        merge_partials(shape, problem.partial, problem.splits, 1.0F, to);
    });
}

/// Makes a kernel whose queries and sums have memory, and calls set(kernel, shape, problem, queries).
using Set = void(TensorKernel&, const AttentionShape&, DecodeProblem, void*);
std::unique_ptr<TensorKernel> prepare(const TensorOperands& operands, const KernelConfig& config, Set* set) {
    const auto shape = AttentionShape::from(operands.call());
    auto problem = describe(operands, shape, config);
    auto kernel = std::make_unique<TensorKernel>(operands);
    const auto bytes = [](std::int64_t floats) { return static_cast<std::size_t>(floats) * sizeof(float); };
    const auto& q = kernel->add_workspace(bytes(shape.query_rows() * problem.key_stride));
    problem.partial.width = round_up(shape.value_dim, PartialRows::tail);
    problem.partial.data = kernel
                               ->add_workspace(bytes(shape.query_rows() * problem.splits *
                                                     (problem.partial.width + PartialRows::tail)))
                               .as<float>();
    set(*kernel, shape, problem, q.as<void>());
    return kernel;
}

}  // namespace

ParameterSpace decode_space() {
    ParameterSpace space;
    auto splits = device_is_host ? integer_parameter("splits", {2, 1, 4, 8, 16, 32}, "parts of the context")
                                 : integer_parameter("splits", {64, 16, 256, 1024}, "parts of the context");
    space.parameters = {
        std::move(splits),
        integer_parameter("block", {16, 4, 8, 32, 64, 128, 256}, "positions whose scores are kept at once"),
        integer_parameter("ahead", {1, 0, most_blocks_ahead}, "blocks that prefetching is ahead; 0: none"),
        word_parameter("heads", {"all", "one"}, "kv heads of a task"),
    };
    return space;
}

std::optional<std::string> decode_refusal(const OperatorCall& call, const KernelConfig&) {
    if (AttentionShape::from(call).queries > most_queries)
        return "decode kernels run up to " + std::to_string(most_queries) + " queries of a sequence";
    return std::nullopt;
}

std::optional<std::string> paired_decode_refusal(const OperatorCall& call, const KernelConfig& config) {
    const auto shape = AttentionShape::from(call);
    const int unit = paired_unit(shape.kv.precision);
    if (unit == 0) return std::string(paired_decode_name) + " needs AVX-512 with BF16 and VBMI";
    if (shape.key_dim % unit != 0 || shape.value_dim % unit != 0)
        return std::string(paired_decode_name) + " needs keys and values of a multiple of " +
               std::to_string(unit) + " elements for kv=" + shape.kv.text();
    return decode_refusal(call, config);
}

std::unique_ptr<TensorKernel> prepare_decode(const TensorOperands& operands, const KernelConfig& config) {
    return prepare(operands, config, set_launch);
}

std::unique_ptr<TensorKernel> prepare_paired_decode(const TensorOperands& operands,
                                                    const KernelConfig& config) {
    return prepare(operands, config, set_paired_launch);
}

}  // namespace ridge::operators
