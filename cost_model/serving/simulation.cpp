// SPDX-License-Identifier: Apache-2.0
#include "cost_model/serving/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::cost_model::serving {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr std::size_t progress_interval = 4096;  // answers
constexpr std::int64_t most_replicas = 100'000;

// Part of a leap's tally that lies in the window.
void add(Tally& sum, const Tally& part, double share) {
    sum.busy_s += share * part.busy_s;
    sum.energy_j += share * part.energy_j;
    sum.output_tokens += share * part.output_tokens;
    sum.prompt_tokens += share * part.prompt_tokens;
    sum.decoding_s += share * part.decoding_s;
    sum.pages_s += share * part.pages_s;
    sum.steps += share * part.steps;
}

void add(Counts& sum, const Counts& part) {
    sum.preemptions += part.preemptions;
    sum.looked_up_tokens += part.looked_up_tokens;
    for (std::size_t i = 0; i < sum.hit_blocks.size(); ++i) sum.hit_blocks[i] += part.hit_blocks[i];
    sum.load_s += part.load_s;
    sum.pages_peak = std::max(sum.pages_peak, part.pages_peak);
}

// Replicas that a router sends to.
struct Pool {
    std::vector<Replica> replicas;
    std::size_t turn = 0;

    std::size_t choose(Routing routing, const Request& request) {
        if (replicas.size() == 1) return 0;
        if (routing == Routing::round_robin) return turn++ % replicas.size();
        const auto burden = [&](const Replica& replica) {
            const auto outstanding = static_cast<double>(replica.outstanding());
            return routing == Routing::least_loaded ? std::pair(outstanding, 0.0)
                                                    : std::pair(replica.tokens_before(request), outstanding);
        };
        return static_cast<std::size_t>(std::ranges::min_element(replicas, {}, burden) - replicas.begin());
    }
};

class Simulation {
  public:
    Simulation(const Service& service, const Requests& requests, const SimulationOptions& options);
    SimulationRun run();

  private:
    struct Event {
        double time_s;
        std::uint64_t order;  // of events at one time: the earlier made goes first
        std::uint32_t replica;
        SequenceId arrives;  // a transfer's sequence, or none for the end of a leap
        bool operator<(const Event& other) const {
            return time_s != other.time_s ? time_s > other.time_s : order > other.order;
        }
    };

    Replica& replica(std::uint32_t index) {
        const auto first = first_.replicas.size();
        return index < first ? first_.replicas[index] : second_.replicas[index - first];
    }
    [[nodiscard]] bool is_first(std::uint32_t index) const { return index < first_.replicas.size(); }
    void post(double time_s, std::uint32_t index, SequenceId arrives = no_sequence);
    void wake(std::uint32_t index);
    void start_idle(double now);
    bool arrive(SequenceId id, double now);  // false when it is refused
    void issue_next(double now);
    void give(std::uint32_t index, SequenceId id, double now);
    void end_leap(std::uint32_t index);
    void transfer(std::uint32_t from, SequenceId id, double now);
    void receive(const Event& event);
    void tally(std::uint32_t index);
    [[nodiscard]] bool stale(const Event& event);
    [[nodiscard]] double next_arrival() const;
    void begin_window();
    SimulationRun result();

    const Service& service_;
    const Requests& requests_;
    const SimulationOptions& options_;
    Book book_;
    Pool first_, second_;  // where requests arrive, and where they decode when that is another pool
    std::vector<double> link_free_s_;
    std::priority_queue<Event> events_;
    std::uint64_t events_made_ = 0;
    std::vector<std::uint32_t> idle_;  // may have something to start
    std::vector<bool> awake_;          // is in idle_
    std::vector<SequenceId> done_, handed_over_;
    std::size_t issued_ = 0, answered_ = 0;
    SimulationRun run_;
};

Simulation::Simulation(const Service& service, const Requests& requests, const SimulationOptions& options)
    : service_(service), requests_(requests), options_(options), book_{requests, {}} {
    book_.sequences.resize(requests.all.size());
    for (std::size_t i = 0; i < requests.all.size(); ++i)
        book_.sequences[i].cached = requests.all[i].prompt_tokens;
    const auto fill = [&](Pool& pool, const ReplicaModel& model, std::int64_t count, bool hands_over) {
        for (std::int64_t i = 0; i < count; ++i)
            pool.replicas.emplace_back(model, service_.policy, book_, hands_over);
    };
    if (service.prefill) {
        fill(first_, service.prefill->model, service.prefill->replicas, true);
        fill(second_, service.model, service.replicas, false);
    } else {
        fill(first_, service.model, service.replicas, false);
    }
    link_free_s_.assign(first_.replicas.size(), 0.0);
    awake_.assign(first_.replicas.size() + second_.replicas.size(), false);
}

