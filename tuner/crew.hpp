// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/bench_protocol.hpp"
#include "tuner/worker.hpp"

namespace ridge::tuner {

/// Several workers at once, each served by a thread of its own; whoever asks them stays in one thread, and so
/// does the store. A worker that cannot be started again is lost; it is tried again a few times, later and
/// later, while the others go on.
class Crew {
  public:
    enum class Event {
        measured,  ///< `measurement` is the answer
        stopped,   ///< the request was given up, since the campaign is to stop
        lost,      ///< the request was not measured, `reason` says why; the worker is being tried again
        back,      ///< a lost worker is there again
        gone,      ///< a lost worker was given up
        broken,    ///< the request ended with `error`
    };
    struct Answer {
        std::size_t worker = 0;
        Event event = Event::measured;
        Measurement measurement;
        std::string reason;
        std::exception_ptr error;
        double busy_s = 0;  ///< from the request to the answer
    };

    /// `pauses_s` are the times after which a lost worker is tried again; none: never. The workers outlive
    /// the crew.
    Crew(std::span<Worker> workers, std::vector<double> pauses_s);
    /// Waits for requests in flight.
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    [[nodiscard]] std::size_t size() const { return workers_.size(); }
    /// Gives a worker that has none a request.
    void measure(std::size_t worker, protocol::MeasureRequest request);
    /// The next event, in the order in which they happened. Call it only while something is to come.
    [[nodiscard]] Answer wait();

  private:
    void serve(std::size_t number);
    void look_for(std::size_t number);
    void say(Answer answer);
    [[nodiscard]] Answer answered(std::size_t number, const protocol::MeasureRequest& request);
    [[nodiscard]] bool pause(double seconds);

    std::span<Worker> workers_;
    std::vector<double> pauses_s_;
    std::mutex guard_;
    std::condition_variable asked_, said_;
    std::vector<std::optional<protocol::MeasureRequest>> requests_;
    std::deque<Answer> answers_;
    bool closing_ = false;
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace ridge::tuner
