// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/step_model.hpp"

#include <algorithm>

#include "cost_model/network/memory_need.hpp"
#include "cost_model/placement/memory_fit.hpp"

namespace ridge::cost_model {
namespace {

// Last entries of the tables; beyond them lines go on straight.
constexpr std::int64_t most_rows = 1 << 16;
constexpr std::int64_t most_sequences = 1 << 12;
constexpr std::int64_t first_context = 64;

double real(std::int64_t value) { return static_cast<double>(value); }

PartSeconds communication(double seconds) { return {0, 0, 0, seconds}; }

}  // namespace

StepModel::StepModel(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
                     const Parallelism& parallelism, const EngineParameters& engine,
                     const TopologyOptions& topology)
    : StepModel(make_placement(model, precisions, device, parallelism, engine, topology)) {}

StepModel::StepModel(Placement placement)
    : placement_(std::move(placement)), power_(power_of(*placement_.device)) {
    const auto& p = placement_;
    const auto positions = p.model.max_position_embeddings;
    const auto rows = fine_grid(most_rows),
               contexts = geometric_grid(std::min(first_context, positions), positions, 4);
    rows_ = PartTable(rows, [&](auto count) { return rows_part(p, count); });
    sequences_ = PartTable(fine_grid(most_sequences), [&](auto count) { return sequences_part(p, count); });
    send_ = PartTable(rows, [&](auto count) { return communication(stage_send_s(p, real(count))); });
    ring_ = PartTable(rows, [&](auto count) { return communication(ring_attention_s(p, real(count))); });
    decode_ = PartPlane(geometric_grid(1, most_sequences, 4), contexts,
                        [&](auto count, auto context) { return decode_attention_part(p, count, context); });
    auto before = contexts;
    before.insert(before.begin(), 0);
    prompt_ = PromptTable(geometric_grid(2, std::max<std::int64_t>(2, positions), 2), before,
                          [&](auto tokens, auto there) { return prompt_attention_part(p, tokens, there); });
    const auto fit = memory_fit(placement_);
    kv_capacity_tokens_ = capacity_tokens(placement_, fit);
    kv_bytes_per_token_ = cost_model::kv_bytes_per_token(placement_.model, placement_.precisions);
    weight_bytes_per_device_ = fit.weights;
}

StepCost StepModel::cost(const StepLoad& load) const {
    const auto work = stage_work(load, placement_);
    if (work.rows <= 0) return {};
    StageParts parts{.rows = rows_.at(work.rows), .sequences = sequences_.at(work.sequences)};
    if (work.decode_sequences > 0) parts.decode = decode_.at(work.decode_sequences, work.decode_context);
    if (work.prompt_tokens > 0) {
        parts.prompts = of_prompts(prompt_.at(work.prompt_tokens, work.prompt_before), work.prompts);
        if (placement_.parallelism.context > 1)
            parts.ring_s = ring_.at(work.prompt_tokens * work.prompts).communication;
    }
    if (placement_.parallelism.pipeline > 1) parts.send_s = send_.at(work.rows).communication;
    return step_cost(placement_, power_, work, parts);
}

}  // namespace ridge::cost_model
