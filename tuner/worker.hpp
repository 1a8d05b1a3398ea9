// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/bench_protocol.hpp"
#include "tuner/worker_process.hpp"

namespace ridge::tuner {

struct WorkerOptions {
    std::vector<std::string> command;   ///< the worker's program and its arguments
    std::vector<std::string> launcher;  ///< words put before it: "srun", "-N1"
    double start_timeout_s = 60;        ///< until the greeting; a scheduler may keep a launcher waiting
    double describe_timeout_s = 60;
    double turns_wait_s = 0;  ///< by which an answer may be late, since workers wait for each other
    int describe_attempts = 3;
    WorkerProcess::Options process;
    const std::atomic<bool>* stop = nullptr;  ///< set by a signal handler: gives the request in flight up
};

/// Thrown out of a request that was given up because `stop` is set.
struct Stopped {};

/// Client of the bench protocol. A worker that dies, hangs past the budget or answers rubbish costs the
/// request in flight, which then has the status failed and a reason that says what happened; it is started
/// anew for the next request.
class Worker {
  public:
    /// Starts the worker and reads its greeting. Throws EnvironmentError when it cannot be started, ends or
    /// is silent, and InputError when its first line is no greeting of this protocol's version.
    explicit Worker(WorkerOptions options);

    [[nodiscard]] const protocol::Greeting& greeting() const { return greeting_; }
    /// "ridge-worker-host 0.1.0": what the store keeps as a measurement's source.
    [[nodiscard]] std::string source() const;

    /// Throws EnvironmentError after `describe_attempts` failures in a row, InputError for a description that
    /// is not valid.
    [[nodiscard]] protocol::Description describe();

    /// The request's id is set here. Throws only EnvironmentError or InputError, when a worker that ended
    /// cannot be started again, and Stopped. An `ok` that was not verified though it was asked to be, or is
    /// of another cache state, is failed; one whose error is above its bound is wrong.
    [[nodiscard]] Measurement measure(protocol::MeasureRequest request);
    [[nodiscard]] protocol::RoofAnswer roof(protocol::RoofRequest request);

    /// Whether the last measure() or roof() got an answer as the protocol wants it, whatever its status; a
    /// status `failed` was the worker's own then, with its reason.
    [[nodiscard]] bool answered() const { return answered_; }

    /// Asks the worker to end; its exit code, or -1 when it had to be killed.
    int quit(double timeout_s = 10);
    /// The same by closing its input, as happens when this process is killed.
    int close_input(double timeout_s = 10);

    /// Times that the worker was started again.
    [[nodiscard]] std::int64_t restarts() const { return starts_ - 1; }

    /// One line to the worker and the next line from it, whatever they are: for the conformance check.
    /// Failure is a reason.
    using Answer = std::variant<Json, std::string>;
    [[nodiscard]] Answer exchange_raw(const std::string& line, double timeout_s);
    [[nodiscard]] bool running() const { return process_ != nullptr; }

  private:
    void start();
    void ensure_running();
    [[nodiscard]] Answer exchange(const Json& request, std::int64_t id, double timeout_s);
    [[nodiscard]] std::string give_up(const std::string& what);
    [[nodiscard]] std::string describe_event(const WorkerProcess::Reading& reading, double timeout_s);

    WorkerOptions options_;
    std::unique_ptr<WorkerProcess> process_;  // null: to be started before the next request
    protocol::Greeting greeting_;
    std::int64_t next_id_ = 1;
    std::int64_t starts_ = 0;
    bool answered_ = false;
};

}  // namespace ridge::tuner
