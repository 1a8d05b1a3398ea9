// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "operators/implementation.hpp"
#include "profiler/worker/worker.hpp"
#include "tests/profiler/scripted_machine.hpp"

namespace ridge::profiler::testing {

/// How often what happened.
struct Counts {
    int operands = 0, prepared = 0, poisoned = 0, verified = 0, runs = 0, flushed = 0, alive = 0,
        memory_reads = 0;
};

struct FakeOperands : operators::OperandSet {};

struct FakeKernel : operators::PreparedKernel {
    FakeKernel(Counts& counts_, ScriptedClock& clock_, double error_, std::size_t bytes_)
        : counts(counts_), clock(clock_), error(error_), bytes(bytes_) {
        ++counts.alive;
    }
    ~FakeKernel() override { --counts.alive; }
    void run() override {
        ++counts.runs;
        clock.run();
    }
    void poison_output() override { ++counts.poisoned; }
    double error_over_bound() override {
        ++counts.verified;
        return error;
    }
    [[nodiscard]] std::int64_t workspace_bytes() const override { return 77; }
    std::vector<operators::MemoryRegion> regions() override { return {{nullptr, bytes}}; }

    Counts& counts;
    ScriptedClock& clock;
    double error;
    std::size_t bytes;
};

/// An implementation of stream_copy that behaves as its name says.
struct FakeImplementation : operators::Implementation {
    FakeImplementation(std::string name_, Counts& counts_, ScriptedClock& clock_)
        : name(std::move(name_)), counts(counts_), clock(clock_) {}

    [[nodiscard]] protocol::ImplementationInfo info() const override {
        const std::vector<ParameterValue> values = {std::int64_t{1}, std::int64_t{2}, std::int64_t{4}};
        return {.op = "stream_copy",
                .name = name,
                .version = "",
                .formats = {"x=fp32"},
                .sparsities = {"dense"},
                .space = {.parameters = {{"tile", values, std::int64_t{1}, ""}}, .constraints = {}}};
    }
    [[nodiscard]] std::optional<std::string> refusal(const OperatorCall&,
                                                     const KernelConfig&) const override {
        return name == "refuses" ? std::optional<std::string>("tile does not divide n") : std::nullopt;
    }
    [[nodiscard]] std::unique_ptr<operators::PreparedKernel> prepare(const operators::OperandSet&,
                                                                     const OperatorCall&,
                                                                     const KernelConfig&) const override {
        if (name == "throws") throw std::runtime_error("the device went away");
        if (name == "greedy") throw std::bad_alloc();
        ++counts.prepared;
        const double error = name == "wrong" ? 3.5
                             : name == "nan" ? std::numeric_limits<double>::infinity()
                                             : 0.25;
        return std::make_unique<FakeKernel>(counts, clock, error,
                                            name == "large" ? std::size_t{400} : std::size_t{10});
    }

    std::string name;
    Counts& counts;
    ScriptedClock& clock;
};

/// A worker with one fake of each behaviour on a machine with `available` bytes.
struct FakeWorker {
    Counts counts;
    ScriptedClock clock{{0.1}};
    std::int64_t held_by_a_kernel = 0;  ///< what each kernel alive takes from the available memory
    Worker worker;

    explicit FakeWorker(std::int64_t available = 1 << 30)
        : worker(implementations(), operands(), machine(available)) {}

    std::vector<std::unique_ptr<operators::Implementation>> implementations() {
        std::vector<std::unique_ptr<operators::Implementation>> all;
        for (const char* name : {"right", "wrong", "nan", "throws", "greedy", "refuses", "large"})
            all.push_back(std::make_unique<FakeImplementation>(name, counts, clock));
        return all;
    }
    MakeOperands operands() {
        return [this](const OperatorCall&, std::uint64_t) {
            ++counts.operands;
            return std::make_unique<FakeOperands>();
        };
    }
    Machine machine(std::int64_t available) {
        Machine machine;
        machine.timer = [this] { return clock.timer(); };
        machine.clock_hz = [] { return std::optional(2e9); };
        machine.memory_bytes_per_s = [this] {
            return std::optional(1e9 * static_cast<double>(++counts.memory_reads));
        };
        machine.available_bytes = [this, available] { return available - counts.alive * held_by_a_kernel; };
        machine.flush = {[this](std::span<const operators::MemoryRegion>) { ++counts.flushed; }, "pretended"};
        machine.describe = [] {
            protocol::Description description;
            description.device.id = "fake";
            return description;
        };
        machine.roof = [](const protocol::RoofRequest& request) -> protocol::RoofAnswer {
            if (request.probe.mix == "broken") throw std::runtime_error("no such unit");
            if (request.probe.mix != "fma") throw InputError("roof: unknown mix");
            return {.id = 0, .status = Status::ok, .reason = "", .rates = {1e9, 2e9}};
        };
        return machine;
    }
    Json answer(const Json& request) { return worker.answer(request.dump()).value(); }
};

inline Json measure_request(const std::string& implementation, std::int64_t tile = 1) {
    protocol::MeasureRequest request;
    request.id = 5;
    request.call = "stream_copy n=8 x=fp32";
    request.implementation = implementation;
    request.config.set("tile", tile);
    request.budget.max_time_s = 100;
    return request.json();
}

}  // namespace ridge::profiler::testing
