// SPDX-License-Identifier: Apache-2.0
#include "profiler/worker/worker.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "operators/catalogue.hpp"
#include "operators/memory_needed.hpp"

namespace ridge::profiler {
namespace {

Measurement not_timed(Status status, CacheState cache, std::string reason) {
    Measurement out;
    out.status = status;
    out.cache = cache;
    out.reason = std::move(reason);
    return out;
}

// Prepared kernels may hold a quarter of the memory.
std::int64_t cache_bytes(std::optional<std::int64_t> available) {
    return available ? *available / 4 : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

Worker::Worker(std::vector<std::unique_ptr<operators::Implementation>> implementations,
               MakeOperands make_operands, Machine machine)
    : implementations_(std::move(implementations)),
      machine_(std::move(machine)),
      cache_(std::move(make_operands), cache_bytes(machine_.available_bytes())) {}

std::optional<Json> Worker::answer(const std::string& line) {
    return protocol::answer_request(
        line, {.describe = [this](std::int64_t id) { return describe(id); },
               .measure = [this](const JsonReader& request) { return measure(request); },
               .roof = [this](const JsonReader& request) { return roof(request); }});
}

Json Worker::describe(std::int64_t id) const {
    auto description = machine_.describe();
    for (const auto& implementation : implementations_)
        description.implementations.push_back(implementation->info());
    return protocol::description_answer(id, description);
}

Json Worker::roof(const JsonReader& json) {
    const auto request = protocol::RoofRequest::from_json(json);
    cache_.clear();  // a bandwidth roof wants the memory, and its working set the caches
    protocol::RoofAnswer answer;
    try {
        answer = machine_.roof(request);
    } catch (const InputError& error) {
        answer = {.status = Status::invalid, .reason = error.what(), .rates = {}};
    } catch (const std::bad_alloc&) {
        answer = {.status = Status::failed, .reason = "not enough memory for the working set", .rates = {}};
    } catch (const std::exception& error) {
        answer = {.status = Status::failed, .reason = error.what(), .rates = {}};
    }
    answer.id = request.id;
    return answer.json();
}

Json Worker::measure(const JsonReader& json) {
    const auto request = protocol::MeasureRequest::from_json(json);
    protocol::MeasureAnswer answer{.id = request.id, .measurement = {}};
    try {
        answer.measurement = measurement(request);
    } catch (const InputError& error) {
        answer.measurement = not_timed(Status::invalid, request.cache, error.what());
    } catch (const std::bad_alloc&) {
        cache_.clear();
        answer.measurement =
            not_timed(Status::failed, request.cache, "not enough memory to prepare the kernel");
    } catch (const std::exception& error) {
        cache_.clear();
        answer.measurement = not_timed(Status::failed, request.cache, error.what());
    }
    return answer.json();
}

Measurement Worker::measurement(const protocol::MeasureRequest& request) {
    const auto call = operators::parse_call(request.call);
    const auto& implementation = find(call.op, request.implementation);
    if (const auto reason = protocol::outside(implementation.info().space, request.config))
        throw InputError(*reason);
    if (const auto reason = implementation.refusal(call, request.config)) throw InputError(*reason);
    refuse_beyond_memory(call, request.seed);
    return verified_and_timed(cache_.get(implementation, call, request.seed, request.config), request);
}

const operators::Implementation& Worker::find(const std::string& op, const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& implementation : implementations_) {
        const auto info = implementation->info();
        if (info.op != op) continue;
        if (info.name == name) return *implementation;
        known.push_back(info.name);
    }
    if (known.empty()) throw InputError("this worker has no implementation of operator '" + op + "'");
    throw InputError("unknown implementation '" + name + "' of " + op +
                     "; this worker has: " + join(known, ", "));
}

void Worker::refuse_beyond_memory(const OperatorCall& call, std::uint64_t seed) {
    if (!cache_.needs_operands(call, seed)) return;
    cache_.clear();  // the former call's memory is available to this one
    const double needed = operators::memory_needed(call);
    const auto available = machine_.available_bytes();
    if (available && needed > static_cast<double>(*available))
        throw InputError("operator call '" + call.text() + "' needs about " + capacity(needed) +
                         " with packed copies, " + capacity(static_cast<double>(*available)) +
                         " of memory is available");
}

Measurement Worker::verified_and_timed(ReadyKernel& ready, const protocol::MeasureRequest& request) {
    if (request.verify && !ready.error) {
        ready.kernel->poison_output();
        ready.kernel->run();
        ready.error = ready.kernel->error_over_bound();
    }
    Measurement out;
    out.cache = request.cache;
    out.workspace_bytes = ready.kernel->workspace_bytes();
    if (ready.error && std::isfinite(*ready.error)) out.error = ready.error;
    if (ready.error && !(*ready.error <= 1.0)) {
        out.status = Status::wrong;
        out.reason =
            std::isfinite(*ready.error)
                ? "the result misses the reference by " + significant(*ready.error) + " times its bound"
                : "the result has elements that are not finite or were never written";
        return out;
    }
    time(ready, request, out);
    return out;
}

void Worker::time(ReadyKernel& ready, const protocol::MeasureRequest& request, Measurement& out) {
    std::vector<double> memory_rates;
    const auto read_memory = [&] {
        if (!machine_.memory_bytes_per_s) return;
        if (const auto rate = machine_.memory_bytes_per_s()) memory_rates.push_back(*rate);
    };
    TimedWork work{.run = [&kernel = *ready.kernel] { kernel.run(); }, .make_cold = {}};
    const auto regions = ready.kernel->regions();
    if (request.cache == CacheState::cold)
        work.make_cold = [&] {
            read_memory();
            machine_.flush.flush(regions);
        };
    out.clock_before_hz = machine_.clock_hz();
    read_memory();
    auto sampling = sample(machine_.timer(), work, request.budget);
    read_memory();
    out.clock_after_hz = machine_.clock_hz();
    if (!memory_rates.empty()) out.memory_bytes_per_s = median(memory_rates);
    out.status = sampling.samples_s.empty() ? Status::failed : Status::ok;
    out.reason = sampling.reason;
    out.samples_s = std::move(sampling.samples_s);
    out.stop = name(sampling.stop);
    out.discarded = sampling.discarded;
    out.energy_j = sampling.energy_j;
}

}  // namespace ridge::profiler
