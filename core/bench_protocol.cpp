// SPDX-License-Identifier: Apache-2.0
#include "core/bench_protocol.hpp"

#include <cmath>

namespace ridge::protocol {
namespace {

constexpr double nanoseconds_per_second = 1e9;

std::vector<std::string> texts(const JsonReader& json) {
    std::vector<std::string> out;
    for (const auto& item : json.items()) out.push_back(item.text());
    return out;
}

Json nanoseconds(const std::vector<double>& seconds) {
    Json out = Json::array();
    for (const double sample : seconds) out.push_back(sample * nanoseconds_per_second);
    return out;
}

// Divided by 1e9 rather than multiplied by 1e-9, which is no double: 2000 ns come out as the nearest number
// to 2e-6.
std::vector<double> positive_numbers(const JsonReader& json, double divisor) {
    std::vector<double> out;
    for (const auto& item : json.items()) out.push_back(item.positive() / divisor);
    return out;
}

void set_if(Json& json, const char* key, const std::optional<double>& value) {
    if (value) json[key] = *value;
}

// "ok" without a sample, or another status with samples, would be a lie about what was measured.
void require_consistent(const JsonReader& json, Status status, std::size_t samples) {
    if (status == Status::ok && samples == 0)
        json.at("status").fail("another status, or samples should be given");
    if (status != Status::ok && samples > 0) json.at("status").fail("\"ok\", or no samples should be given");
    if (status != Status::ok && json.text_or("reason", "").empty())
        json.at("status").fail("given with a 'reason' unless it is \"ok\"");
}

// The whole range of an unsigned 64-bit number, which JsonReader::integer() does not have.
std::uint64_t seed_or(const JsonReader& json, std::uint64_t fallback) {
    const auto found = json.find("seed");
    if (!found) return fallback;
    if (found->raw().is_number_unsigned()) return found->raw().get<std::uint64_t>();
    if (found->integer() < 0) found->fail("a whole number of at least 0");
    return static_cast<std::uint64_t>(found->integer());
}

std::optional<double> find_error(const JsonReader& json) {
    const auto found = json.find("error_over_bound");
    if (!found) return std::nullopt;
    if (found->number() < 0) found->fail("a number of at least 0");
    return found->number();
}

}  // namespace

Json Greeting::json() const {
    return {{"protocol", protocol_name},
            {"version", version},
            {"worker", worker},
            {"worker_version", worker_version}};
}

Greeting Greeting::from_json(const JsonReader& json) {
    if (json.at("protocol").text() != protocol_name) json.at("protocol").fail("\"ridge-bench\"");
    Greeting greeting;
    if (json.at("version").integer() != protocol::version)
        json.at("version").fail(std::to_string(protocol::version));
    greeting.worker = json.at("worker").text();
    greeting.worker_version = json.text_or("worker_version", "");
    return greeting;
}

Json ImplementationInfo::json() const {
    Json out = {{"operator", op},
                {"name", name},
                {"version", version},
                {"formats", formats},
                {"sparsities", sparsities}};
    out.update(space.json());
    return out;
}

ImplementationInfo ImplementationInfo::from_json(const JsonReader& json) {
    return {.op = json.at("operator").text(),
            .name = json.at("name").text(),
            .version = json.text_or("version", ""),
            .formats = texts(json.at("formats")),
            .sparsities = texts(json.at("sparsities")),
            .space = ParameterSpace::from_json(json)};
}

Json Description::json() const {
    Json implementation_list = Json::array(), roof_list = Json::array();
    for (const auto& implementation : implementations) implementation_list.push_back(implementation.json());
    for (const auto& roof : roofs) roof_list.push_back(roof.json());
    return {{"device", device.json()},
            {"environment", environment},
            {"implementations", implementation_list},
            {"roofs", roof_list}};
}

Description Description::from_json(const JsonReader& json) {
    Description description;
    description.device = Device::from_json(json.at("device"));
    description.environment = json.at("environment").raw();
    if (!description.environment.is_object()) json.at("environment").fail("an object");
    for (const auto& item : json.at("implementations").items())
        description.implementations.push_back(ImplementationInfo::from_json(item));
    if (const auto roofs = json.find("roofs"))
        for (const auto& item : roofs->items()) description.roofs.push_back(RoofProbe::from_json(item));
    return description;
}

Json Budget::json() const {
    Json out = {{"target", target},
                {"max_time_s", max_time_s},
                {"min_samples", min_samples},
                {"max_samples", max_samples},
                {"timeout_s", timeout_s}};
    if (rival)
        out["rival"] = {{"high_ns", rival->high_s * nanoseconds_per_second}, {"spread", rival->spread}};
    return out;
}

Budget Budget::from_json(const JsonReader& json) {
    Budget budget;
    budget.target = json.at("target").positive();
    budget.max_time_s = json.at("max_time_s").positive();
    budget.min_samples = json.at("min_samples").integer();
    budget.max_samples = json.at("max_samples").integer();
    budget.timeout_s = json.at("timeout_s").positive();
    if (json.has("rival")) {
        const auto rival = json.at("rival");
        budget.rival = {rival.at("high_ns").positive() / nanoseconds_per_second,
                        rival.at("spread").positive()};
    }
    if (budget.min_samples < 1) json.at("min_samples").fail("at least 1");
    if (budget.max_samples < budget.min_samples) json.at("max_samples").fail("at least min_samples");
    return budget;
}

Json MeasureRequest::json() const {
    return {{"id", id},
            {"request", "measure"},
            {"call", call},
            {"implementation", implementation},
            {"config", config.json()},
            {"cache", name(cache)},
            {"seed", seed},
            {"verify", verify},
            {"budget", budget.json()}};
}

MeasureRequest MeasureRequest::from_json(const JsonReader& json) {
    MeasureRequest request;
    request.id = json.at("id").integer();
    request.call = json.at("call").text();
    request.implementation = json.at("implementation").text();
    request.config = KernelConfig::from_json(json.at("config"));
    request.cache = json.at("cache").parsed(parse_cache_state);
    request.seed = seed_or(json, request.seed);
    if (const auto verify = json.find("verify")) request.verify = verify->boolean();
    request.budget = Budget::from_json(json.at("budget"));
    return request;
}

Json MeasureAnswer::json() const {
    const auto& m = measurement;
    Json out = {{"id", id}, {"answer", "measure"}, {"status", name(m.status)}};
    if (!m.reason.empty()) out["reason"] = m.reason;
    out["cache"] = name(m.cache);
    out["samples_ns"] = nanoseconds(m.samples_s);
    out["stop"] = m.stop;
    out["discarded"] = m.discarded;
    out["workspace_bytes"] = m.workspace_bytes;
    set_if(out, "error_over_bound", m.error);
    set_if(out, "energy_j", m.energy_j);
    set_if(out, "clock_before_hz", m.clock_before_hz);
    set_if(out, "clock_after_hz", m.clock_after_hz);
    set_if(out, "memory_bytes_per_s", m.memory_bytes_per_s);
    return out;
}

MeasureAnswer MeasureAnswer::from_json(const JsonReader& json) {
    MeasureAnswer answer;
    auto& m = answer.measurement;
    answer.id = json.at("id").integer();
    m.status = json.at("status").parsed(parse_status);
    m.reason = json.text_or("reason", "");
    if (const auto cache = json.find("cache")) m.cache = cache->parsed(parse_cache_state);
    if (const auto samples = json.find("samples_ns"))
        m.samples_s = positive_numbers(*samples, nanoseconds_per_second);
    require_consistent(json, m.status, m.samples_s.size());
    m.stop = json.text_or("stop", "");
    m.discarded = json.count_or("discarded", 0);
    m.workspace_bytes = json.count_or("workspace_bytes", 0);
    m.error = find_error(json);
    m.energy_j = json.find_positive("energy_j");
    m.clock_before_hz = json.find_positive("clock_before_hz");
    m.clock_after_hz = json.find_positive("clock_after_hz");
    m.memory_bytes_per_s = json.find_positive("memory_bytes_per_s");
    return answer;
}

Json RoofRequest::json() const {
    return {{"id", id}, {"request", "roof"}, {"probe", probe.json()}, {"budget", budget.json()}};
}

RoofRequest RoofRequest::from_json(const JsonReader& json) {
    return {.id = json.at("id").integer(),
            .probe = RoofProbe::from_json(json.at("probe")),
            .budget = Budget::from_json(json.at("budget"))};
}

Json RoofAnswer::json() const {
    Json out = {{"id", id}, {"answer", "roof"}, {"status", name(status)}};
    if (!reason.empty()) out["reason"] = reason;
    out["rates"] = rates;
    return out;
}

RoofAnswer RoofAnswer::from_json(const JsonReader& json) {
    RoofAnswer answer;
    answer.id = json.at("id").integer();
    answer.status = json.at("status").parsed(parse_status);
    answer.reason = json.text_or("reason", "");
    if (const auto rates = json.find("rates")) answer.rates = positive_numbers(*rates, 1.0);
    require_consistent(json, answer.status, answer.rates.size());
    return answer;
}

Json describe_request(std::int64_t id) { return {{"id", id}, {"request", "describe"}}; }

Json quit_request(std::int64_t id) { return {{"id", id}, {"request", "quit"}}; }

Json error_answer(std::int64_t id, const std::string& message) { return {{"id", id}, {"error", message}}; }

}  // namespace ridge::protocol
