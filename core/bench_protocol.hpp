// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "core/json.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/operator_call.hpp"
#include "core/roof.hpp"

/// The messages of the bench protocol as values; docs/bench-protocol.md explains them,
/// docs/bench-protocol.schema.json is their schema. One JSON object a line; times are nanoseconds on the wire
/// and seconds here.
namespace ridge::protocol {

inline constexpr int version = 1;
inline constexpr const char* protocol_name = "ridge-bench";

/// First line of a worker.
struct Greeting {
    int version = protocol::version;
    std::string worker;  ///< "ridge-worker-host"
    std::string worker_version;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static Greeting from_json(const JsonReader& json);
};

/// A kernel family that can run calls of an operator.
struct ImplementationInfo {
    std::string op;
    std::string name;                     ///< "kokkos-tiled", "openblas" …
    std::string version;                  ///< of the library behind it; empty for our own
    std::vector<std::string> formats;     ///< operand formats in the call's order: "a=fp32 w=fp32 c=fp32"
    std::vector<std::string> sparsities;  ///< kinds: "dense", "n_of_m", "block", "unstructured"
    ParameterSpace space;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static ImplementationInfo from_json(const JsonReader& json);
};

/// Answer to `describe`.
struct Description {
    Device device;
    Json environment = Json::object();  ///< see profiler/environment.hpp
    std::vector<ImplementationInfo> implementations;
    std::vector<RoofProbe> roofs;  ///< probes that this worker can measure
    [[nodiscard]] Json json() const;
    [[nodiscard]] static Description from_json(const JsonReader& json);
};

/// What a configuration has to beat: a worker may stop sampling as soon as it cannot.
struct Rival {
    double high_s = 0;  ///< upper end of the 95 % interval of the rival's median
    double spread = 0;  ///< standard deviation of its samples over their median, robustly estimated
    bool operator==(const Rival&) const = default;
};

/// When sampling stops: the 95 % interval of the median is narrower than `target`, the rival cannot be beaten
/// any more, or a limit is reached.
struct Budget {
    double target = 0.01;     ///< half-width of the interval over the median
    double max_time_s = 1.0;  ///< of sampling; warm-up, packing and verification come on top
    std::int64_t min_samples = 7;
    std::int64_t max_samples = 200;
    double timeout_s = 60.0;  ///< after which the client gives the request up and restarts the worker
    std::optional<Rival> rival = {};
    [[nodiscard]] Json json() const;
    [[nodiscard]] static Budget from_json(const JsonReader& json);
};

struct MeasureRequest {
    std::int64_t id = 0;
    std::string call;  ///< canonical text
    std::string implementation;
    KernelConfig config;
    CacheState cache = CacheState::cold;
    std::uint64_t seed = 1;  ///< of the operands' random values
    bool verify = true;
    Budget budget;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static MeasureRequest from_json(const JsonReader& json);
};

struct MeasureAnswer {
    std::int64_t id = 0;
    Measurement measurement;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static MeasureAnswer from_json(const JsonReader& json);
};

struct RoofRequest {
    std::int64_t id = 0;
    RoofProbe probe;
    Budget budget;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static RoofRequest from_json(const JsonReader& json);
};

/// Rates, one for each sample: FLOP/s or bytes/s.
struct RoofAnswer {
    std::int64_t id = 0;
    Status status = Status::failed;
    std::string reason;
    std::vector<double> rates;
    [[nodiscard]] Json json() const;
    [[nodiscard]] static RoofAnswer from_json(const JsonReader& json);
};

/// Requests without a body.
[[nodiscard]] Json describe_request(std::int64_t id);
[[nodiscard]] Json quit_request(std::int64_t id);

/// Answer to a request that a worker could not read or does not know: {"id":…,"error":"…"}.
[[nodiscard]] Json error_answer(std::int64_t id, const std::string& message);

}  // namespace ridge::protocol
