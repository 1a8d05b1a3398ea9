// SPDX-License-Identifier: Apache-2.0
#include "profiler/program/program_worker.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "core/requests.hpp"
#include "core/text.hpp"
#include "operators/program/program_call.hpp"
#include "profiler/program/child.hpp"
#include "profiler/program/printed.hpp"
#include "profiler/program/timing_turn.hpp"
#include "profiler/stop_rule.hpp"

namespace ridge::profiler {
namespace {

using Clock = std::chrono::steady_clock;
using How = ChildEnd::How;

// The client gives up after its time-out; what runs by then is ended before, so that the answer still comes.
constexpr double share_of_timeout = 0.9;
// A run takes about as long as the one before; with this margin a further one is begun.
constexpr double longer_than_last = 1.5;
constexpr int unfitting_exit_code = 2;
constexpr std::size_t shown_lines = 3;

Clock::time_point after(double seconds) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double seconds_until(Clock::time_point end) {
    return std::chrono::duration<double>(end - Clock::now()).count();
}

std::string signal_text(int number) {
    const char* name = sigabbrev_np(number);
    return std::to_string(number) + (name ? " (SIG" + std::string(name) + ")" : "");
}

std::string with_log(std::string what, const ChildEnd& end) {
    const auto log = last_lines(end.err, shown_lines);
    return log.empty() ? what : what + ": " + log;
}

Printed exited(const ChildEnd& end, operators::TimeFrom from) {
    auto verdict = read_verdict(end.out);
    if (verdict.status != Status::ok) return verdict;
    if (end.code != 0)
        return not_ok(end.code == unfitting_exit_code ? Status::invalid : Status::failed,
                      with_log("it ended with exit code " + std::to_string(end.code), end));
    if (from == operators::TimeFrom::printed) return read_printed(end.out);
    verdict.samples_s = {end.wall_s};
    return verdict;
}

Printed outcome_of(const ChildEnd& end, operators::TimeFrom from) {
    switch (end.how) {
        case How::exited:
            return exited(end, from);
        case How::signalled:
            return not_ok(Status::failed, with_log("it was killed by signal " + signal_text(end.code), end));
        case How::timeout:
            return not_ok(Status::failed,
                          with_log("it ran out of time and was killed with all it had started", end));
        case How::unread:
            return not_ok(Status::failed, "given up");
        case How::not_started:
            break;
    }
    return not_ok(Status::failed, end.error);
}

/// Runs of one configuration until the stop rule is met.
class Sampling {
  public:
    Sampling(const protocol::Budget& budget, operators::TimeFrom from, Clock::time_point deadline,
             int listener)
        : budget_(budget), from_(from), deadline_(deadline), listener_(listener) {}

    Measurement operator()(const std::vector<std::string>& words) {
        while (go_on()) {
            const auto end = run_child(words, deadline_, listener_);
            const auto printed = outcome_of(end, from_);
            if (printed.status != Status::ok && !(end.how == How::timeout && !out_.samples_s.empty()))
                return refused(printed);
            if (printed.status != Status::ok) break;
            last_s_ = end.wall_s;
            take(printed);
        }
        out_.status = Status::ok;
        out_.stop = name(stop_ == Stop::go_on ? Stop::budget : stop_);
        return std::move(out_);
    }

  private:
    // The samples of a warm-up are kept until there is a better one.
    void take(const Printed& printed) {
        if (std::exchange(warmed_up_, false)) {
            out_.samples_s.clear();
            begin_ = Clock::now();
        }
        out_.samples_s.insert(out_.samples_s.end(), printed.samples_s.begin(), printed.samples_s.end());
        if (printed.error) out_.error = printed.error;
        if (printed.energy_j) out_.energy_j = printed.energy_j;
        out_.workspace_bytes = std::max(out_.workspace_bytes, printed.workspace_bytes);
        warmed_up_ = std::exchange(first_, false) && printed.samples_s.size() < 2;
    }

