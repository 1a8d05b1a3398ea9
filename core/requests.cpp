// SPDX-License-Identifier: Apache-2.0
#include "core/requests.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::protocol {
namespace {

constexpr const char* request_source = "request";

std::int64_t id_of(const Json& request) {
    const auto found = request.is_object() ? request.find("id") : request.end();
    return request.is_object() && found != request.end() && found->is_number_integer()
               ? found->get<std::int64_t>()
               : 0;
}

bool has_value(const TunableParameter& parameter, const ParameterValue& value) {
    return std::ranges::find(parameter.values, value) != parameter.values.end();
}

std::string values_text(const TunableParameter& parameter) {
    std::vector<std::string> texts;
    for (const auto& value : parameter.values) texts.push_back(text(value));
    return join(texts, ", ");
}

}  // namespace

std::optional<Json> answer_request(const std::string& line, const RequestHandlers& handlers) {
    std::int64_t id = 0;
    try {
        const Json request = parse_json(line, request_source);
        id = id_of(request);
        const JsonReader reader(request, request_source);
        const auto kind = reader.at("request").text();
        id = reader.at("id").integer();
        if (kind == "quit") return std::nullopt;
        if (kind == "describe") return handlers.describe(id);
        if (kind == "measure") return handlers.measure(reader);
        if (kind == "roof") return handlers.roof(reader);
        reader.at("request").fail("one of describe, measure, roof, quit");
    } catch (const std::exception& error) {
        return protocol::error_answer(id, error.what());
    }
}

Json description_answer(std::int64_t id, const Description& description) {
    Json out = {{"id", id}, {"answer", "describe"}};
    out.update(description.json());
    return out;
}

Json no_roof(const JsonReader& request, std::string why) {
    RoofAnswer answer;
    answer.id = RoofRequest::from_json(request).id;
    answer.status = Status::invalid;
    answer.reason = std::move(why);
    return answer.json();
}

std::optional<std::string> outside(const ParameterSpace& space, const KernelConfig& config) {
    for (const auto& parameter : space.parameters) {
        const auto found = config.values().find(parameter.name);
        if (found == config.values().end()) return "config: parameter '" + parameter.name + "' is missing";
        if (!has_value(parameter, found->second))
            return "config: parameter '" + parameter.name + "' is " + text(found->second) +
                   ", should be one of " + values_text(parameter);
    }
    for (const auto& [name, value] : config.values())
        if (std::ranges::find(space.parameters, name, &TunableParameter::name) == space.parameters.end())
            return "config: unknown parameter '" + name + "'";
    return std::nullopt;
}

}  // namespace ridge::protocol
