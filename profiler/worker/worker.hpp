// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bench_protocol.hpp"
#include "core/requests.hpp"
#include "operators/implementation.hpp"
#include "profiler/cache_flush.hpp"
#include "profiler/sampler.hpp"
#include "profiler/worker/kernel_cache.hpp"

namespace ridge::profiler {

/// All that a worker needs of the machine; tests give a scripted one.
struct Machine {
    std::function<Timer()> timer;  ///< asked once for each request, when all threads exist
    std::function<std::optional<double>()> clock_hz;
    std::function<std::optional<double>()> memory_bytes_per_s;  ///< now; empty where nothing tells
    /// Memory that can still be had; nothing when that is not known.
    std::function<std::optional<std::int64_t>()> available_bytes;
    CacheFlush flush;
    std::function<protocol::Description()> describe;  ///< device, environment and roof probes
    std::function<protocol::RoofAnswer(const protocol::RoofRequest&)> roof;
};

/// Answers requests of the bench protocol one at a time. No exception of a kernel or of a malformed request
/// leaves it.
class Worker {
  public:
    Worker(std::vector<std::unique_ptr<operators::Implementation>> implementations,
           MakeOperands make_operands, Machine machine);

    /// The answer to one line; nothing for `quit`.
    [[nodiscard]] std::optional<Json> answer(const std::string& line);

  private:
    [[nodiscard]] Json describe(std::int64_t id) const;
    [[nodiscard]] Json measure(const JsonReader& request);
    [[nodiscard]] Json roof(const JsonReader& request);
    [[nodiscard]] Measurement measurement(const protocol::MeasureRequest& request);
    [[nodiscard]] const operators::Implementation& find(const std::string& op, const std::string& name) const;
    void refuse_beyond_memory(const OperatorCall& call, std::uint64_t seed);
    [[nodiscard]] Measurement verified_and_timed(ReadyKernel& ready, const protocol::MeasureRequest& request);
    void time(ReadyKernel& ready, const protocol::MeasureRequest& request, Measurement& out);

    std::vector<std::unique_ptr<operators::Implementation>> implementations_;
    Machine machine_;
    KernelCache cache_;
};

}  // namespace ridge::profiler
