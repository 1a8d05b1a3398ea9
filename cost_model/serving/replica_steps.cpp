// SPDX-License-Identifier: Apache-2.0
// What a replica does in a step, and how a step ends; replica.cpp has the queue and the memory.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/serving/replica.hpp"

namespace ridge::cost_model::serving {
namespace {

// The time of a leap is exact for costs that are linear in the context. It is cut where the context has grown
// by this share, so that a bend of the costs cannot mislead it for long.
constexpr double context_growth = 0.125;
constexpr std::int64_t least_leap = 16;

// Time has to go on, or the simulation would not end.
StepCost checked(const StepCost& cost) {
    if (std::isfinite(cost.time_s) && cost.time_s > 0 && std::isfinite(cost.energy_j)) return cost;
    throw Error(ExitCode::failed, "internal: a step of the model takes " + number_text(cost.time_s) + " s");
}

std::int64_t steps_of_like_context(double context) {
    return std::max(least_leap, static_cast<std::int64_t>(context * context_growth));
}

}  // namespace

void Replica::add_chunk(SequenceId id, std::int64_t most) {
    const auto& sequence = book_->sequences[id];
    const auto tokens = std::min<std::int64_t>(most, sequence.cached - sequence.computed);
    const auto count = static_cast<double>(tokens);
    chunks_.push_back({id, static_cast<std::int32_t>(tokens)});
    chunk_tokens_ += count;
    chunk_context_ += count * (sequence.computed + 0.5 * (count + 1.0));
}

// The prompts that were begun first, then new ones, until the budget is spent.
void Replica::chunk_prompts(bool admits) {
    auto budget = static_cast<double>(policy_->token_budget - decoding_);
    const auto left = [&] { return static_cast<std::int64_t>(budget - chunk_tokens_); };
    for (const auto id : prefilling_)
        if (left() > 0) add_chunk(id, left());
    while (admits && left() > 0) {
        const auto prompts = prefilling_.size();
        if (!admit_next()) return;
        if (prefilling_.size() > prompts)
            add_chunk(prefilling_.back(), left());
        else
            budget -= 1;  // one that was ready decodes in this step
    }
}

void Replica::whole_prompts() {
    const bool fixed = policy_->batching == Batching::fixed;
    if (fixed && running_ > 0) return;
    const auto budget =
        fixed ? std::numeric_limits<double>::infinity() : static_cast<double>(policy_->token_budget);
    while (!waiting_.empty()) {
        const auto& next = book_->sequences[waiting_.front()];
        if (!chunks_.empty() && !next.ready && chunk_tokens_ + next.cached > budget) return;
        const auto prompts = prefilling_.size();
        if (!admit_next()) return;
        if (prefilling_.size() > prompts) add_chunk(prefilling_.back(), next.cached);
    }
}

StepLoad Replica::load(bool decodes, double context) const {
    StepLoad out;
    out.prefill_tokens = chunk_tokens_;
    out.prefill_sequences = static_cast<double>(chunks_.size());
    if (chunk_tokens_ > 0) out.prefill_context = chunk_context_ / chunk_tokens_;
    if (!decodes) return out;
    out.decode_sequences = static_cast<double>(decoding_);
    out.decode_context = context;
    return out;
}

// Loads of cache hits pass while the step computes, layer by layer; what was swapped stops it.
void Replica::set_cost(bool decodes) {
    const double context = decoding_ > 0 ? context_ / static_cast<double>(decoding_) + 1.0 : 0.0;
    const auto first = checked(model_->step(load(decodes, context)));
    leap_.first_s = std::max(first.time_s, load_s_) + swap_s_;
    leap_.first_j = first.energy_j;
    leap_.growth_s = leap_.growth_j = 0;
    counts_.load_s += load_s_;
    load_s_ = swap_s_ = 0;
    if (leap_.steps < 2) return;
    const auto between = static_cast<double>(leap_.steps - 1);
    const auto last = checked(model_->step(load(decodes, context + between)));
    leap_.growth_s = (last.time_s - leap_.first_s) / between;
    leap_.growth_j = (last.energy_j - leap_.first_j) / between;
}

bool Replica::start(double now) {
    leap_ = {.start_s = now};
    chunks_.clear();
    chunk_tokens_ = chunk_context_ = 0;
    const bool chunked = policy_->batching == Batching::chunked;
    const bool admits = !make_room_to_decode() || running_ == 0;
    if (chunked)
        chunk_prompts(admits);
    else if (admits)
        whole_prompts();
    decodes_ = decoding_ > 0 && (chunked || chunks_.empty());
    if (!decodes_ && chunks_.empty()) return false;
    leap_.steps = 1;
    if (chunks_.empty() && swap_s_ == 0 && load_s_ == 0)
        leap_.steps = std::min({steps_to_completion(), steps_that_fit(),
                                steps_of_like_context(context_ / static_cast<double>(decoding_))});
    set_cost(decodes_);
    return true;
}

Tally Replica::leap_tally() const {
    const double seconds = leap_.seconds();
    const auto steps = static_cast<double>(leap_.steps), sequences = static_cast<double>(decoding_);
    Tally out{.busy_s = seconds, .energy_j = leap_.joules(), .prompt_tokens = chunk_tokens_, .steps = steps};
    if (decodes_) out.output_tokens = steps * sequences;
    for (const auto& chunk : chunks_) {
        const auto& sequence = book_->sequences[chunk.id];
        if (sequence.computed + chunk.tokens == sequence.cached) out.output_tokens += 1;
    }
    out.decoding_s = sequences * seconds;
    out.pages_s = static_cast<double>(used() - cache_.evictable() * block_pages_) * seconds;
    return out;
}

void Replica::finish(std::vector<SequenceId>& done, std::vector<SequenceId>& handed_over) {
    if (decodes_) finish_decoding(done);
    finish_chunks(done, handed_over);
    make_room();
    leap_.steps = 0;
}

void Replica::finish_decoding(std::vector<SequenceId>& done) {
    private_pages_ += pages_needed(leap_.steps);
    context_ += static_cast<double>(decoding_ * leap_.steps);
    decode_steps_ += leap_.steps;
    while (decoding_ > 0 && steps_to_completion() == 0) {
        const auto id = completions_.top().id;
        completions_.pop();
        complete(id, done);
    }
}

void Replica::finish_chunks(std::vector<SequenceId>& done, std::vector<SequenceId>& handed_over) {
    for (const auto& chunk : chunks_) {
        auto& sequence = book_->sequences[chunk.id];
        waiting_tokens_ -= chunk.tokens;
        sequence.computed += chunk.tokens;
        if (sequence.computed < sequence.cached) continue;
        std::erase(prefilling_, chunk.id);
        keep_prompt(chunk.id);
        if (sequence.first_token_s < 0) sequence.first_token_s = leap_.end_s();
        if (++sequence.generated == book_->requests.all[chunk.id].output_tokens)
            complete(chunk.id, done);
        else if (hands_over_)
            handed_over.push_back(chunk.id);
        else
            join(chunk.id);
    }
}

// The prompt's whole blocks can be used by others from now on.
void Replica::keep_prompt(SequenceId id) {
    if (!caches_) return;
    auto& sequence = book_->sequences[id];
    const auto blocks = book_->requests.blocks_of(book_->requests.all[id]);
    cache_.insert(blocks.subspan(static_cast<std::size_t>(sequence.held)));
    private_pages_ -= (static_cast<std::int64_t>(blocks.size()) - sequence.held) * block_pages_;
    sequence.held = static_cast<std::int32_t>(blocks.size());
}

void Replica::complete(SequenceId id, std::vector<SequenceId>& done) {
    auto& sequence = book_->sequences[id];
    sequence.done_s = leap_.end_s();
    give_back(sequence, id);
    if (sequence.decoding) leave(id);
    remove(id);
    done.push_back(id);
}

void Replica::release(SequenceId id) {
    give_back(book_->sequences[id], id);
    remove(id);
}

}  // namespace ridge::cost_model::serving
