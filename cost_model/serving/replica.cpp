// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/replica.hpp"

#include <algorithm>
#include <cmath>

namespace ridge::cost_model::serving {
namespace {

std::vector<std::int64_t> blocks_of(const Policy& policy, const ReplicaModel& model,
                                    std::int64_t block_tokens) {
    std::vector<std::int64_t> blocks;
    for (const auto& tier : policy.tiers)
        blocks.push_back(static_cast<std::int64_t>(
            tier.bytes / (static_cast<double>(block_tokens) * model.kv_bytes_per_token)));
    return blocks;
}

}  // namespace

Replica::Replica(const ReplicaModel& model, const Policy& policy, Book& book, bool hands_over)
    : model_(&model),
      policy_(&policy),
      book_(&book),
      hands_over_(hands_over),
      caches_(policy.prefix_caching && !book.requests.block_ids.empty()),
      page_(policy.page),
      pages_(static_cast<std::int64_t>(model.kv_capacity_tokens) / policy.page),
      block_pages_(book.requests.block_tokens / policy.page),
      block_tokens_(book.requests.block_tokens),
      cache_(blocks_of(policy, model, book.requests.block_tokens)),
      phases_(static_cast<std::size_t>(policy.page), 0) {}

bool Replica::holds(const Request& request) const {
    const auto longest = std::int64_t{request.prompt_tokens} + (hands_over_ ? 0 : request.output_tokens - 1);
    const double positions = static_cast<double>(request.prompt_tokens) + request.output_tokens;
    return pages_for(longest) <= pages_ && positions <= model_->most_positions;
}

std::int64_t Replica::available() const { return pages_ - used() + cache_.evictable() * block_pages_; }

std::int64_t Replica::held_pages(const Sequence& sequence) const {
    const auto decoded = sequence.decoding ? decode_steps_ - sequence.joined : 0;
    return pages_for(sequence.cached + decoded) - sequence.held * block_pages_;
}

void Replica::make_room() {
    while (used() > pages_ && cache_.evict()) {
    }
    counts_.pages_peak = std::max(counts_.pages_peak, used() - cache_.evictable() * block_pages_);
}

void Replica::give_back(Sequence& sequence, SequenceId id) {
    private_pages_ -= held_pages(sequence);
    const auto blocks = book_->requests.blocks_of(book_->requests.all[id]);
    cache_.release(blocks.first(static_cast<std::size_t>(sequence.held)));
    sequence.held = 0;
}

void Replica::enqueue(SequenceId id) {
    waiting_.push_back(id);
    const auto& sequence = book_->sequences[id];
    if (!sequence.ready) waiting_tokens_ += sequence.cached;
}

bool Replica::interrupt(double now) {
    if (leap_.steps < 2 || waiting_.size() != 1) return false;
    if (policy_->batching == Batching::fixed || std::cmp_greater_equal(running_, policy_->max_sequences))
        return false;
    const auto before = leap_.steps;
    leap_.cut_at(now);
    return leap_.steps != before;
}

double Replica::tokens_before(const Request& request) const {
    const auto blocks = book_->requests.blocks_of(request);
    const auto known = caches_ ? cache_.match(blocks).blocks : 0;
    return waiting_tokens_ + static_cast<double>(decoding_) +
           static_cast<double>(request.prompt_tokens - static_cast<std::int64_t>(known) * block_tokens_);
}

// ---- admission

void Replica::append(SequenceId id) {
    auto& sequence = book_->sequences[id];
    sequence.admission = ++admissions_;
    sequence.before = last_, sequence.after = no_sequence;
    (last_ == no_sequence ? first_ : book_->sequences[last_].after) = id;
    last_ = id;
    ++running_;
}

void Replica::remove(SequenceId id) {
    const auto& sequence = book_->sequences[id];
    (sequence.before == no_sequence ? first_ : book_->sequences[sequence.before].after) = sequence.after;
    (sequence.after == no_sequence ? last_ : book_->sequences[sequence.after].before) = sequence.before;
    --running_;
}

// One position at least is computed, since the first token comes from it.
std::span<const std::uint64_t> Replica::reusable_blocks(SequenceId id) const {
    const auto blocks = book_->requests.blocks_of(book_->requests.all[id]);
    const auto most = static_cast<std::size_t>((book_->sequences[id].cached - 1) / block_tokens_);
    return blocks.first(std::min(blocks.size(), most));
}

// What the sequences that decode need for their next step is theirs.
bool Replica::fits(std::int64_t pages) const {
    const auto kept_free =
        running_ == 0 ? 0 : static_cast<std::int64_t>(policy_->watermark * static_cast<double>(pages_));
    return pages + (decoding_ > 0 ? pages_needed(1) : 0) <= available() - kept_free;
}

bool Replica::admit(SequenceId id) {
    auto& sequence = book_->sequences[id];
    const auto blocks = caches_ ? reusable_blocks(id) : std::span<const std::uint64_t>{};
    const auto found = cache_.match(blocks);
    const auto count = static_cast<std::int64_t>(found.blocks);
    const auto fresh = pages_for(sequence.cached) - count * block_pages_;
    const auto loaded = count - found.by_tier[0];
    if (!fits(fresh + (loaded + found.evictable) * block_pages_)) return false;
    cache_.acquire(blocks.first(found.blocks));
    sequence.held = static_cast<std::int32_t>(count);
    sequence.computed = static_cast<std::int32_t>(count * block_tokens_);
    waiting_tokens_ -= sequence.computed;
    private_pages_ += fresh;
    for (std::size_t tier = 0; tier < PrefixCache::most_tiers; ++tier)
        counts_.hit_blocks[tier] += found.by_tier[tier];
    for (std::size_t tier = 0; tier < policy_->tiers.size(); ++tier)
        load_s_ += static_cast<double>(found.by_tier[tier + 1] * block_tokens_) * model_->kv_bytes_per_token /
                   policy_->tiers[tier].bytes_per_s;
    counts_.looked_up_tokens += sequence.cached;
    append(id);
    prefilling_.push_back(id);
    return true;
}

bool Replica::admit_ready(SequenceId id) {
    auto& sequence = book_->sequences[id];
    if (!fits(pages_for(sequence.cached + 1))) return false;  // its first step included
    private_pages_ += pages_for(sequence.cached);
    if (sequence.swapped) swap_s_ += sequence.cached * model_->kv_bytes_per_token / policy_->swap_bytes_per_s;
    sequence.ready = sequence.swapped = false;
    append(id);
    join(id);
    return true;
}

bool Replica::admit_next() {
    if (waiting_.empty() || std::cmp_greater_equal(running_, policy_->max_sequences)) return false;
    const auto id = waiting_.front();
    if (book_->sequences[id].ready ? !admit_ready(id) : !admit(id)) return false;
    waiting_.pop_front();
    make_room();
    return true;
}

// The sequence that was admitted last goes back to the head of the queue.
void Replica::preempt() {
    const auto id = last_;
    auto& sequence = book_->sequences[id];
    ++counts_.preemptions;
    give_back(sequence, id);
    if (!sequence.decoding) {
        std::erase(prefilling_, id);
        waiting_tokens_ += sequence.computed;
    } else {
        const auto decoded = static_cast<std::int32_t>(decode_steps_ - sequence.joined);
        leave(id);
        sequence.generated += decoded;
        sequence.ready = sequence.swapped = policy_->preemption == Preemption::swap;
        sequence.cached += decoded + (sequence.ready ? 0 : 1);
        if (sequence.ready)
            swap_s_ += sequence.cached * model_->kv_bytes_per_token / policy_->swap_bytes_per_s;
        else
            waiting_tokens_ += sequence.cached;
    }
    sequence.computed = 0;
    remove(id);
    waiting_.push_front(id);
}

// ---- decoding

// A page begins with the step before which the cached positions are a multiple of the page.
std::int64_t Replica::phase(const Sequence& sequence) const {
    return ((sequence.joined - sequence.cached) % page_ + page_) % page_;
}

void Replica::join(SequenceId id) {
    auto& sequence = book_->sequences[id];
    sequence.joined = decode_steps_;
    sequence.decoding = true;
    ++decoding_;
    context_ += sequence.cached;
    ++phases_[static_cast<std::size_t>(phase(sequence))];
    const auto left = book_->requests.all[id].output_tokens - sequence.generated;
    completions_.push({decode_steps_ + left, id, sequence.admission});
}

void Replica::leave(SequenceId id) {
    auto& sequence = book_->sequences[id];
    --decoding_;
    context_ -= static_cast<double>(sequence.cached + decode_steps_ - sequence.joined);
    --phases_[static_cast<std::size_t>(phase(sequence))];
    sequence.decoding = false;
    if (decoding_ == 0) context_ = 0;
}

std::int64_t Replica::pages_needed(std::int64_t steps) const {
    std::int64_t pages = steps / page_ * decoding_;
    for (std::int64_t i = 0; i < steps % page_; ++i)
        pages += phases_[static_cast<std::size_t>((decode_steps_ + i) % page_)];
    return pages;
}

std::int64_t Replica::steps_that_fit() const {
    auto left = available();
    auto steps = left / decoding_ * page_;
    left -= left / decoding_ * decoding_;
    while ((left -= phases_[static_cast<std::size_t>((decode_steps_ + steps) % page_)]) >= 0) ++steps;
    return steps;
}

// Entries of sequences that were preempted since are thrown away when they come up.
std::int64_t Replica::steps_to_completion() {
    for (;; completions_.pop()) {
        const auto& next = completions_.top();
        const auto& sequence = book_->sequences[next.id];
        if (sequence.decoding && sequence.admission == next.admission) return next.at - decode_steps_;
    }
}

bool Replica::make_room_to_decode() {
    bool preempted = false;
    while (decoding_ > 0 && pages_needed(1) > available()) preempt(), preempted = true;
    return preempted;
}

}  // namespace ridge::cost_model::serving
