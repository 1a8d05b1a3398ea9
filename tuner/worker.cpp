// SPDX-License-Identifier: Apache-2.0
#include "tuner/worker.hpp"

#include <chrono>

#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/program/program_call.hpp"

namespace ridge::tuner {
namespace {

using Clock = WorkerProcess::Clock;
using Event = WorkerProcess::Event;

// What an ended worker is given to be reaped before its group is killed.
constexpr double ending_grace_s = 1;

Clock::time_point after(double seconds) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::string seconds_text(double seconds) { return number_text(seconds) + " s"; }

// What a worker printed may be anything; a message and the store want plain text.
std::string printable(std::string text) {
    for (auto& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
            c = c == '\n' || c == '\t' ? ' ' : '?';
    return text;
}

// The first characters, for a message.
std::string excerpt(const std::string& text) {
    constexpr std::size_t shown = 80;
    return "'" + printable(text.substr(0, shown)) + (text.size() > shown ? "…'" : "'");
}

std::vector<std::string> whole_command(const WorkerOptions& options) {
    auto words = options.launcher;
    words.insert(words.end(), options.command.begin(), options.command.end());
    return words;
}

Measurement failed(std::string reason, CacheState cache) {
    Measurement measurement;
    measurement.reason = std::move(reason);
    measurement.cache = cache;
    return measurement;
}

protocol::RoofAnswer failed_roof(std::string reason, std::int64_t id) {
    protocol::RoofAnswer answer;
    answer.id = id;
    answer.reason = std::move(reason);
    return answer;
}

// An answer is held to what was asked for: a worker's word is not taken for its verification.
Measurement judged(const protocol::MeasureRequest& request, Measurement measurement) {
    if (measurement.status != Status::ok) {
        measurement.cache = request.cache;
        measurement.samples_s.clear();
        return measurement;
    }
    if (measurement.cache != request.cache)
        return failed("the worker measured " + std::string(name(measurement.cache)) + " when asked for " +
                          std::string(name(request.cache)),
                      request.cache);
    // Nobody but the user knows what his program should compute; it checks itself, or is not verified.
    if (request.verify && !measurement.error && !operators::is_program(request.call))
        return failed("the worker answered ok without error_over_bound though it was asked to verify",
                      request.cache);
    if (measurement.error.value_or(0) > 1) {
        measurement.status = Status::wrong;
        measurement.reason =
            "the result misses the reference by " + number_text(*measurement.error) + " times its bound";
        measurement.samples_s.clear();
    }
    return measurement;
}

}  // namespace

Worker::Worker(WorkerOptions options) : options_(std::move(options)) { start(); }

std::string Worker::source() const {
    return greeting_.worker + (greeting_.worker_version.empty() ? "" : " " + greeting_.worker_version);
}

void Worker::start() {
    process_ = std::make_unique<WorkerProcess>(whole_command(options_), options_.process);
    ++starts_;
    const auto where = "worker '" + join(whole_command(options_), " ") + "'";
    const auto reading = process_->read_line(after(options_.start_timeout_s), options_.stop);
    if (reading.event != Event::line)
        throw EnvironmentError(
            where + ": no greeting: " + describe_event(reading, options_.start_timeout_s) +
            "; its first line should be " +
            to_line(protocol::Greeting{.worker = "NAME", .worker_version = "VERSION"}.json()));
    try {
        const Json line = parse_json(reading.line, where + ": greeting " + excerpt(reading.line));
        greeting_ = protocol::Greeting::from_json(JsonReader(line, where + ": greeting"));
    } catch (const InputError&) {
        process_.reset();
        throw;
    }
}

void Worker::ensure_running() {
    if (!process_) start();
}

// Ends the worker and says what it did: "what; it ended with …; its log ends: …".
std::string Worker::give_up(const std::string& what) {
    process_->kill_group();
    const auto log = printable(process_->log_end());
    process_.reset();
    return what + (log.empty() ? "" : "; its log ends: " + log);
}

std::string Worker::describe_event(const WorkerProcess::Reading& reading, double timeout_s) {
    switch (reading.event) {
        case Event::stopped:
            process_.reset();
            throw Stopped{};
        case Event::timeout:
            return give_up("no answer within " + seconds_text(timeout_s) + ", so it was ended");
        case Event::too_long:
            return give_up("it printed a line of more than " +
                           std::to_string(options_.process.max_line_bytes) +
                           " bytes: " + excerpt(reading.line));
        default:
            break;
    }
    const bool by_itself = process_->wait(after(ending_grace_s));
    const auto rest = reading.line.empty() ? "" : " in the middle of the line " + excerpt(reading.line);
    return give_up((by_itself ? "it " + process_->ending() : "it closed its output") + rest);
}

Worker::Answer Worker::exchange_raw(const std::string& line, double timeout_s) {
    ensure_running();
    const auto deadline = after(timeout_s);
    process_->send(line, deadline,
                   options_.stop);  // a worker that no longer reads is seen by the end of its output
    const auto reading = process_->read_line(deadline, options_.stop);
    if (reading.event != Event::line) return describe_event(reading, timeout_s);
    try {
        return parse_json(reading.line, "worker");
    } catch (const InputError&) {
        return give_up("it printed a line that is not JSON: " + excerpt(reading.line));
    }
}

Worker::Answer Worker::exchange(const Json& request, std::int64_t id, double timeout_s) {
    auto answer = exchange_raw(to_line(request), timeout_s);
    const auto* json = std::get_if<Json>(&answer);
    if (!json) return answer;
    const auto has = [&](const char* key) { return json->is_object() && json->contains(key); };
    if (!has("id") || (*json)["id"] != id)
        return give_up("it answered " + excerpt(to_line(*json)) + " to the request with id " +
                       std::to_string(id));
    if (has("error")) return "it refused the request: " + excerpt((*json)["error"].dump());
    return answer;
}

protocol::Description Worker::describe() {
    std::string reason;
    for (int attempt = 0; attempt < options_.describe_attempts; ++attempt) {
        ensure_running();
        const auto id = next_id_++;
        const auto answer = exchange(protocol::describe_request(id), id, options_.describe_timeout_s);
        if (const auto* json = std::get_if<Json>(&answer))
            return protocol::Description::from_json(
                JsonReader(*json, "worker '" + greeting_.worker + "', description"));
        reason = std::get<std::string>(answer);
    }
    throw EnvironmentError("worker '" + greeting_.worker + "': no description after " +
                           std::to_string(options_.describe_attempts) + " attempts: " + reason);
}

Measurement Worker::measure(protocol::MeasureRequest request) {
    ensure_running();
    answered_ = false;
    request.id = next_id_++;
    const auto answer =
        exchange(request.json(), request.id, request.budget.timeout_s + options_.turns_wait_s);
    if (const auto* reason = std::get_if<std::string>(&answer))
        return failed("worker: " + *reason, request.cache);
    try {
        auto parsed = protocol::MeasureAnswer::from_json(
            JsonReader(std::get<Json>(answer), "worker, answer to measure"));
        const auto said = parsed.measurement.status;
        auto measurement = judged(request, std::move(parsed.measurement));
        answered_ = measurement.status == said;
        return measurement;
    } catch (const InputError& error) {
        return failed(give_up(error.what()), request.cache);
    }
}

protocol::RoofAnswer Worker::roof(protocol::RoofRequest request) {
    ensure_running();
    answered_ = false;
    request.id = next_id_++;
    const auto answer = exchange(request.json(), request.id, request.budget.timeout_s);
    if (const auto* reason = std::get_if<std::string>(&answer))
        return failed_roof("worker: " + *reason, request.id);
    try {
        auto parsed =
            protocol::RoofAnswer::from_json(JsonReader(std::get<Json>(answer), "worker, answer to roof"));
        answered_ = true;
        return parsed;
    } catch (const InputError& error) {
        return failed_roof(give_up(error.what()), request.id);
    }
}

int Worker::quit(double timeout_s) {
    if (!process_) return -1;
    process_->send(to_line(protocol::quit_request(next_id_++)), after(timeout_s), options_.stop);
    return close_input(timeout_s);
}

int Worker::close_input(double timeout_s) {
    if (!process_) return -1;
    const int code = process_->wait(after(timeout_s)) ? process_->exit_code() : -1;
    process_.reset();
    return code;
}

}  // namespace ridge::tuner
