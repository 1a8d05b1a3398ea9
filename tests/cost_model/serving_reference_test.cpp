// SPDX-License-Identifier: Apache-2.0
// Against a plain simulation that goes from token to token.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "cost_model/serving/summary.hpp"
#include "cost_model/serving/traffic.hpp"
#include "serving_support.hpp"

namespace ridge::cost_model::serving {
namespace {

struct Plain {
    std::size_t id;
    std::int64_t target, cached = 0, given = 0;  // positions until the prefill ends; there; tokens given out
    bool decoding = false;
};

// Chunked prompts, first come first served, pages with recomputation of who came last; no cache, no swap.
class PlainEngine {
  public:
    PlainEngine(const Service& service, const Requests& requests)
        : service_(service),
          requests_(requests),
          given_(requests.all.size(), 0),
          done_(requests.all.size(), -1) {}

    std::vector<double> run() {
        for (std::size_t answered = 0; answered < done_.size(); answered += step()) {
            while (next_ < done_.size() && requests_.all[next_].arrival_s <= now_) arrive();
            if (running_.empty() && waiting_.empty()) now_ = requests_.all[next_].arrival_s, arrive();
        }
        return done_;
    }

  private:
    std::int64_t pages(std::int64_t tokens) const {
        return (tokens + service_.policy.page - 1) / service_.policy.page;
    }
    std::int64_t taken(const Plain& one) const { return pages(std::max(one.target, one.cached)); }
    std::int64_t used() const {
        std::int64_t sum = 0;
        for (const auto& one : running_) sum += taken(one);
        return sum;
    }
    std::int64_t growth() const {
        std::int64_t sum = 0;
        for (const auto& one : running_)
            sum += one.decoding && one.cached % service_.policy.page == 0 ? 1 : 0;
        return sum;
    }
    std::int64_t total() const {
        return static_cast<std::int64_t>(service_.model.kv_capacity_tokens) / service_.policy.page;
    }
    void arrive() {
        waiting_.push_back({next_, requests_.all[next_].prompt_tokens});
        ++next_;
    }

    std::size_t step() {
        while (waiting_.empty() && running_.empty()) arrive();
        bool preempted = false;
        while (growth() > total() - used()) {
            auto last = running_.back();
            running_.pop_back();
            last.target = requests_.all[last.id].prompt_tokens + last.given;
            last.cached = 0, last.decoding = false;
            waiting_.push_front(last);
            preempted = true;
        }
        StepLoad load;
        double positions = 0;
        for (const auto& one : running_)
            if (one.decoding)
                load.decode_sequences += 1, load.decode_context += static_cast<double>(one.cached + 1);
        auto budget = service_.policy.token_budget - static_cast<std::int64_t>(load.decode_sequences);
        std::vector<std::pair<std::size_t, std::int64_t>> chunks;
        const auto chunk = [&](std::size_t place) {
            const auto& one = running_[place];
            const auto tokens = std::min(budget, one.target - one.cached);
            if (one.decoding || tokens < 1) return;
            chunks.emplace_back(place, tokens);
            budget -= tokens;
            load.prefill_tokens += static_cast<double>(tokens);
            positions += static_cast<double>(tokens) *
                         (static_cast<double>(one.cached) + (static_cast<double>(tokens) + 1) / 2);
        };
        for (std::size_t i = 0; i < running_.size(); ++i) chunk(i);
        while (!preempted && budget > 0 && !waiting_.empty() &&
               std::ssize(running_) < service_.policy.max_sequences &&
               pages(waiting_.front().target) + growth() <= total() - used()) {
            running_.push_back(waiting_.front());
            waiting_.pop_front();
            chunk(running_.size() - 1);
        }
        load.prefill_sequences = static_cast<double>(chunks.size());
        if (load.prefill_tokens > 0) load.prefill_context = positions / load.prefill_tokens;
        if (load.decode_sequences > 0) load.decode_context /= load.decode_sequences;
        now_ += service_.model.step(load).time_s;
        for (auto& one : running_)
            if (one.decoding) ++one.cached, ++one.given;
        for (const auto& [place, tokens] : chunks) {
            auto& one = running_[place];
            one.cached += tokens;
            if (one.cached == one.target) one.decoding = true, ++one.given;
        }
        std::size_t answered = 0;
        for (const auto& one : running_)
            if (one.given == requests_.all[one.id].output_tokens) done_[one.id] = now_, ++answered;
        std::erase_if(running_, [&](const Plain& one) { return done_[one.id] >= 0; });
        return answered;
    }

    const Service& service_;
    const Requests& requests_;
    std::vector<std::int64_t> given_;
    std::vector<double> done_;
    std::deque<Plain> waiting_;
    std::vector<Plain> running_;
    std::size_t next_ = 0;
    double now_ = 0;
};

void expect_same(const Service& service, const Requests& requests, bool preempts) {
    const auto expected = PlainEngine(service, requests).run();
    const auto run = run_all(service, requests);
    EXPECT_EQ(run.counts.preemptions > 0, preempts);
    for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(run.sequences[i].done_s, expected[i], 1e-6 * expected[i]) << i;
}

Service linear_service(double kv_tokens) {
    auto service = service_of(engine_of(
        [](const StepLoad& load) {
            return 0.004 + 2e-5 * load.prefill_tokens + 1e-9 * load.prefill_tokens * load.prefill_context +
                   1e-5 * load.decode_sequences + 3e-8 * load.decode_sequences * load.decode_context;
        },
        kv_tokens));
    service.policy.watermark = 0;
    return service;
}

Requests mixed_requests(const char* arrivals) {
    Traffic traffic;
    traffic.prompt_tokens = Lengths::log_normal(300, 1, 3000);
    traffic.output_tokens = Lengths::log_normal(80, 1, 700);
    traffic.arrivals = parse_arrivals(arrivals);
    return make_requests(traffic, 300, 17);
}

TEST(Leaps, GiveTheTimesOfSteppingTokenByToken) {
    for (const auto* arrivals : {"poisson:2", "poisson:15", "bursty:10,3", "at-once"})
        expect_same(linear_service(1e6), mixed_requests(arrivals), false);
}

TEST(Leaps, AlsoWithFewSlotsSmallBudgetsAndPagesOfOne) {
    auto service = linear_service(1e6);
    service.policy.max_sequences = 7;
    service.policy.token_budget = 96;
    service.policy.page = 1;
    expect_same(service, mixed_requests("poisson:8"), false);
}

TEST(Leaps, AlsoWhenSequencesAreThrownOut) {
    expect_same(linear_service(6400), mixed_requests("poisson:30"), true);
}

TEST(Leap, IsCutAtTheFirstStepThatIsNotOverBefore) {
    for (const double growth : {-0.01, 0.0, 1e-12, 0.02, 0.5}) {
        const Leap whole{.start_s = 5, .steps = 40, .first_s = 1, .growth_s = growth};
        for (double time = 4; time < whole.end_s() + 3; time += 0.37) {
            auto cut = whole;
            cut.cut_at(time);
            ASSERT_TRUE(cut.end_s() >= time || cut.steps == 40) << growth << " " << time;
            --cut.steps;
            ASSERT_TRUE(cut.steps == 0 || cut.end_s() < time) << growth << " " << time;
        }
    }
}

}  // namespace
}  // namespace ridge::cost_model::serving
