// SPDX-License-Identifier: Apache-2.0
#include "tuner/replay/replay_worker.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/requests.hpp"
#include "operators/catalogue.hpp"
#include "operators/program/program_call.hpp"

namespace ridge::tuner {
namespace {

constexpr std::size_t longest_name = 40;

// Of a kernel's name, what a program may be called.
std::string name_from(const std::string& kernel) {
    std::string out;
    for (const char c : kernel) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (plain || (!out.empty() && (c == '.' || c == '_' || c == '-'))) out += c;
    }
    return out.empty() ? "recorded" : out.substr(0, longest_name);
}

Device device_of(const RecordedSpace& space) {
    Device device;
    device.name = space.device.empty() ? "unknown device" : space.device;
    device.id = slug(device.name);
    device.vendor = "unknown";
    device.kind = "accelerator";
    device.sources = {"a recorded search space"};
    return device;
}

// Joules: Kernel Tuner's observers give these, and some files say so.
std::optional<double> energy_j(const RecordedConfig& config) {
    for (const auto& one : config.more)
        if (one.name == "energy" && (one.unit.empty() || one.unit == "J")) return one.value;
    return std::nullopt;
}

Measurement not_ok(Status status, std::string reason) {
    Measurement out;
    out.status = status;
    out.reason = std::move(reason);
    return out;
}

Measurement recorded(const RecordedConfig& config, std::int64_t most) {
    if (config.status != Status::ok)
        return not_ok(config.status, config.reason.empty() ? "recorded so" : "recorded: " + config.reason);
    Measurement out;
    out.status = Status::ok;
    out.stop = "count";
    out.samples_s = config.samples_s.empty() ? std::vector<double>{*config.objective} : config.samples_s;
    out.samples_s.resize(std::min(out.samples_s.size(), static_cast<std::size_t>(most)));
    out.energy_j = energy_j(config);
    return out;
}

}  // namespace

ReplayWorker::ReplayWorker(RecordedSpace space, std::string file, double pace)
    : space_(std::move(space)), file_(std::move(file)), name_(name_from(space_.kernel)), pace_(pace) {
    const auto first = std::ranges::find(space_.configs, Status::ok, &RecordedConfig::status);
    if (first == space_.configs.end()) throw InputError(file_ + ": no configuration is ok");
    if (space_.objective != "time")
        throw InputError(file_ + ": its objective is '" + space_.objective +
                         "', should be time: a worker answers with times");
    for (auto& parameter : space_.parameters.parameters)
        parameter.default_value = first->config.values().at(parameter.name);
    for (std::size_t i = 0; i < space_.configs.size(); ++i) place_[space_.configs[i].config.text()] = i;
}

std::string ReplayWorker::call() const { return std::string(operators::program_prefix) + name_; }

Suite ReplayWorker::suite() const {
    return {.name = "replay-" + slug(name_),
            .version = 1,
            .description = "What ridge-worker-replay answers from " + file_,
            .calls = {{.call = call(), .cache = CacheState::warm, .weight = 1}},
            .path = {}};
}

std::optional<Json> ReplayWorker::answer(const std::string& line) const {
    return protocol::answer_request(
        line, {.describe = [this](std::int64_t id) { return describe(id); },
               .measure = [this](const JsonReader& request) { return measure(request); },
               .roof =
                   [](const JsonReader& request) {
                       return protocol::no_roof(request, "a recorded space has no roofs");
                   }});
}

Json ReplayWorker::describe(std::int64_t id) const {
    protocol::Description description;
    description.device = device_of(space_);
    description.environment = {{"replay", file_}, {"problem", space_.problem}};
    description.implementations = {{.op = call(),
                                    .name = name_,
                                    .version = {},
                                    .formats = {""},
                                    .sparsities = {"dense"},
                                    .space = space_.parameters}};
    return protocol::description_answer(id, description);
}

Json ReplayWorker::measure(const JsonReader& json) const {
    const auto request = protocol::MeasureRequest::from_json(json);
    protocol::MeasureAnswer answer{.id = request.id, .measurement = {}};
    try {
        answer.measurement = measurement(request);
    } catch (const InputError& error) {
        answer.measurement = not_ok(Status::invalid, error.what());
    }
    answer.measurement.cache = request.cache;
    return answer.json();
}

Measurement ReplayWorker::measurement(const protocol::MeasureRequest& request) const {
    if (operators::parse_call(request.call).text() != call())
        throw InputError("call is '" + request.call + "', should be '" + call() + "'");
    if (request.implementation != name_)
        throw InputError("implementation is '" + request.implementation + "', should be '" + name_ + "'");
    if (request.cache != CacheState::warm) throw InputError("a recorded space is warm only");
    if (const auto reason = protocol::outside(space_.parameters, request.config)) throw InputError(*reason);
    const auto found = place_.find(request.config.text());
    if (found == place_.end()) return not_ok(Status::invalid, "it was not recorded");
    const auto& config = space_.configs[found->second];
    if (pace_ > 0) std::this_thread::sleep_for(std::chrono::duration<double>(pace_ * config.cost_s()));
    return recorded(config, request.budget.max_samples);
}

}  // namespace ridge::tuner
