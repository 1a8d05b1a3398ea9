// SPDX-License-Identifier: Apache-2.0
#include "tuner/worker_check.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "operators/catalogue.hpp"
#include "operators/program/program_call.hpp"
#include "tuner/campaign_plan.hpp"

namespace ridge::tuner {
namespace {

/// Thrown by a check that is not fulfilled.
struct Unfulfilled {
    std::string why;
};

[[noreturn]] void fail(const std::string& why) { throw Unfulfilled{why}; }

constexpr double answer_timeout_s = 30;
constexpr const char* unlikely_name = "no-such-thing";

protocol::Budget tiny_budget() {
    return {
        .target = 0.05, .max_time_s = 0.2, .min_samples = 3, .max_samples = 9, .timeout_s = answer_timeout_s};
}

/// What the checks share: the worker, what it described, and a request of a call that it measured.
struct Context {
    Worker worker;
    protocol::Description description;
    std::optional<protocol::MeasureRequest> request;  ///< the first one that was answered with ok
};

const Json* as_answer(const Worker::Answer& answer) { return std::get_if<Json>(&answer); }

std::string shown(const Worker::Answer& answer) {
    const auto* json = as_answer(answer);
    return json ? to_line(*json).substr(0, 120) : std::get<std::string>(answer);
}

void require_alive(Context& context) {
    const auto before = context.worker.restarts();
    static_cast<void>(context.worker.describe());
    if (context.worker.restarts() != before) fail("the worker ended afterwards");
}

// A request that cannot be carried out is refused with an error, or answered with a status and a reason.
std::string require_refused(Context& context, const Json& request) {
    const auto answer = context.worker.exchange_raw(to_line(request), answer_timeout_s);
    const auto* json = as_answer(answer);
    if (!json || !json->is_object() || json->value("id", Json()) != request["id"])
        fail("it answered: " + shown(answer));
    const bool refused =
        json->contains("error") || (json->value("status", "ok") != "ok" && json->contains("reason"));
    if (!refused) fail("should be refused with 'error', or a status with a 'reason', not " + shown(answer));
    require_alive(context);
    return json->contains("error") ? (*json)["error"].dump() : (*json)["reason"].dump();
}

protocol::MeasureRequest measured_request(const Context& context) {
    if (!context.request) fail("no call was measured before");
    auto request = *context.request;
    request.id = 900;
    return request;
}

std::string describe(Context& context) {
    context.description = context.worker.describe();
    if (context.description.device.id.empty()) fail("the device has no id");
    if (context.description.implementations.empty()) fail("it has no implementation");
    for (const auto& info : context.description.implementations)
        static_cast<void>(operators::find_operator(info.op));
    return "device '" + context.description.device.id + "', " +
           std::to_string(context.description.implementations.size()) + " implementations, " +
           std::to_string(context.description.roofs.size()) + " roofs";
}

std::string search_spaces(Context& context) {
    std::vector<std::string> sizes;
    for (const auto& info : context.description.implementations)
        sizes.push_back(
            info.op + "/" + info.name + ": " +
            std::to_string(
                SearchSpace(info.space, "implementation '" + info.name + "' of " + info.op).size()));
    return "configurations of " + join(sizes, ", ");
}

Sparsity example_of(Sparsity::Kind kind) {
    switch (kind) {
        case Sparsity::Kind::dense:
            break;
        case Sparsity::Kind::n_of_m:
            return Sparsity::n_of_m(2, 4);
        case Sparsity::Kind::block:
            return Sparsity::block(16, 16, 0.25);
        case Sparsity::Kind::unstructured:
            return Sparsity::unstructured(0.5);
    }
    return Sparsity::dense();
}

// A call of an operator with every dimension 64, which all blocks and groups here divide; nothing when it
// makes no sense.
std::optional<std::string> tiny_call(const std::string& op, const std::string& formats,
                                     const std::string& kind) {
    const auto sparsity = example_of(parse_sparsity_kind(kind));
    std::string text = op;
    for (const auto& dimension : operators::find_operator(op).dimensions)
        text += " " + std::string(dimension.name) + "=64";
    try {
        return operators::parse_call(text + " " + formats + " sparsity=" + sparsity.text()).text();
    } catch (const InputError&) {
        return std::nullopt;
    }
}

std::vector<std::string> tiny_calls(const protocol::ImplementationInfo& info) {
    std::vector<std::string> calls;
    for (const auto& formats : info.formats)
        for (const auto& kind : info.sparsities)
            if (auto call = tiny_call(info.op, formats, kind)) calls.push_back(*call);
    return calls;
}

// A status of the worker's own, with its reason, is a fair answer: a busy machine may have disturbed every
// sample. What the client found wrong is not.
Measurement fair_answer(Context& context, const protocol::MeasureRequest& request) {
    auto measurement = context.worker.measure(request);
    if (!context.worker.answered() || measurement.status == Status::wrong)
        fail(request.implementation + ", '" + request.call + "': " + std::string(name(measurement.status)) +
             ", " + measurement.reason);
    return measurement;
}

std::string measured_or_why(const Measurement& measurement, const std::string& measured) {
    if (measurement.status == Status::ok) return measured;
    return "answered " + std::string(name(measurement.status)) + ": " + measurement.reason;
}

protocol::MeasureRequest tiny_request(const protocol::ImplementationInfo& info, const std::string& call) {
    protocol::MeasureRequest request;
    request.call = call;
    request.implementation = info.name;
    request.config = info.space.default_config();
    request.cache = CacheState::warm;
    request.budget = tiny_budget();
    return request;
}

std::string implementations(Context& context) {
    std::size_t tried = 0, measured = 0;
    std::string reason = "no format of an implementation makes a call of its operator";
    for (const auto& info : context.description.implementations)
        for (const auto& call : tiny_calls(info)) {
            const auto request = tiny_request(info, call);
            const auto measurement = fair_answer(context, request);
            ++tried;
            if (measurement.status != Status::ok)
                reason = info.name + ", '" + call + "': " + measured_or_why(measurement, "");
            if (measurement.status != Status::ok) continue;
            ++measured;
            if (!context.request) context.request = request;
        }
    if (measured == 0) fail("nothing could be measured; " + reason);
    return std::to_string(measured) + " of " + std::to_string(tried) + " calls measured and verified" +
           (measured < tried ? "; " + reason : "");
}

std::string samples(Context& context) {
    const auto request = measured_request(context);
    const auto measurement = fair_answer(context, request);
    const auto count = static_cast<std::int64_t>(measurement.samples_s.size());
    if (count > request.budget.max_samples)
        fail(std::to_string(count) +
             " samples, should be at most max_samples = " + std::to_string(request.budget.max_samples));
    return measured_or_why(measurement, std::to_string(count) + " samples, all above 0");
}

std::string cache_states(Context& context) {
    std::vector<std::string> found;
    for (const auto state : {CacheState::cold, CacheState::warm}) {
        auto request = measured_request(context);
        request.cache = state;
        found.push_back(std::string(name(state)) + " " +
                        measured_or_why(fair_answer(context, request), "ok"));
    }
    return join(found, ", ");
}

std::string seed_determinism(Context& context) {
    const auto request = measured_request(context);
    const auto first = fair_answer(context, request).error, second = fair_answer(context, request).error;
    if (!first && !second && operators::is_program(request.call))
        return "not verified: a program of the user's checks its own result";
    if (!first || !second) fail("no error_over_bound");
    if (*first != *second)
        fail("error " + number_text(*first) + " and " + number_text(*second) + " with the same seed");
    return "error " + number_text(*first) + " of the bound, twice";
}

std::string invalid_config(Context& context) {
    auto request = measured_request(context);
    request.config.set(unlikely_name, std::int64_t{1});
    const auto answer = context.worker.exchange_raw(to_line(request.json()), answer_timeout_s);
    const auto* json = as_answer(answer);
    if (!json || !json->is_object() || json->value("status", "") != "invalid")
        fail("should be status \"invalid\", not " + shown(answer));
    if (json->value("reason", "").empty()) fail("\"invalid\" should have a reason");
    require_alive(context);
    return json->value("reason", "");
}

std::string unknown_implementation(Context& context) {
    auto request = measured_request(context);
    request.implementation = unlikely_name;
    return require_refused(context, request.json());
}

std::string unknown_call(Context& context) {
    auto request = measured_request(context);
    request.call = std::string(unlikely_name) + " n=1";
    return require_refused(context, request.json());
}

std::string unknown_request(Context& context) {
    return require_refused(context, {{"id", 901}, {"request", unlikely_name}});
}

std::string malformed_line(Context& context) {
    const auto answer = context.worker.exchange_raw("{\"id\": 1, \"request\": ", answer_timeout_s);
    const auto* json = as_answer(answer);
    if (!json || !json->is_object() || !json->contains("error"))
        fail("should be {\"id\": …, \"error\": …}, not " + shown(answer));
    require_alive(context);
    return (*json)["error"].dump();
}

std::string roof(Context& context) {
    if (context.description.roofs.empty()) return "it lists no roof";
    protocol::RoofRequest request{
        .id = 0, .probe = context.description.roofs.front(), .budget = tiny_budget()};
    const auto answer = context.worker.roof(request);
    if (!context.worker.answered()) fail(request.probe.text() + ": " + answer.reason);
    if (answer.status != Status::ok)
        return request.probe.text() + ": " + std::string(name(answer.status)) + ", " + answer.reason;
    return request.probe.text() + ": " + std::to_string(answer.rates.size()) + " samples";
}

std::string unknown_roof(Context& context) {
    RoofProbe probe;
    probe.mix = unlikely_name;
    return require_refused(context,
                           protocol::RoofRequest{.id = 902, .probe = probe, .budget = tiny_budget()}.json());
}

std::string quit(Context& context) {
    const int code = context.worker.quit();
    if (code != 0)
        fail(code < 0 ? "it did not end by itself within 10 s"
                      : "it ended with exit code " + std::to_string(code));
    return "ended with exit code 0";
}

struct CheckRow {
    const char* name;
    const char* demand;
    std::string (*run)(Context& context);
};

// In this order: later checks use what earlier ones found.
constexpr std::array<CheckRow, 14> rows = {{
    {"describe", "describes its device and its implementations of known operators", describe},
    {"search-spaces", "constraints can be read, and the default configuration satisfies them", search_spaces},
    {"implementations", "measures and verifies a tiny call of every implementation", implementations},
    {"samples", "gives samples above 0, at most as many as asked for", samples},
    {"cache-states", "measures in the cache state asked for, or says why not", cache_states},
    {"seed", "verifies the same operands for the same seed", seed_determinism},
    {"invalid-config", "answers a configuration outside the space with invalid and a reason", invalid_config},
    {"unknown-implementation", "refuses an implementation that it lacks and goes on", unknown_implementation},
    {"unknown-call", "refuses a call of an unknown operator and goes on", unknown_call},
    {"unknown-request", "refuses an unknown request with an error and goes on", unknown_request},
    {"malformed-line", "answers a line that is not JSON with an error and goes on", malformed_line},
    {"roof", "measures a roof that it lists", roof},
    {"unknown-roof", "refuses a roof that it lacks and goes on", unknown_roof},
    {"quit", "ends with exit code 0 when asked to", quit},
}};

WorkerCheck run_check(const char* name, const char* demand, const std::function<std::string()>& body) {
    WorkerCheck check{.name = name, .demand = demand, .passed = false, .detail = {}};
    try {
        check.detail = body();
        check.passed = true;
    } catch (const Unfulfilled& unfulfilled) {
        check.detail = unfulfilled.why;
    } catch (const std::exception& error) {
        check.detail = error.what();
    }
    return check;
}

// A tuner that is killed closes the pipe; a worker that stays would hold the device.
std::string end_of_input(const WorkerOptions& options) {
    Worker worker(options);
    const int code = worker.close_input();
    if (code < 0) fail("it did not end by itself within 10 s");
    return "ended with exit code " + std::to_string(code);
}

}  // namespace

std::vector<WorkerCheck> check_worker(const WorkerOptions& options) {
    std::vector<WorkerCheck> checks;
    std::unique_ptr<Context> context;
    checks.push_back(run_check("greeting", "starts and greets with protocol, version and name", [&] {
        context.reset(new Context{.worker = Worker(options), .description = {}, .request = {}});
        return context->worker.source();
    }));
    for (const auto& row : rows)
        checks.push_back(run_check(row.name, row.demand, [&] {
            if (!context) fail("not tried: there was no greeting");
            return row.run(*context);
        }));
    checks.push_back(
        run_check("end-of-input", "ends when its input is closed", [&] { return end_of_input(options); }));
    return checks;
}

}  // namespace ridge::tuner
