// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/closed_run.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <vector>

#include "core/error.hpp"
#include "core/units.hpp"
#include "cost_model/serving/draws.hpp"

namespace ridge::cost_model {
namespace {

struct Prompt {
    std::int64_t arrival = 0;  // step after which it came
    double tokens_before = 0;  // that had been computed until then
    double tokens = 0;         // left to compute
    std::int64_t output = 1;
};

struct Replica {
    std::deque<Prompt> waiting;
    double waiting_tokens = 0;
    std::int64_t running = 0;

    [[nodiscard]] auto held() const { return running + static_cast<std::int64_t>(waiting.size()); }
};

class Run {
  public:
    explicit Run(const ClosedRun& run)
        : run_(run), replicas_(static_cast<std::size_t>(std::max<std::int64_t>(1, run.replicas))) {}
    ClosedRunCounts count();

  private:
    [[nodiscard]] double drawn(double longest) {
        const double least = std::floor(longest * run_.least_share);
        return std::min(longest, least + std::floor(draws_.uniform() * (longest - least + 1)));
    }
    [[nodiscard]] bool anything_waits() const {
        return std::ranges::any_of(replicas_, [](const Replica& one) { return !one.waiting.empty(); });
    }
    void arrive();
    void go_to_next_step();
    [[nodiscard]] bool may_begin();
    [[nodiscard]] bool balanced();
    [[nodiscard]] bool held_back();
    double take_prompts(Replica& replica);
    void begin(Replica& replica);
    void finish();
    [[nodiscard]] double running() const;
    [[nodiscard]] std::int64_t all_requests() const {
        return run_.requests > 0 ? run_.requests : run_.users * run_.requests_per_user;
    }