    bool go_on() {
        if (out_.samples_s.empty()) return true;
        if (last_s_ * longer_than_last >= seconds_until(deadline_)) return false;
        if (warmed_up_) return true;
        stop_ = decide(out_.samples_s, -seconds_until(begin_), budget_);
        return stop_ == Stop::go_on;
    }

    Measurement refused(const Printed& printed) const {
        Measurement out;
        out.status = printed.status;
        out.reason = printed.reason;
        return out;
    }

    const protocol::Budget& budget_;
    operators::TimeFrom from_;
    Clock::time_point deadline_, begin_ = Clock::now();
    int listener_;
    Measurement out_;
    Stop stop_ = Stop::go_on;
    double last_s_ = 0;
    bool first_ = true, warmed_up_ = false;
};

Measurement not_timed(Status status, std::string reason) {
    Measurement out;
    out.status = status;
    out.reason = std::move(reason);
    return out;
}

}  // namespace

ProgramWorker::ProgramWorker(operators::Program program, std::function<Device()> device,
                             std::function<Json()> environment, int listener, std::string timing_lock)
    : program_(std::move(program)),
      device_(std::move(device)),
      environment_(std::move(environment)),
      listener_(listener),
      timing_lock_(std::move(timing_lock)) {
    if (program_.build) builder_ = std::make_unique<ProgramBuilder>(program_);
}

std::optional<Json> ProgramWorker::answer(const std::string& line) {
    return protocol::answer_request(
        line, {.describe = [this](std::int64_t id) { return describe(id); },
               .measure = [this](const JsonReader& request) { return measure(request); },
               .roof =
                   [](const JsonReader& request) {
                       return protocol::no_roof(request, "this worker runs a program and has no roofs");
                   }});
}

Json ProgramWorker::describe(std::int64_t id) const {
    protocol::Description description;
    description.device = program_.device ? *program_.device : device_();
    description.environment = environment_();
    description.environment["program"] = program_.json();
    description.implementations = {{.op = std::string(operators::program_prefix) + program_.name,
                                    .name = program_.name,
                                    .version = {},
                                    .formats = {""},
                                    .sparsities = {"dense"},
                                    .space = program_.space}};
    return protocol::description_answer(id, description);
}

Json ProgramWorker::measure(const JsonReader& json) {
    const auto request = protocol::MeasureRequest::from_json(json);
    protocol::MeasureAnswer answer{.id = request.id, .measurement = {}};
    try {
        answer.measurement = measurement(request);
    } catch (const InputError& error) {
        answer.measurement = not_timed(Status::invalid, error.what());
    } catch (const std::exception& error) {
        answer.measurement = not_timed(Status::failed, error.what());
    }
    answer.measurement.cache = request.cache;
    return answer.json();
}

void ProgramWorker::refuse_other(const protocol::MeasureRequest& request) const {
    if (operators::parse_call(request.call).text() != program_.call())
        throw InputError("call is '" + request.call + "', should be '" + program_.call() + "'");
    if (request.implementation != program_.name)
        throw InputError("implementation is '" + request.implementation + "', should be '" + program_.name +
                         "'");
    if (request.cache != CacheState::warm)
        throw InputError("a program is measured warm only: nobody flushes the caches before what it times");
    if (const auto reason = protocol::outside(program_.space, request.config)) throw InputError(*reason);
}

Measurement ProgramWorker::measurement(const protocol::MeasureRequest& request) {
    refuse_other(request);
    auto deadline = after(request.budget.timeout_s * share_of_timeout);
    std::string output;
    if (builder_) {
        const auto built = builder_->build(request.config, deadline, listener_);
        if (built.status != Status::ok) return not_timed(built.status, built.reason);
        output = built.output;
    }
    const auto words = operators::run_words(program_, request.config, output);
    const TimingTurn turn(timing_lock_);
    deadline += turn.waited();
    return Sampling(request.budget, program_.time_from, deadline, listener_)(words);
}

}  // namespace ridge::profiler
