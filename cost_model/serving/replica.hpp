// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <queue>
#include <span>
#include <vector>

#include "cost_model/serving/leap.hpp"
#include "cost_model/serving/policy.hpp"
#include "cost_model/serving/replica_model.hpp"
#include "cost_model/serving/request.hpp"

namespace ridge::cost_model::serving {

using SequenceId = std::uint32_t;  ///< index of a request
inline constexpr SequenceId no_sequence = 0xffffffffU;

/// How far a request is. Times are absent as long as they are negative.
struct Sequence {
    double arrival_s = -1, first_token_s = -1, done_s = -1;
    std::int64_t joined = 0;     ///< decode steps that its replica had done when it began to decode
    std::int32_t cached = 0;     ///< positions in the KV cache, or to be computed, when it begins to decode
    std::int32_t computed = 0;   ///< of them
    std::int32_t generated = 0;  ///< tokens given out when it began to decode
    std::int32_t held = 0;       ///< blocks of the prefix cache in use
    std::uint32_t admission = 0;
    SequenceId before = no_sequence, after = no_sequence;  ///< by admission
    bool decoding = false;
    bool ready = false;    ///< its KV was computed before and only has to be brought here
    bool swapped = false;  ///< … from the host
};

/// What replicas share: the requests and how far each is.
struct Book {
    const Requests& requests;
    std::vector<Sequence> sequences;
};

/// Sums over what was executed.
struct Tally {
    double busy_s = 0, energy_j = 0;
    double output_tokens = 0, prompt_tokens = 0;  ///< given out; computed
    double decoding_s = 0;                        ///< integral of decoding sequences over time
    double pages_s = 0;                           ///< integral of pages in use over time
    double steps = 0;
};

/// Events that are counted over the whole run.
struct Counts {
    std::int64_t preemptions = 0;
    double looked_up_tokens = 0;       ///< prompt tokens of admitted sequences
    PrefixCache::Counts hit_blocks{};  ///< by tier
    double load_s = 0;                 ///< loading hits from lower tiers, overlapped or not
    std::int64_t pages_peak = 0;
};

/// One model with its queue, run step by step, or leap by leap where nothing happens between steps.
class Replica {
  public:
    /// With `hands_over`, sequences leave with their first token (a pool that only does prompts).
    Replica(const ReplicaModel& model, const Policy& policy, Book& book, bool hands_over);

    /// Whether the KV cache is large enough for a request alone, and the model has positions for it.
    [[nodiscard]] bool holds(const Request& request) const;
    void enqueue(SequenceId id);
    /// Ends a leap under way at the step that is running at `now`, when what was enqueued can join; whether
    /// its end moved.
    bool interrupt(double now);
    [[nodiscard]] bool busy() const { return leap_.steps > 0; }
    [[nodiscard]] double end_s() const { return leap_.end_s(); }
    /// Starts the next leap; false when there is nothing to do.
    bool start(double now);
    /// Ends it: sequences that are done, and those that are handed over, are added to the lists.
    void finish(std::vector<SequenceId>& done, std::vector<SequenceId>& handed_over);
    /// Frees the KV of a sequence that was handed over.
    void release(SequenceId id);

    [[nodiscard]] const Leap& leap() const { return leap_; }
    [[nodiscard]] Tally leap_tally() const;  ///< of the leap under way
    [[nodiscard]] const Counts& counts() const { return counts_; }
    [[nodiscard]] std::size_t outstanding() const { return waiting_.size() + running_; }
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::int64_t pages() const { return pages_; }
    /// Tokens that would be computed before the first one of this request.
    [[nodiscard]] double tokens_before(const Request& request) const;

  private:
    struct Completion {
        std::int64_t at;  // decode steps
        SequenceId id;
        std::uint32_t admission;
        bool operator<(const Completion& other) const {
            return at != other.at ? at > other.at : id > other.id;
        }
    };
    struct Chunk {
        SequenceId id;
        std::int32_t tokens;
    };

    // Memory, in pages.
    [[nodiscard]] std::int64_t pages_for(std::int64_t tokens) const { return (tokens + page_ - 1) / page_; }
    [[nodiscard]] std::int64_t available() const;
    [[nodiscard]] std::int64_t used() const { return private_pages_ + cache_.on_device() * block_pages_; }
    [[nodiscard]] std::int64_t held_pages(const Sequence& sequence) const;
    void make_room();
    void give_back(Sequence& sequence, SequenceId id);

    // Admission.
    [[nodiscard]] std::span<const std::uint64_t> reusable_blocks(SequenceId id) const;
    [[nodiscard]] bool fits(std::int64_t pages) const;
    bool admit(SequenceId id);
    bool admit_ready(SequenceId id);
    void append(SequenceId id);
    void remove(SequenceId id);
    bool admit_next();
    void preempt();

    // Decoding.
    [[nodiscard]] std::int64_t pages_needed(std::int64_t steps) const;
    [[nodiscard]] std::int64_t steps_that_fit() const;
    [[nodiscard]] std::int64_t steps_to_completion();
    [[nodiscard]] std::int64_t phase(const Sequence& sequence) const;
    void join(SequenceId id);
    void leave(SequenceId id);
    bool make_room_to_decode();

    // Steps.
    void chunk_prompts(bool admits);
    void whole_prompts();
    void add_chunk(SequenceId id, std::int64_t most);
    void set_cost(bool decodes);
    [[nodiscard]] StepLoad load(bool decodes, double context) const;
    void finish_chunks(std::vector<SequenceId>& done, std::vector<SequenceId>& handed_over);
    void finish_decoding(std::vector<SequenceId>& done);
    void keep_prompt(SequenceId id);
    void complete(SequenceId id, std::vector<SequenceId>& done);

    const ReplicaModel* model_;
    const Policy* policy_;
    Book* book_;
    bool hands_over_;
    bool caches_;
    std::int64_t page_, pages_, block_pages_;
    std::int64_t block_tokens_;
    PrefixCache cache_;

    std::deque<SequenceId> waiting_;
    std::deque<SequenceId> prefilling_;
    std::size_t running_ = 0;  // prefilling, decoding, or handed over and not released
    SequenceId first_ = no_sequence, last_ = no_sequence;  // running, by admission
    std::uint32_t admissions_ = 0;
    double waiting_tokens_ = 0;  // of prompts that are not computed yet

    std::int64_t decode_steps_ = 0;     // done so far
    std::int64_t decoding_ = 0;         // sequences
    double context_ = 0;                // positions in the cache, of all decoding sequences together
    std::vector<std::int64_t> phases_;  // decoding sequences by decode_steps_ mod page at a new page
    std::priority_queue<Completion> completions_;
    std::int64_t private_pages_ = 0;

    Leap leap_;
    bool decodes_ = false;       // the leap's steps decode
    std::vector<Chunk> chunks_;  // of the leap's only step
    double chunk_tokens_ = 0, chunk_context_ = 0;
    double load_s_ = 0, swap_s_ = 0;  // of the next step
    Counts counts_;
};

}  // namespace ridge::cost_model::serving