    ClosedRun run_;
    serving::Draws draws_{1};
    std::vector<Replica> replicas_;
    std::map<std::int64_t, std::vector<std::size_t>> ending_;  // replicas by the step of a last token
    std::int64_t step_ = 0, left_ = 0, held_steps_ = 0, since_balance_ = 0;
    double most_tokens_ = 0, all_tokens_ = 0, step_most_ = 0;
    double steps_sum_ = 0, tokens_sum_ = 0;
    std::vector<Prompt> begun_;
    ClosedRunCounts counts_;
};

void add(ClosedRunCounts::Steps& steps, double count, double running, double prompt_tokens) {
    steps.count += count;
    steps.running += count * running;
    steps.prompt_tokens += count * prompt_tokens;
}

void divide(ClosedRunCounts::Steps& steps) {
    if (steps.count <= 0) return;
    steps.running /= steps.count;
    steps.prompt_tokens /= steps.count;
}

double Run::running() const {
    std::int64_t sum = 0;
    for (const auto& one : replicas_) sum += one.running;
    return static_cast<double>(sum);
}

// The replica that holds fewest requests gets it.
void Run::arrive() {
    auto& replica = *std::ranges::min_element(replicas_, {}, &Replica::held);
    const double tokens = drawn(run_.longest.prompt);
    const auto output = static_cast<std::int64_t>(drawn(run_.longest.output));
    replica.waiting.push_back({step_, most_tokens_, tokens, std::max<std::int64_t>(1, output)});
    replica.waiting_tokens += tokens;
    --left_;
}

// Steps in which nothing begins and nothing ends are alike.
void Run::go_to_next_step() {
    const auto next = anything_waits() || ending_.empty() ? step_ + 1 : ending_.begin()->first;
    add(counts_.plain, static_cast<double>(next - 1 - step_), running(), 0);
    if (run_.balance_steps > 0) since_balance_ = (since_balance_ + next - 1 - step_) % run_.balance_steps;
    step_ = next;
}

// TensorRT-LLM's attention_dp_config: prompts begin where every replica has one, else when as many steps have
// passed as the time-out has, whether something waited in them or not.
bool Run::balanced() {
    const bool all = std::ranges::none_of(replicas_, [](const Replica& one) { return one.waiting.empty(); });
    const bool idle = std::ranges::any_of(replicas_, [](const Replica& one) { return one.running == 0; });
    const bool begins = all || idle || ++since_balance_ >= run_.balance_steps;
    if (begins) since_balance_ = 0;
    return begins;
}

// TensorRT-LLM's batch_wait_timeout_iters and batch_wait_max_tokens_ratio.
bool Run::held_back() {
    const double step = run_.step_tokens > 0 ? run_.step_tokens : std::numeric_limits<double>::infinity();
    const bool begins = std::ranges::any_of(replicas_, [&](const Replica& one) {
        return (one.running == 0 && !one.waiting.empty()) || one.waiting_tokens >= run_.hold_share * step;
    });
    if (begins || held_steps_ >= run_.hold_steps) {
        held_steps_ = 0;
        return false;
    }
    ++held_steps_;
    return true;
}

bool Run::may_begin() {
    if (replicas_.size() > 1 && run_.balance_steps > 0) return balanced();
    return anything_waits() && !(run_.hold_steps > 0 && held_back());
}

void Run::begin(Replica& replica) {
    begun_.push_back(replica.waiting.front());
    ending_[step_ + replica.waiting.front().output - 1].push_back(
        static_cast<std::size_t>(&replica - replicas_.data()));
    replica.waiting.pop_front();
    ++replica.running;
}

double Run::take_prompts(Replica& replica) {
    double room = run_.step_tokens > 0
                      ? std::max(1.0, run_.step_tokens - static_cast<double>(replica.running))
                      : std::numeric_limits<double>::infinity();
    double taken = 0;
    while (!replica.waiting.empty() && room > 0) {
        auto& prompt = replica.waiting.front();
        const bool whole = prompt.tokens <= room || (run_.whole_prompts && taken == 0);
        if (!whole && run_.whole_prompts) break;
        const double tokens = whole ? prompt.tokens : room;
        room -= tokens, taken += tokens, replica.waiting_tokens -= tokens, prompt.tokens -= tokens;
        if (whole) begin(replica);
    }
    return taken;
}

void Run::finish() {
    const auto now = ending_.find(step_);
    if (now == ending_.end()) return;
    const auto replicas = std::move(now->second);
    ending_.erase(now);
    for (const auto replica : replicas) --replicas_[replica].running;
    for (std::size_t i = 0; i < replicas.size() && left_ > 0; ++i) arrive();
}

ClosedRunCounts Run::count() {
    const auto all = left_ = all_requests();
    for (std::int64_t user = 0; user < run_.users && left_ > 0; ++user) arrive();
    while (anything_waits() || !ending_.empty()) {
        go_to_next_step();
        step_most_ = 0;
        begun_.clear();
        const double decoding = running(), tokens_before = all_tokens_;
        if (may_begin())
            for (auto& replica : replicas_) {
                const double taken = take_prompts(replica);
                step_most_ = std::max(step_most_, taken), all_tokens_ += taken;
            }
        const double tokens = all_tokens_ - tokens_before;
        add(tokens > 0 ? counts_.with_prompts : counts_.plain, 1, decoding, tokens);
        most_tokens_ += step_most_;
        for (const auto& one : begun_) {
            steps_sum_ += static_cast<double>(step_ - one.arrival);
            tokens_sum_ += most_tokens_ - one.tokens_before;
        }
        finish();
    }
    const auto requests = static_cast<double>(all);
    counts_.steps = steps_sum_ / requests;
    counts_.prompts = tokens_sum_ / requests / mean_lengths(run_).prompt;
    counts_.unevenness = most_tokens_ * static_cast<double>(replicas_.size()) / all_tokens_;
    divide(counts_.plain);
    divide(counts_.with_prompts);
    return counts_;
}

}  // namespace

RequestLengths mean_lengths(const ClosedRun& run) {
    const double share = (1 + run.least_share) / 2;
    return {run.longest.prompt * share, run.longest.output * share};
}

ClosedRunCounts count_steps(const ClosedRun& run) {
    constexpr double most = 1e7;  // a run that is played takes seconds, not days
    if (run.users < 1 || run.requests_per_user < 1 || run.longest.prompt < 1 || run.longest.output < 1)
        throw InputError("a closed run needs users, requests of each, prompts and outputs of at least 1");
    const double requests = run.requests > 0
                                ? static_cast<double>(run.requests)
                                : static_cast<double>(run.users) * static_cast<double>(run.requests_per_user);
    const double steps = run.step_tokens > 0 ? std::max(1.0, run.longest.prompt / run.step_tokens) : 1.0;
    if (!(requests * steps <= most) || !(run.longest.prompt <= most) || !(run.longest.output <= most))
        throw InputError("a closed run of " + significant(requests) + " requests, prompts of " +
                         significant(run.longest.prompt) + " tokens and outputs of " +
                         significant(run.longest.output) + " is too long to be played: at most " +
                         significant(most) + " requests times steps of a prompt, and as many tokens");
    return Run(run).count();
}

const ClosedRunCounts& PlayedRuns::of_users(std::int64_t users) {
    const auto found = counted_.find(users);
    if (found != counted_.end()) return found->second;
    auto run = run_;
    run.users = users;
    return counted_.emplace(users, count_steps(run)).first->second;
}

}  // namespace ridge::cost_model
