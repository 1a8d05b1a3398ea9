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

}  // namespace

StepModel::StepModel(const ModelConfig& model, const Precisions& precisions, const DeviceModel& device,
                     const Parallelism& parallelism, const EngineParameters& engine,
                     const TopologyOptions& topology)
    : StepModel(make_placement(model, precisions, device, parallelism, engine, topology)) {}

StepModel::StepModel(Placement placement)
    : placement_(std::move(placement)), tables_(tables_of(placement_)), fit_(memory_fit(placement_)) {
    kv_bytes_per_token_ = cost_model::kv_bytes_per_token(placement_.model, placement_.precisions);
    weight_bytes_per_device_ = fit_.weights;
    serve_with(placement_.engine);
}

std::shared_ptr<const StepModel::Tables> StepModel::tables_of(const Placement& p) {
    auto out = std::make_shared<Tables>();
    const auto positions = p.model.max_position_embeddings;
    const auto contexts = geometric_grid(std::min(first_context, positions), positions, 4);
    out->rows = DemandLine(fine_grid(most_rows), [&](auto count) { return rows_part(p, count); });
    out->sequences =
        DemandLine(fine_grid(most_sequences), [&](auto count) { return sequences_part(p, count); });
    out->decode = DemandPlane(geometric_grid(1, most_sequences, 4), contexts, [&](auto count, auto context) {
        return decode_attention_part(p, count, context);
    });
    auto before = contexts;
    before.insert(before.begin(), 0);
    out->prompt =
        PromptTable(geometric_grid(2, std::max<std::int64_t>(2, positions), 2), before,
                    [&](auto tokens, auto there) { return prompt_attention_part(p, tokens, there); });
    return out;
}

void StepModel::serve_with(const EngineParameters& engine) {
    check(engine);
    placement_.engine = engine;
    power_ = power_of(placement_);
    set_cache(fit_, engine);
    kv_capacity_tokens_ = capacity_tokens(placement_, fit_);
}

StepCost StepModel::cost(const StepLoad& load) const {
    const auto work = stage_work(load, placement_);
    if (work.rows <= 0) return {};
    const auto& engine = placement_.engine;
    StageParts parts{.rows = tables_->rows.at(work.rows, engine),
                     .sequences = tables_->sequences.at(work.sequences, engine)};
    if (work.decode_sequences > 0)
        parts.decode = tables_->decode.at(work.decode_sequences, work.decode_context, engine);
    if (work.prompt_tokens > 0)
        parts.prompts =
            of_prompts(tables_->prompt.at(work.prompt_tokens, work.prompt_before, engine), work.prompts);
    parts.ring_s = ring_attention_s(placement_, work.prompt_tokens * work.prompts);
    parts.send_s = stage_send_s(placement_, work.rows);
    return step_cost(placement_, power_, work, parts);
}

}  // namespace ridge::cost_model