void Simulation::post(double time_s, std::uint32_t index, SequenceId arrives) {
    events_.push({time_s, events_made_++, index, arrives});
}

void Simulation::wake(std::uint32_t index) {
    if (awake_[index] || replica(index).busy()) return;
    awake_[index] = true;
    idle_.push_back(index);
}

void Simulation::start_idle(double now) {
    for (const auto index : idle_) {
        awake_[index] = false;
        if (replica(index).start(now)) post(replica(index).end_s(), index);
    }
    idle_.clear();
}

// The window begins with the first counted request, and ends with the last one unless all came at once.
void Simulation::begin_window() {
    const auto count = requests_.all.size();
    run_.first_counted =
        std::min(count - 1, static_cast<std::size_t>(options_.warm_up * static_cast<double>(count)));
    const bool closed = requests_.arrivals.kind == Arrivals::Kind::closed_loop;
    run_.window_start_s = closed ? never : requests_.all[run_.first_counted].arrival_s;
    run_.window_end_s = closed ? never : requests_.all.back().arrival_s;
    if (run_.window_end_s > run_.window_start_s) return;
    if (!closed) run_.window_start_s = 0, run_.window_end_s = never;
}

double Simulation::next_arrival() const {
    if (requests_.arrivals.kind == Arrivals::Kind::closed_loop || issued_ == requests_.all.size())
        return never;
    return requests_.all[issued_].arrival_s;
}

// A user whose request is refused goes on with the next one.
void Simulation::issue_next(double now) {
    const bool closed = requests_.arrivals.kind == Arrivals::Kind::closed_loop;
    if (issued_ == requests_.all.size()) return;
    bool taken = false;
    do {
        if (closed && issued_ == run_.first_counted) run_.window_start_s = now;
        taken = arrive(static_cast<SequenceId>(issued_++), now);
    } while (closed && !taken && issued_ < requests_.all.size());
    if (issued_ < requests_.all.size()) return;
    for (const auto& replica : first_.replicas) run_.waiting_at_last_arrival += replica.waiting();
    if (closed && now > run_.window_start_s) run_.window_end_s = now;
}

bool Simulation::arrive(SequenceId id, double now) {
    book_.sequences[id].arrival_s = now;
    const auto& request = requests_.all[id];
    const auto index = first_.choose(service_.policy.routing, request);
    const bool decodes_there = second_.replicas.empty() || second_.replicas.front().holds(request);
    if (first_.replicas[index].holds(request) && decodes_there) {
        give(static_cast<std::uint32_t>(index), id, now);
        return true;
    }
    ++run_.refused, ++answered_;
    return false;
}

void Simulation::give(std::uint32_t index, SequenceId id, double now) {
    auto& target = replica(index);
    target.enqueue(id);
    wake(index);
    if (target.busy() && target.interrupt(now)) post(target.end_s(), index);
}

// A leap that was cut left its former end behind.
bool Simulation::stale(const Event& event) {
    if (event.arrives != no_sequence) return false;
    auto& target = replica(event.replica);
    return !target.busy() || target.end_s() != event.time_s;
}

void Simulation::tally(std::uint32_t index) {
    const auto& leap = replica(index).leap();
    const double start = std::max(leap.start_s, run_.window_start_s),
                 end = std::min(leap.end_s(), run_.window_end_s);
    if (end <= start) return;
    const double share = (end - start) / leap.seconds();
    const auto part = replica(index).leap_tally();
    add(run_.tally, part, share);
    if (service_.prefill && is_first(index)) add(run_.prefill_tally, part, share);
}

void Simulation::end_leap(std::uint32_t index) {
    auto& target = replica(index);
    const double now = target.end_s();
    tally(index);
    done_.clear(), handed_over_.clear();
    target.finish(done_, handed_over_);
    run_.end_s = now;
    wake(index);
    for (const auto id : handed_over_) transfer(index, id, now);
    const auto answers = done_.size();
    answered_ += answers;
    if (requests_.arrivals.kind == Arrivals::Kind::closed_loop)
        for (std::size_t i = 0; i < answers; ++i) issue_next(now);
}

