// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/bench_protocol.hpp"

namespace ridge::protocol {

/// What a worker does for each request of the bench protocol; each gives the whole answer.
struct RequestHandlers {
    std::function<Json(std::int64_t id)> describe;
    std::function<Json(const JsonReader& request)> measure;
    std::function<Json(const JsonReader& request)> roof;
};

/// The answer to one line; nothing for `quit`. A line that is no request, and whatever a handler throws, is
/// answered with an error.
[[nodiscard]] std::optional<Json> answer_request(const std::string& line, const RequestHandlers& handlers);

/// The answer to `describe`.
[[nodiscard]] Json description_answer(std::int64_t id, const Description& description);

/// The answer to `roof` of a worker that has none: why.
[[nodiscard]] Json no_roof(const JsonReader& request, std::string why);

/// Why `config` is not a point of `space`: a parameter missing, unknown, or with a value that is not in its
/// list. Constraints between parameters are the implementation's own to check.
[[nodiscard]] std::optional<std::string> outside(const ParameterSpace& space, const KernelConfig& config);

}  // namespace ridge::protocol
