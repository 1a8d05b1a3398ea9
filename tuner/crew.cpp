// SPDX-License-Identifier: Apache-2.0
#include "tuner/crew.hpp"

#include <chrono>
#include <utility>

#include "core/error.hpp"

namespace ridge::tuner {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Crew::Crew(std::span<Worker> workers, std::vector<double> pauses_s)
    : workers_(workers), pauses_s_(std::move(pauses_s)), requests_(workers.size()) {
    for (std::size_t i = 0; i < workers.size(); ++i) threads_.emplace_back([this, i] { serve(i); });
}

Crew::~Crew() {
    {
        const std::lock_guard lock(guard_);
        closing_ = true;
    }
    asked_.notify_all();
}

void Crew::measure(std::size_t worker, protocol::MeasureRequest request) {
    {
        const std::lock_guard lock(guard_);
        requests_[worker] = std::move(request);
    }
    asked_.notify_all();
}

Crew::Answer Crew::wait() {
    std::unique_lock lock(guard_);
    said_.wait(lock, [this] { return !answers_.empty(); });
    auto answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
}

void Crew::say(Answer answer) {
    {
        const std::lock_guard lock(guard_);
        answers_.push_back(std::move(answer));
    }
    said_.notify_one();
}

Crew::Answer Crew::answered(std::size_t number, const protocol::MeasureRequest& request) {
    Answer answer{.worker = number, .measurement = {}, .reason = {}, .error = {}};
    const auto begin = Clock::now();
    try {
        answer.measurement = workers_[number].measure(request);
    } catch (const Stopped&) {
        answer.event = Event::stopped;
    } catch (const EnvironmentError& error) {
        answer.event = Event::lost;
        answer.reason = error.what();
        answer.error = std::current_exception();
    } catch (...) {
        answer.event = Event::broken;
        answer.error = std::current_exception();
    }
    answer.busy_s = std::chrono::duration<double>(Clock::now() - begin).count();
    return answer;
}

// False when the crew is closing.
bool Crew::pause(double seconds) {
    std::unique_lock lock(guard_);
    asked_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return closing_; });
    return !closing_;
}

void Crew::look_for(std::size_t number) {
    Answer last{.worker = number, .event = Event::gone, .measurement = {}, .reason = {}, .error = {}};
    for (const double seconds : pauses_s_) {
        if (!pause(seconds)) return;
        try {
            static_cast<void>(workers_[number].describe());
            last.event = Event::back;
            break;
        } catch (const std::exception& error) {
            last.reason = error.what();
        } catch (const Stopped&) {
            break;
        }
    }
    say(std::move(last));
}

void Crew::serve(std::size_t number) {
    for (;;) {
        protocol::MeasureRequest request;
        {
            std::unique_lock lock(guard_);
            asked_.wait(lock, [&] { return closing_ || requests_[number]; });
            if (closing_) return;
            request = *std::exchange(requests_[number], std::nullopt);
        }
        auto answer = answered(number, request);
        const bool lost = answer.event == Event::lost;
        say(std::move(answer));
        if (lost) look_for(number);
    }
}

}  // namespace ridge::tuner