void Simulation::transfer(std::uint32_t from, SequenceId id, double now) {
    const double seconds =
        book_.sequences[id].cached * service_.model.kv_bytes_per_token / service_.prefill->bytes_per_s;
    link_free_s_[from] = std::max(link_free_s_[from], now) + seconds;
    run_.transfer_s += seconds;
    post(link_free_s_[from] + service_.prefill->latency_s, from, id);
}

void Simulation::receive(const Event& event) {
    replica(event.replica).release(event.arrives);
    wake(event.replica);
    book_.sequences[event.arrives].ready = true;
    const auto index = second_.choose(service_.policy.routing, requests_.all[event.arrives]);
    give(static_cast<std::uint32_t>(first_.replicas.size() + index), event.arrives, event.time_s);
}

SimulationRun Simulation::run() {
    begin_window();
    if (requests_.arrivals.kind == Arrivals::Kind::closed_loop)
        for (std::int64_t i = 0; i < requests_.arrivals.concurrency; ++i) issue_next(0);
    start_idle(0);
    for (std::size_t shown = 0;;) {
        while (!events_.empty() && stale(events_.top())) events_.pop();
        const double now = std::min(events_.empty() ? never : events_.top().time_s, next_arrival());
        if (now == never) break;
        while (!events_.empty() && events_.top().time_s <= now) {
            const auto event = events_.top();
            events_.pop();
            if (stale(event)) continue;
            event.arrives == no_sequence ? end_leap(event.replica) : receive(event);
        }
        while (next_arrival() <= now) issue_next(now);
        start_idle(now);
        if (answered_ < shown + progress_interval) continue;
        shown = answered_;
        if (options_.progress && !options_.progress(answered_)) break;
    }
    return result();
}

SimulationRun Simulation::result() {
    for (const auto* pool : {&first_, &second_})
        for (const auto& replica : pool->replicas) add(run_.counts, replica.counts());
    if (run_.window_end_s == never) run_.window_end_s = run_.end_s;
    if (run_.window_start_s == never) run_.window_start_s = 0;
    run_.unfinished = requests_.all.size() - answered_;
    run_.sequences = std::move(book_.sequences);
    return std::move(run_);
}

void check_replicas(std::int64_t replicas, const char* what) {
    if (replicas < 1 || replicas > most_replicas)
        throw InputError(std::string(what) + " is " + std::to_string(replicas) +
                         ", should be between 1 and 10^5");
}

}  // namespace

void check(const ReplicaModel& model) {
    if (!(model.kv_capacity_tokens >= 1))
        throw InputError("the model has no room for the KV cache of a single token");
    if (!(model.devices > 0)) throw InputError("the model has no device");
}

double Service::devices() const {
    const double decode = static_cast<double>(replicas) * model.devices;
    return prefill ? decode + static_cast<double>(prefill->replicas) * prefill->model.devices : decode;
}

void check(const Service& service) {
    check(service.model);
    check(service.policy);
    check_replicas(service.replicas, "replicas");
    if (!service.prefill) return;
    check(service.prefill->model);
    check_replicas(service.prefill->replicas, "prefill replicas");
    if (!(service.prefill->bytes_per_s > 0))
        throw InputError("the bandwidth of KV transfer is " + number_text(service.prefill->bytes_per_s) +
                         " bytes/s, should be above 0");
    if (!(service.prefill->latency_s >= 0))
        throw InputError("the latency of KV transfer is " + number_text(service.prefill->latency_s) +
                         " s, should be at least 0");
}

SimulationRun simulate(const Service& service, const Requests& requests, const SimulationOptions& options) {
    check(service);
    if (requests.all.empty()) throw InputError("there is no request to simulate");
    if (!(options.warm_up >= 0 && options.warm_up < 1))
        throw InputError("warm-up is " + number_text(options.warm_up) + ", should be in [0, 1)");
    if (!requests.block_ids.empty() && requests.block_tokens % service.policy.page != 0)
        throw InputError("blocks of " + std::to_string(requests.block_tokens) +
                         " tokens should be whole pages of " + std::to_string(service.policy.page));
    return Simulation(service, requests, options).run();
}

}  // namespace ridge::cost_model::serving
